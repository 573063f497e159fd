"""A simulated Comms Hub with its meters and its WAN: the harness's first plug-in.

It enters the harness through the entry-point group ``smets_harness.targets``, as anybody's would, and
imports nothing of the harness but its vocabulary, its codecs and its doors.
"""

from __future__ import annotations

from harness import __version__

__all__ = ["__version__"]
