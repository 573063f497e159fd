"""How sure we are: counts of one trial, exact e-values, confidence sequences, grades.

Pure functions of journals and rows. Nothing here reads an arm's name, waits, or opens anything, and
no binary float reaches a result: where one guesses, whole numbers decide.
"""
