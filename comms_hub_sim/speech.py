"""How a device speaks GBCS: from a code to the octets of a protected alert, and back to what is needed in transit.

The one place of the simulator that builds GBCS messages; commands have a module of their own
(:mod:`comms_hub_sim.commands`). What the catalogue only infers is good enough here: nothing is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from comms_hub_sim.commands import answer, read_command
from comms_hub_sim.credentials import PARTIES
from harness.errors import WireError
from harness.vocab.seed import subseed
from harness.wire.gbcs.alerts import build_alert, read_alert
from harness.wire.gbcs.billing import BillingEntry, build_esme_billing, build_gsme_billing
from harness.wire.gbcs.catalogue import alert_facts
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.crypto import protect
from harness.wire.gbcs.gbz import PublishSnapshot
from harness.wire.gbcs.message import Profile
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from comms_hub_sim.commands import Command
    from comms_hub_sim.credentials import Credentials
    from harness.vocab.alert import Alert
    from harness.vocab.identity import Eui64
    from harness.wire.gbcs.content import FieldValue

__all__ = ["BILLING", "Envelope", "Spoken", "Voice", "alert_in", "envelope", "log_of"]

BILLING: Final = 0x8F0A
_OUTAGE: Final = 0x0067
_OUTAGE_CODES: Final = frozenset(range(0x8F35, 0x8F3D))
_INTEGRITY: Final = 0x81A0
_INTEGRITY_REASON: Final = 9
"""Reason of an integrity warning that names none: unspecified."""
_CRITICAL, _NON_CRITICAL = 0x1000, 0x1001
_SCHEDULED: Final = 0x01
"""Cause of a gas snapshot: bit 0, general."""


class Spoken(NamedTuple):
    """A message as it was sent, kept so that it can be sent again."""

    code: int
    counter: int
    octets: bytes


class Envelope(NamedTuple):
    """What the header of any GBCS message says about where it comes from and goes to."""

    counter: int
    originator: Eui64
    target: Eui64


class Voice:
    """Speaks for one device: counts, addresses, protects. The counter outlives restarts."""

    __slots__ = ("_address", "_credentials", "_is_zigbee", "_role", "counter")

    def __init__(self, role: str, credentials: Credentials, seed: bytes) -> None:
        """Speak for the device that has ``role``; its counter starts somewhere, as that of a device in service."""
        self._role = role
        self._credentials = credentials
        self._address = credentials.of[role]
        self._is_zigbee = role == "gsme"
        self.counter = 1 + int.from_bytes(subseed(seed, "originator counter", role)[:3], "big")
        """The originator counter of the next message."""

    def alert(self, code: int, seconds: int, body: bytes = b"") -> Spoken:
        """Build an alert whose code is all that is known.

        Billing, outage and integrity codes get a plain body of their own; any other code goes out as a
        generic alert, even one that devices send with more in it.
        """
        if code == BILLING and not body:
            return self.billing_alert(seconds, 0)
        if code in _OUTAGE_CODES and not body and not self._is_zigbee:
            return self.outage_alert(code, seconds, seconds, seconds)
        critical = _is_critical(code)
        fields: dict[str, FieldValue] = {}
        message_code = _CRITICAL if critical else _NON_CRITICAL
        if code == _INTEGRITY and not body:
            message_code, fields = (0x00F2 if self._is_zigbee else 0x00F0), {"reason": _INTEGRITY_REASON}
        return self._build(code, seconds, message_code, fields, body, critical=critical)

    def outage_alert(self, code: int, seconds: int, begun: int, ended: int) -> Spoken:
        """Build the alert that the supply is back (ECS80): seconds since 2000 at which it went and came."""
        fields: dict[str, FieldValue] = {
            "interruption-time": CosemDateTime.from_seconds(begun),
            "restoration-time": CosemDateTime.from_seconds(ended),
        }
        return self._build(code, seconds, _OUTAGE, fields, b"", critical=True)

    def billing_alert(self, seconds: int, register: int) -> Spoken:
        """Build the alert that carries a billing entry, encrypted for the supplier (ECS68, GCS53)."""
        counter, target = self._next(), self._credentials.of["supplier"]
        keys, originator = self._credentials.keys, self._address
        if self._is_zigbee:
            unsigned = build_gsme_billing(
                _snapshot(seconds, register), originator=originator, target=target, counter=counter, time=seconds, keys=keys
            )
        else:
            unsigned = build_esme_billing(
                (_entry(seconds, register),), originator=originator, target=target, counter=counter, time=seconds, keys=keys
            )
        return Spoken(BILLING, counter, protect(unsigned, critical=True, originator=originator, target=target, keys=keys))

    def command_in(self, octets: bytes) -> Command | None:
        """Return the command for this device that octets hold; ``None`` for anything else."""
        return read_command(octets, self._address, self._credentials)

    def answer(self, command: Command) -> bytes:
        """Build the response to a command that was obeyed."""
        return answer(command, self._credentials)

    def _build(self, code: int, seconds: int, message_code: int, fields: dict[str, FieldValue], body: bytes, *, critical: bool) -> Spoken:
        counter, target = self._next(), self._credentials.of[self._recipient(code)]
        unsigned = build_alert(
            originator=self._address,
            target=target,
            counter=counter,
            message_code=message_code,
            code=code,
            time=seconds,
            profile=Profile.GBZ if self._is_zigbee else Profile.DLMS,
            fields=fields,
            body=body,
        )
        keys = self._credentials.keys
        return Spoken(code, counter, protect(unsigned, critical=critical, originator=self._address, target=target, keys=keys))

    def _recipient(self, code: int) -> str:
        """Return the party an alert goes to: a hub's to the ACB, others as the catalogue has it."""
        if self._role == "hub":
            return "acb"
        facts = alert_facts(code)
        listed = facts.columns["recipients"].split(";") if facts else []
        first = "network-operator" if code >> 8 == 0x80 or code in _OUTAGE_CODES else "supplier"
        return next((party for party in (first, *PARTIES) if party in listed), first)

    def _next(self) -> int:
        counter, self.counter = self.counter, self.counter + 1
        return counter


def _is_critical(code: int) -> bool:
    facts = alert_facts(code)
    return facts.columns["critical"] == "critical" if facts else code >> 8 == 0x8F


def _entry(seconds: int, register: int) -> BillingEntry:
    """Return a single-element meter's entry with everything on the first tariff."""
    register &= 0xFFFF_FFFF
    return BillingEntry(time=seconds, imported=register, tariffs=(register, *(0,) * 47), blocks=((0,) * 8,) * 4)


def _snapshot(seconds: int, register: int) -> PublishSnapshot:
    return PublishSnapshot(
        snapshot_id=seconds & 0xFFFF_FFFF,
        time=seconds,
        cause=_SCHEDULED,
        summation=register,
        tiers=(register, 0, 0, 0),
        blocks=(0, 0, 0, 0),
    )


def log_of(code: int) -> str | None:
    """Return the log that a code is written into, or ``None`` where it is in none."""
    facts = alert_facts(code)
    for column, log in (("power_event_log", "power-event"), ("event_log", "event"), ("security_log", "security")):
        if facts is not None and facts.columns[column] == "y":
            return log
    return None


def alert_in(octets: bytes) -> Alert | None:
    """Return the alert that octets hold, or ``None`` where they hold something else."""
    try:
        return read_alert(octets)
    except WireError:
        return None


def envelope(octets: bytes) -> Envelope:
    """Return counter, originator and target of any GBCS message."""
    message = alert_in(octets) or decode_message(octets)
    return Envelope(message.counter, message.originator, message.target)
