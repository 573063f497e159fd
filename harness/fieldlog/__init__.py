"""Logs of alerts that were kept in the field, read as evidence of realm F.

A supplier, a network operator or a lab has seen alerts and kept them, with the time, as lines of text or
as DUIS XML. Cut into observation windows such a log is a target beside simulator and bench: each window
is a trial, each trial gives a journal, and whatever judges journals judges these.
"""
