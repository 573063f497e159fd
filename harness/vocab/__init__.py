"""The words everyone speaks: time, identities, chance, alerts, journals, roles, grades.

This room imports nothing of ours but :mod:`harness.errors`; every other room may import it.
"""
