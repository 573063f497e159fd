"""Conformance kits: what every mechanism, detector and target must do, as checks to call from your own tests.

::

    from harness.interfaces.kit import check_detector

    def test_my_detector_conforms():
        check_detector(MY_DETECTOR, trials, grounds=oracle)

Every check raises :class:`AssertionError` that says what was promised and what was observed instead.
"""

from __future__ import annotations

from harness.interfaces.kit_detector import check_detector
from harness.interfaces.kit_mechanism import check_mechanism
from harness.interfaces.kit_target import check_target, journal_octets

__all__ = ["check_detector", "check_mechanism", "check_target", "journal_octets"]
