"""Captures of trials: the keys of those that were recorded, and captures rendered from journals and traces."""
