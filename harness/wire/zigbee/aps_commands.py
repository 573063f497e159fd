"""The commands of the ZigBee APS layer; clause: ZigBee 05-3474 4.4.10.

::

    05 transport key   kind 01 network key: key, sequence, destination, source      09 switch key   sequence
                       kind 03 application link key: key, partner, initiator        0E tunnel       destination, secured frame
                       kind 04 trust centre link key: key, destination, source      0F verify key   kind, source, hash
    06 update device   device, address, status                                      10 confirm key  status, kind, destination
    07 remove device   target
    08 request key     kind, [partner]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import EUI, KEY, REST, U8, U16, Choice, Maybe, OtherCommand, Record

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = [
    "APPLICATION_LINK_KEY",
    "DEVICE_STATUSES",
    "NETWORK_KEY",
    "TRUST_CENTRE_LINK_KEY",
    "ApplicationLinkKey",
    "ApsCommand",
    "ConfirmKey",
    "NetworkKey",
    "RemoveDevice",
    "RequestKey",
    "SwitchKey",
    "TransportKey",
    "TrustCentreLinkKey",
    "Tunnel",
    "UpdateDevice",
    "VerifyKey",
    "read_aps_command",
    "write_aps_command",
]

NETWORK_KEY, APPLICATION_LINK_KEY, TRUST_CENTRE_LINK_KEY = 1, 3, 4
"""Kinds of keys; request key asks for 2 (an application link key) or 4."""
DEVICE_STATUSES = {0: "secured rejoin", 1: "unsecured join", 2: "left", 3: "trust centre rejoin"}
"""What an update device command tells of a device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkKey:
    """A network key on its way; all zero for a device that has it and needs only to be told that it may come in."""

    key: bytes
    sequence: int
    destination: Eui64
    source: Eui64


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationLinkKey:
    """A link key for two devices."""

    key: bytes
    partner: Eui64
    initiator: int
    """1 where the receiver asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCentreLinkKey:
    """A link key between a device and the trust centre."""

    key: bytes
    destination: Eui64
    source: Eui64


TransportedKey = NetworkKey | ApplicationLinkKey | TrustCentreLinkKey


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportKey:
    """The trust centre sends a key."""

    key: TransportedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDevice:
    """A router tells the trust centre of a device that came or went."""

    device: Eui64
    address: int
    status: int
    """One of :data:`DEVICE_STATUSES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDevice:
    """The trust centre tells a router to send a device away."""

    target: Eui64


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """A device asks the trust centre for a link key."""

    kind: int
    """2 application link key, 4 trust centre link key."""
    partner: Eui64 | None = None
    """The other device, for an application link key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchKey:
    """The trust centre tells that a network key is in use from now on."""

    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """A router hands a secured command to a device that has no network key yet."""

    destination: Eui64
    frame: bytes
    """A whole secured APS frame: see :func:`~harness.wire.zigbee.aps.open_aps`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyKey:
    """A device shows that it has its link key."""

    kind: int
    source: Eui64
    hash: bytes
    """See :func:`~harness.wire.zigbee.derivations.verify_key_hash`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmKey:
    """The trust centre tells whether a verify key command held."""

    status: int
    kind: int
    destination: Eui64


ApsCommand = TransportKey | UpdateDevice | RemoveDevice | RequestKey | SwitchKey | Tunnel | VerifyKey | ConfirmKey


class _Transported:
    """A kind of key and what belongs to it."""

    _KINDS: dict[int, Record[Any]] = {  # noqa: RUF012 it is not changed
        NETWORK_KEY: Record(NetworkKey, KEY, U8, EUI, EUI),
        APPLICATION_LINK_KEY: Record(ApplicationLinkKey, KEY, EUI, U8),
        TRUST_CENTRE_LINK_KEY: Record(TrustCentreLinkKey, KEY, EUI, EUI),
    }

    def read(self, octets: bytes, at: int) -> tuple[TransportedKey, int]:
        kind, after = U8.read(octets, at)
        if kind not in self._KINDS:
            raise ZigbeeError("", at, f"of kind {kind}", expected="1, 3 or 4", octets=octets[at:after])
        found: tuple[TransportedKey, int] = self._KINDS[kind].read(octets, after)
        return found

    def write(self, value: TransportedKey) -> bytes:
        kind, record = next((kind, record) for kind, record in self._KINDS.items() if record.made is type(value))
        return bytes((kind,)) + record.write(value)


_COMMANDS: Choice[ApsCommand] = Choice(
    "APS",
    {
        0x05: Record(TransportKey, _Transported()),
        0x06: Record(UpdateDevice, EUI, U16, U8),
        0x07: Record(RemoveDevice, EUI),
        0x08: Record(RequestKey, U8, Maybe(EUI)),
        0x09: Record(SwitchKey, U8),
        0x0E: Record(Tunnel, EUI, REST),
        0x0F: Record(VerifyKey, U8, EUI, KEY),
        0x10: Record(ConfirmKey, U8, U8, EUI),
    },
)


def read_aps_command(payload: bytes) -> ApsCommand | OtherCommand:
    """Read the payload of a command frame; raises :class:`ZigbeeError`. An unknown command is kept as octets."""
    return _COMMANDS.read(payload)


def write_aps_command(command: ApsCommand | OtherCommand) -> bytes:
    """Write the payload of a command frame; ``ValueError`` where a member does not fit."""
    return _COMMANDS.write(command)
