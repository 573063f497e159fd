"""0x8002, 0x8085, 0x8006, 0x8089: edges of the averaged supply against the configured thresholds.

An average is compared at the end of its period only. Where it passed a threshold, the code for that
edge is allowed for as long as the average stays on the new side, because a meter with hysteresis
announces its return late, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.interfaces.oracle import Allowance
from harness.oracle.configuration_gate import calls_for
from harness.oracle.family import FOREVER, Causes, Family, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.vocab.identity import Eui64
    from harness.wire.facts import Configured, TrialFacts

__all__ = ["FAMILY", "OVER", "OVER_ENDED", "UNDER", "UNDER_ENDED"]

OVER: Final = 0x8002
OVER_ENDED: Final = 0x8085
UNDER: Final = 0x8006
UNDER_ENDED: Final = 0x8089

_MARGIN: Final = 250
"""Millivolts by which a meter and the instrument beside it may differ: a thousandth of 250 V."""

_EDGE: Final = Rule(
    id="average-voltage-edge",
    says="An electricity meter announces that its average voltage passed a threshold, once for each time it did.",
    source="catalogue 0x8002, 0x8085, 0x8006, 0x8089; SMETS 5.7.4.4 to 5.7.4.6",
)
_NO_EDGE: Final = Rule(
    id="no-average-voltage-edge",
    says="The averaged supply as measured did not pass the threshold to this side, or that edge was announced already.",
    source="measured supply and configured thresholds of the trial",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Supply:
    """What one meter was fed, as one run of samples; 0 stands for cut, and for what was not measured."""

    device: Eui64
    start: int
    step: int
    millivolts: list[int]
    lines: list[tuple[int, int]]
    """Up to which sample each journal line reaches."""
    restarts: list[tuple[int, int]]
    """When the meter was restarted, from and until."""

    @property
    def until(self) -> int:
        """Instant up to which the supply is known."""
        return self.start + self.step * len(self.millivolts)

    def period(self, begin: int, end: int) -> list[int]:
        """Return the samples that begin within a period; empty where nobody can say what the meter averaged.

        That is where the supply was not measured throughout or was cut, and where the meter was
        restarted: it may leave the period out, or average what is left of it.
        """
        first, last = self._sample(begin), self._sample(end)
        whole = self.millivolts[first:last] if first >= 0 and end <= self.until else []
        restarted = any(start < end and stop > begin for start, stop in self.restarts)
        return whole if all(whole) and not restarted else []

    def line_of(self, end: int) -> int:
        """Return the journal line that holds the last sample before an instant."""
        last = self._sample(end)
        return next((line for reach, line in self.lines if last <= reach), 0)

    def _sample(self, at: int) -> int:
        """Return the number of the first sample that begins at an instant or later."""
        return -((self.start - at) // self.step)


def _supply(facts: TrialFacts, device: Eui64) -> _Supply:
    """Join the hourly records of a device's supply; a record at another step or out of place ends it."""
    traces = [trace for trace in facts.supplies if trace.device == device]
    start, step = (traces[0].start, traces[0].step) if traces else (0, 1)
    millivolts: list[int] = []
    lines = []
    for trace in traces:
        missing, off = divmod(trace.start - start - step * len(millivolts), step)
        if trace.step != step or off or missing < 0:
            break
        millivolts += [0] * missing
        millivolts += trace.millivolts
        lines.append((len(millivolts), trace.line))
    return _Supply(device=device, start=start, step=step, millivolts=millivolts, lines=lines, restarts=_restarts(facts))


def _restarts(facts: TrialFacts) -> list[tuple[int, int]]:
    found = []
    for stimulus in facts.stimuli:
        if stimulus.do == "device.restart" and stimulus.on == "esme" and stimulus.done is not None:
            lasts = stimulus.settings.get("duration")
            found.append((stimulus.done, stimulus.done + (lasts if isinstance(lasts, int) else 0)))
    return found


def _causes(facts: TrialFacts) -> Causes:
    found: list[Allowance] = []
    known = {}
    for device in facts.devices_with("esme"):
        settings = facts.settings_of(device, "average-voltage")
        supply = _supply(facts, device)
        for entry, following in zip(settings, [*settings[1:], None], strict=False):
            found += _under_setting(facts, supply, entry, following.at if following else FOREVER, is_first=entry is settings[0])
        if settings:
            known[device] = (settings[0].at, supply.until)
    return Causes(allowances=tuple(found), known=known)


def _under_setting(facts: TrialFacts, supply: _Supply, entry: Configured, until: int, *, is_first: bool) -> Iterator[Allowance]:
    """Yield the allowances of the periods that end while one setting is in force."""
    over, under, period = (entry.members.get(name) for name in ("over", "under", "period"))
    if not isinstance(period, int) or period <= 0:
        return
    ends = range(-(-entry.at // period) * period or period, min(until, supply.until + 1), period)
    samples = [supply.period(end - period, end) for end in ends]
    for threshold, high, low, is_high_at_rest in ((over, OVER, OVER_ENDED, False), (under, UNDER_ENDED, UNDER, True)):
        if isinstance(threshold, int):
            sides = [is_high_at_rest if is_first else None, *(_side(values, threshold) for values in samples)]
            yield from _edges(facts, supply, ends, sides, high, is_high=True)
            yield from _edges(facts, supply, ends, sides, low, is_high=False)


def _side(millivolts: list[int], threshold: int) -> bool | None:
    """Return whether an average lies above a threshold; ``None`` within the margin, and where there is none."""
    beyond = sum(millivolts) - threshold * len(millivolts)
    return beyond > 0 if abs(beyond) > _MARGIN * len(millivolts) else None


def _edges(facts: TrialFacts, supply: _Supply, ends: range, sides: Sequence[bool | None], code: int, *, is_high: bool) -> list[Allowance]:
    """Return leave for every period end at which the average may have passed to one side, latest first.

    ``sides`` begins with the side before the first period; leave lasts until the average is for
    certain on the other side again.
    """
    found = []
    left = ends.stop + ends.step
    for position in reversed(range(len(ends))):
        at, before, side = ends[position], sides[position], sides[position + 1]
        if side is (not is_high):
            left = at
        elif before is not is_high:
            certain = position > 0 and side is is_high and before is (not is_high)
            found.append(
                Allowance(
                    device=supply.device,
                    code=code,
                    not_before=at,
                    not_after=left,
                    required=certain and calls_for(facts, supply.device, code, at),
                    rule=_EDGE.id,
                    cause=supply.line_of(at),
                )
            )
    return found


FAMILY: Final = Family(
    codes=frozenset({OVER, OVER_ENDED, UNDER, UNDER_ENDED}),
    rules=(_EDGE, _NO_EDGE),
    causes=_causes,
    unfounded=_NO_EDGE,
    hindsight=True,
)
