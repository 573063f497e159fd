"""Certificate-based key establishment, suite 2, on the air: both sides compute it, and the link key is what both come to.

The certificates are issued by a test authority of the simulator's own, which no device outside it trusts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

from harness.errors import InternalError
from harness.vocab.identity import Eui64
from harness.vocab.seed import subseed
from harness.wire.zigbee.cbke import SUITE_2, Credentials, agree, issue, mac_u, mac_v
from harness.wire.zigbee.clusters import KEY_ESTABLISHMENT, cluster_frame, read_cluster_command
from harness.wire.zigbee.se_commands import ConfirmKeyData, EphemeralData, InitiateKeyEstablishment
from harness.wire.zigbee.zcl import read_zcl, write_zcl

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["ISSUER", "Side", "establish", "side_of"]

ISSUER: Final = Eui64("02a5e7ca00000001")
"""The test authority."""
_ISSUER_PRIVATE: Final = 1 + int.from_bytes(subseed(b"", "simulator's test authority"), "big")
_SECONDS: Final = 2
"""How long each side says that it needs for a step [assumed]."""
_Command = TypeVar("_Command", InitiateKeyEstablishment, EphemeralData, ConfirmKeyData)
_EXTRA: Final = 8
"""Octets drawn beyond the size of a private key, so that reducing them leaves no bias to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of an exchange: who it is, what it shows, and its ephemeral key."""

    address: Eui64
    credentials: Credentials
    ephemeral: int
    ephemeral_public: bytes


@lru_cache(maxsize=64)
def _credentials(seed: bytes, device: Eui64) -> Credentials:
    serial = int.from_bytes(subseed(seed, "certificate", device)[:8], "big")
    chance = _number(seed, "device", device), _number(seed, "authority", device)
    return issue(SUITE_2, subject=device, issuer=ISSUER, issuer_private=_ISSUER_PRIVATE, serial=serial, chance=chance)


def _number(seed: bytes, *path: str) -> int:
    drawn = subseed(seed, "cbke", *path) + subseed(seed, "cbke", *path, "more")
    return int.from_bytes(drawn[: SUITE_2.curve.private_size + _EXTRA], "big")


def side_of(seed: bytes, device: Eui64, peer: Eui64) -> Side:
    """Return a device's side of an exchange with a peer; everything random is drawn from the trial's seed."""
    curve = SUITE_2.curve
    ephemeral = 1 + _number(seed, "ephemeral", device, peer) % (curve.order - 1)
    return Side(address=device, credentials=_credentials(seed, device), ephemeral=ephemeral, ephemeral_public=curve.public(ephemeral))


def establish(initiator: Side, responder: Side, carry: Callable[[bytes, bool], bytes]) -> bytes:
    """Carry an exchange through, and return the link key that both sides have come to.

    ``carry(octets, from_responder)`` brings a ZCL frame to the other side and returns it as it came there.
    """
    sides = (initiator, responder)
    shown = [_brought(_initiate(side), carry, from_responder=side is responder).certificate for side in sides]
    keys = [_brought(EphemeralData(key=side.ephemeral_public), carry, from_responder=side is responder).key for side in sides]
    ours = agree(initiator.credentials, initiator.ephemeral, shown[1], keys[1])
    theirs = agree(responder.credentials, responder.ephemeral, shown[0], keys[0])
    people = initiator.address, responder.address
    points = initiator.ephemeral_public, responder.ephemeral_public
    confirmed = _brought(ConfirmKeyData(mac=mac_u(ours.mac_key, *people, *points)), carry, from_responder=False).mac
    answered = _brought(ConfirmKeyData(mac=mac_v(theirs.mac_key, *people, *points)), carry, from_responder=True).mac
    if confirmed != mac_u(theirs.mac_key, *people, *points) or answered != mac_v(ours.mac_key, *people, *points):
        raise InternalError("the two sides of a key establishment came to different keys", where="han")
    return ours.link_key


def _initiate(side: Side) -> InitiateKeyEstablishment:
    return InitiateKeyEstablishment(
        suites=SUITE_2.number, ephemeral_seconds=_SECONDS, confirm_seconds=_SECONDS, certificate=side.credentials.certificate.octets
    )


def _brought(command: _Command, carry: Callable[[bytes, bool], bytes], *, from_responder: bool) -> _Command:
    """Bring a command to the other side, and return it as it was read there."""
    _, frame = cluster_frame(command, sequence=1, from_server=from_responder)
    heard = read_cluster_command(read_zcl(carry(write_zcl(frame), from_responder)), KEY_ESTABLISHMENT)
    if not isinstance(heard, type(command)):
        raise InternalError(f"{type(command).__name__} came as {type(heard).__name__}", where="han")
    return heard
