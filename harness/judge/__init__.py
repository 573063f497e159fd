"""How sure we are: counts of one trial, exact e-values, confidence sequences, grades.

Pure functions of journals and rows. Nothing here reads an arm's name, waits, opens anything, or
uses a binary float.
"""
