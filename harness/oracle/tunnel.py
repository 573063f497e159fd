"""0x81BA: a refused request for a tunnel, once for each thing that upset the link between hub and meter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.interfaces.oracle import Allowance
from harness.oracle.family import ALWAYS, FOREVER, Causes, Family, Rule

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64
    from harness.wire.facts import StimulusFacts, TrialFacts

__all__ = ["FAMILY", "TUNNEL_REFUSED"]

TUNNEL_REFUSED: Final = 0x81BA

_UPSETTING: Final = frozenset({"hub.restart", "device.restart", "supply.cut", "han.loss"})
"""Capabilities after which hub and meter may disagree about the tunnel between them."""

_ONCE: Final = Rule(
    id="tunnel-refused-once",
    says="After a restart of hub or meter, or a break of the HAN, one request for a tunnel may be refused and told of.",
    source="catalogue 0x81BA; tunnel state is lost by one side only (mechanism M09)",
)
_NO_CAUSE: Final = Rule(
    id="tunnel-refused-again",
    says="Nothing upset the link between hub and meter since a refused request for a tunnel was last told of.",
    source="stimuli of the trial",
)


def _causes(facts: TrialFacts) -> Causes:
    meters = facts.devices_with("esme", "gsme")
    return Causes(
        allowances=tuple(allowance for device in meters for allowance in _of_meter(facts, device)),
        known=dict.fromkeys(meters, ALWAYS),
    )


def _of_meter(facts: TrialFacts, device: Eui64) -> list[Allowance]:
    """Return one allowance a cause, each until the next cause."""
    role = facts.role_of(device)
    causes = [(stimulus.done, stimulus.line) for stimulus in facts.stimuli if stimulus.done is not None and _upsets(stimulus, role)]
    starts = sorted(causes)
    return [
        Allowance(device=device, code=TUNNEL_REFUSED, not_before=at, not_after=following, required=False, rule=_ONCE.id, cause=line)
        for (at, line), (following, _) in zip(starts, [*starts[1:], (FOREVER, 0)], strict=False)
    ]


def _upsets(stimulus: StimulusFacts, role: str) -> bool:
    """Tell whether a stimulus can upset a meter's tunnel; a hub is fed by the electricity meter's supply."""
    return stimulus.do in _UPSETTING and (stimulus.on in (role, "hub") or stimulus.do == "supply.cut")


FAMILY: Final = Family(codes=frozenset({TUNNEL_REFUSED}), rules=(_ONCE, _NO_CAUSE), causes=_causes, unfounded=_NO_CAUSE)
