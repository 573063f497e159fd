"""Finding the trigger: screens over many combinations, the smallest set of conditions, its test on fresh trials.

Searches are sans-IO: a search says which trial it wants next and takes what it came to, so it runs on a
simulator, on a bench, or on a toy with a seed. What a search finds is a claim, observed at most (C1); its test
is another campaign, with a plan and a seed of its own, and no trial of the search in it.
"""
