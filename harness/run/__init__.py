"""Carrying out: trials, campaigns, resuming, executors and sinks.

With the bench, this is the only room that waits for anything or opens anything.
"""
