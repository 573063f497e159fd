"""The ways a device comes to say too much: one file each, found by itself through its attribute ``MECHANISM``."""
