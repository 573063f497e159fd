"""Whether a grade opens the notice that somebody wants to give; simulated evidence opens none about a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.errors import BundleError, UnavailableError, UsageError
from harness.evidence.disclosure_terms import NOTICE
from harness.judge.gates import open_gates
from harness.judge.policy import POLICY
from harness.vocab.canonical import document, parse
from harness.vocab.outcome import ModelGrade, parse_grade

if TYPE_CHECKING:
    from harness.evidence.bundle import Bundle
    from harness.evidence.disclosure_choice import Order
    from harness.judge.gates import Gate, Threshold
    from harness.vocab.outcome import Grade

__all__ = ["ClosedGateError", "is_interim"]

_CERTAINTY: Final = "data/results/certainty.json"
_IMPACT: Final = "data/results/impact.json"
_POLICY: Final = "data/plan/policy.json"
_AS_REQUEST: Final = "--request-for-captures, which says of no device that it does anything"


class ClosedGateError(UnavailableError):
    """The policy does not let this evidence go to this recipient as a notice."""


def is_interim(bundle: Bundle, order: Order) -> bool:
    """Insist that the gate of the recipient's class is open, and tell whether the notice must be labelled as interim.

    A request for captures needs no gate. Raises :class:`ClosedGateError` saying what is missing.
    """
    if order.purpose != NOTICE:
        return False
    grade, band = _grade(bundle), _band(bundle)
    name = order.recipient.kind.gate
    gate = next(gate for gate in POLICY.gates if gate.name == name)
    if isinstance(grade, ModelGrade):
        what = f"grade {grade} is of simulated evidence: it shows what a model does, and can be no notice about a device"
        raise ClosedGateError(what, where=f"--to {order.recipient.text}", expected=_AS_REQUEST)
    if bundle.read(_POLICY) != document(POLICY.document()):
        raise UsageError("the bundle was sealed under another policy", where=_POLICY, expected=POLICY.version)
    if name not in open_gates(grade, band, waited=order.waited, gates=POLICY.gates):
        what = f"grade {grade} with impact {band} after {order.waited} working days does not open '{name}'"
        expected = f"{_needed(gate)}; or {_AS_REQUEST}"
        raise ClosedGateError(what, where=f"--to {order.recipient.text}", expected=expected)
    return all(threshold.interim for threshold in gate.thresholds if threshold.holds(grade, band, order.waited))


def _grade(bundle: Bundle) -> Grade:
    value = parse(bundle.read(_CERTAINTY), where=_CERTAINTY)
    if not isinstance(value, dict):
        raise BundleError("holds no verdict", where=_CERTAINTY)
    return parse_grade(str(value.get("worst-case")))


def _band(bundle: Bundle) -> str:
    """Return the band of impact; the lowest one where none was worked out."""
    value = parse(bundle.read(_IMPACT), where=_IMPACT) if _IMPACT in bundle.files else None
    return str(value.get("band")) if isinstance(value, dict) and value.get("band") else "I0"


def _needed(gate: Gate) -> str:
    return " or ".join(map(_threshold, gate.thresholds))


def _threshold(threshold: Threshold) -> str:
    parts = [f"{threshold.level} of realm L or F"]
    parts += [f"{threshold.units} units"] if threshold.units > 1 else []
    parts += [f"impact {threshold.band}"] if threshold.band != "I0" else []
    parts += [f"{threshold.reply_days} working days to reply (--waited)"] if threshold.reply_days else []
    parts += ["the interim label"] if threshold.interim else []
    return " with ".join([parts[0], " and ".join(parts[1:])]) if parts[1:] else parts[0]
