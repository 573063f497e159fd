"""What every mechanism must do, checked through a target that carries it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.interfaces.kit_target import journal_octets, whole_journal
from harness.interfaces.mechanism import Mechanism
from harness.interfaces.setting import settle
from harness.interfaces.target import MechanismUse
from harness.vocab.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.interfaces.target import Target, TrialOrder

__all__ = ["check_mechanism", "messages_seen"]


def messages_seen(journal: Journal) -> int:
    """Return how many messages a journal shows at the tap that is nearest to the devices."""
    taps = [str(record["tap"]) for record in journal if record["kind"] == "message"]
    return taps.count("han" if "han" in taps else "hub")


def check_mechanism(
    mechanism: Mechanism,
    target: Target,
    order: TrialOrder,
    *,
    role: str,
    settings: Mapping[str, object] | None = None,
    off: Mapping[str, object] | None = None,
    rate: Callable[[Journal], int] = messages_seen,
) -> None:
    """Check that a mechanism does what it is for, and nothing when it is off.

    ``order`` is a trial in which the device of ``role`` carries no mechanism and in which ``settings``
    (as a profile would write them) must show. Off changes nothing: a trial after one that carried the
    mechanism gives the octets it gave before, and so does carrying it with the settings ``off``, where
    it has such. On raises ``rate``. The same seed gives the same octets.
    """
    assert isinstance(mechanism, Mechanism), f"{mechanism!r} is no mechanism: it lacks a member of harness.interfaces.mechanism.Mechanism"
    assert target.mechanisms().get(mechanism.name) is mechanism, f"target '{target.name}' does not find mechanism '{mechanism.name}'"
    assert role in mechanism.roles, f"mechanism '{mechanism.name}' does not live in role '{role}', only in {sorted(mechanism.roles)}"
    carrying = _carrying(order, role, mechanism, settings or {})
    quiet = journal_octets(target, order)
    loud = journal_octets(target, carrying)
    assert journal_octets(target, carrying) == loud, f"with '{mechanism.name}', the same seed gave two different journals"
    assert journal_octets(target, order) == quiet, f"'{mechanism.name}' left something behind: a trial without it is not what it was"
    if off is not None:
        dormant = journal_octets(target, _carrying(order, role, mechanism, off))
        assert dormant == quiet, f"'{mechanism.name}' with {dict(off)} changes the journal at {_difference(quiet, dormant)}"
    before, after = rate(Journal(quiet)), rate(whole_journal(target, carrying))
    assert after > before, f"with '{mechanism.name}' {after} messages were seen, without it {before}; expected more"


def _carrying(order: TrialOrder, role: str, mechanism: Mechanism, given: Mapping[str, object]) -> TrialOrder:
    use = MechanismUse(name=mechanism.name, settings=settle(dict(mechanism.settings), dict(given), where=mechanism.name))
    devices = tuple(replace(device, mechanisms=(*device.mechanisms, use)) if device.role == role else device for device in order.devices)
    assert devices != order.devices, f"the order has no device of role '{role}'"
    return replace(order, devices=devices)


def _difference(one: bytes, other: bytes) -> str:
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    number = next((number for number, (left, right) in enumerate(pairs, 1) if left != right), "its end")
    return f"line {number}"
