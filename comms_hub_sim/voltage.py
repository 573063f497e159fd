"""Average RMS voltage monitoring inside an electricity meter (SMETS 5.7.4.4 to 5.7.4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comms_hub_sim.behaviour import number

if TYPE_CHECKING:
    from harness.interfaces.setting import Value

__all__ = ["OVER", "OVER_ENDED", "UNDER", "UNDER_ENDED", "AverageVoltage"]

OVER: Final = 0x8002
OVER_ENDED: Final = 0x8085
UNDER: Final = 0x8006
UNDER_ENDED: Final = 0x8089


class AverageVoltage:
    """Averages the readings of each period and says which thresholds the new average passed.

    Going out is announced at the threshold, coming back once the average is a hysteresis inside it: a
    meter whose hysteresis is 0 V announces every crossing. What was announced last outlives a restart.
    """

    __slots__ = ("_count", "_is_over", "_is_under", "_settings", "_total", "_whole")

    def __init__(self, settings: dict[str, Value]) -> None:
        """Read thresholds (mV) and hysteresis from the device's own settings whenever they are needed."""
        self._settings = settings
        self._is_over = False
        self._is_under = False
        self._total = 0
        self._count = 0
        self._whole = True

    def take(self, millivolts: int) -> None:
        """Add a reading to the running period; a reading without supply makes the period count for nothing."""
        self._total += millivolts
        self._count += 1
        self._whole = self._whole and millivolts > 0

    def interrupt(self) -> None:
        """Make the running period count for nothing, as a restart does."""
        self._whole = False

    def close_period(self) -> tuple[int, ...]:
        """End the period and return the codes its average calls for, in the order they happened."""
        total, count, whole = self._total, self._count, self._whole
        self._total, self._count, self._whole = 0, 0, True
        return self._judged(total, count) if whole and count else ()

    def _judged(self, total: int, count: int) -> tuple[int, ...]:
        """Compare an average, as total and count, so that nothing is rounded."""
        over, under, hysteresis = (count * number(self._settings, f"average-voltage-{name}") for name in ("over", "under", "hysteresis"))
        codes = []
        if self._is_over and total < over - hysteresis:
            self._is_over = False
            codes.append(OVER_ENDED)
        if self._is_under and total > under + hysteresis:
            self._is_under = False
            codes.append(UNDER_ENDED)
        if not self._is_over and total > over:
            self._is_over = True
            codes.append(OVER)
        if not self._is_under and total < under:
            self._is_under = True
            codes.append(UNDER)
        return tuple(codes)
