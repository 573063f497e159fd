"""0x8F35 and 0x8F36: one alert when the supply comes back, by how long it was away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.interfaces.oracle import Allowance
from harness.oracle.configuration_gate import calls_for
from harness.oracle.family import ALWAYS, FOREVER, Causes, Family, Rule
from harness.vocab.time import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64
    from harness.wire.facts import StimulusFacts, TrialFacts

__all__ = ["FAMILY", "LONG_OUTAGE", "SHORT_OUTAGE"]

SHORT_OUTAGE: Final = 0x8F35
LONG_OUTAGE: Final = 0x8F36

_BOUNDARY: Final = 3 * MINUTE
_EITHER_WAY: Final = 5 * SECOND
"""So close to the boundary the switch and the meter's whole seconds decide; either code is permitted, none required."""
_LATEST: Final = 1 * HOUR
"""After this a meter is not expected to announce an outage any more; it may take a while to find its clock again."""

_RESTORED: Final = Rule(
    id="supply-restored",
    says="An electricity meter announces the end of an outage once: 0x8F35 below three minutes, 0x8F36 from three minutes on.",
    source="catalogue 0x8F35 and 0x8F36; ECS80",
)
_RESTARTED: Final = Rule(
    id="meter-restarted",
    says="A meter that was restarted may take the restart for a short outage.",
    source="catalogue 0x8F35; whether a restart counts as an outage was not found",
)
_NO_OUTAGE: Final = Rule(
    id="no-supply-outage",
    says="No outage of the supply was there that another alert had not announced.",
    source="stimuli of the trial",
)


def _causes(facts: TrialFacts) -> Causes:
    found = []
    meters = facts.devices_with("esme")
    for device in meters:
        for stimulus in facts.stimuli:
            if stimulus.on == "esme" and stimulus.done is not None:
                if stimulus.do == "supply.cut":
                    found += _after_cut(facts, device, stimulus, stimulus.done)
                elif stimulus.do == "device.restart":
                    found.append(_allowance(device, SHORT_OUTAGE, stimulus, (stimulus.done, stimulus.done + _LATEST), _RESTARTED))
    return Causes(allowances=tuple(found), known=dict.fromkeys(meters, ALWAYS))


def _after_cut(facts: TrialFacts, device: Eui64, stimulus: StimulusFacts, cut: int) -> list[Allowance]:
    lasts = stimulus.settings.get("duration")
    if not isinstance(lasts, int) or abs(lasts - _BOUNDARY) <= _EITHER_WAY:
        window = (cut, cut + lasts + _LATEST if isinstance(lasts, int) else FOREVER)
        return [_allowance(device, code, stimulus, window, _RESTORED) for code in (SHORT_OUTAGE, LONG_OUTAGE)]
    code = SHORT_OUTAGE if lasts < _BOUNDARY else LONG_OUTAGE
    required = calls_for(facts, device, code, cut)
    return [_allowance(device, code, stimulus, (cut, cut + lasts + _LATEST), _RESTORED, required=required)]


def _allowance(
    device: Eui64, code: int, stimulus: StimulusFacts, window: tuple[int, int], rule: Rule, *, required: bool = False
) -> Allowance:
    return Allowance(
        device=device,
        code=code,
        not_before=window[0],
        not_after=window[1],
        required=required,
        rule=rule.id,
        cause=stimulus.line,
    )


FAMILY: Final = Family(
    codes=frozenset({SHORT_OUTAGE, LONG_OUTAGE}),
    rules=(_RESTORED, _RESTARTED, _NO_OUTAGE),
    causes=_causes,
    unfounded=_NO_OUTAGE,
)
