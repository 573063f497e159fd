"""Encrypted bodies of any message: found, opened, and sealed again to the same octets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.wire.gbcs.access import AccessResponse, DataNotification
from harness.wire.gbcs.axdr import decode_data
from harness.wire.gbcs.components import Component, ComponentBody, GbzAlert, GbzPayload, decode_body
from harness.wire.gbcs.crypto import body_key, decrypt, encrypt
from harness.wire.gbcs.dlms import Data, Tag
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.protected import ProtectedResponse
from harness.wire.gbcs.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.wire.gbcs.keys import KeyStore
    from harness.wire.gbcs.message import Message
    from harness.wire.gbcs.payloads import Payload

__all__ = ["OpenedBody", "SealedBody", "open_bodies", "seal", "sealed_bodies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBody:
    """One encrypted body and where it stands."""

    sealed: Sealed
    offset: int
    """Offset in the payload of its first octet, 31."""
    component: Component | None = None
    """The GBZ component that it is the body of; ``None`` in DLMS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBody:
    """One encrypted body in clear."""

    body: SealedBody
    plaintext: bytes
    value: Data | ComponentBody
    """The plaintext typed: DLMS data, or the ZCL payload of the component's command."""


def sealed_bodies(payload: Payload) -> tuple[SealedBody, ...]:
    """Return the encrypted bodies of a payload, in wire order."""
    if isinstance(payload, AccessResponse):
        found = [ProtectedResponse.read(item.children) for item in payload.data if item.tag == Tag.STRUCTURE]
        return tuple(SealedBody(sealed=body.sealed, offset=body.offset) for body in found if body is not None)
    if isinstance(payload, DataNotification):
        body = ProtectedResponse.read(payload.members)
        return () if body is None else (SealedBody(sealed=body.sealed, offset=body.offset),)
    if isinstance(payload, (GbzPayload, GbzAlert)) and any(component.frame_counter is not None for component in payload.components):
        return tuple(_in_components(payload))
    return ()


def _in_components(payload: GbzPayload | GbzAlert) -> Iterator[SealedBody]:
    at = 3 if isinstance(payload, GbzPayload) else 9
    for component in payload.components:
        at += len(component.encode(last=False))
        if isinstance(component.body, Sealed):
            yield SealedBody(sealed=component.body, offset=at - len(component.body.encode()), component=component)


def open_bodies(message: Message, payload: Payload, keys: KeyStore) -> tuple[OpenedBody, ...] | None:
    """Return the encrypted bodies of a message in clear; ``None`` where it has some, and a key that they rest on is not known.

    Raises :class:`GbcsError`: E42 where a tag does not match, E31 or E33 where a plaintext is not what it should be; places in
    the plaintext are told as if it stood where the ciphertext stands, which has the same length.
    """
    bodies = sealed_bodies(payload)
    if not bodies:
        return ()
    key = body_key(message, keys)
    if key is None:
        return None
    return tuple(_open(body, key, message) for body in bodies)


def _open(body: SealedBody, key: bytes, message: Message) -> OpenedBody:
    offset = message.payload_offset + body.offset
    plaintext = decrypt(body.sealed.encode(), key, message.originator, offset=offset)
    try:
        value = _typed(plaintext, body.component)
    except GbcsError as error:
        raise error.moved(offset + 5) from None
    return OpenedBody(body=body, plaintext=plaintext, value=value)


def _typed(plaintext: bytes, component: Component | None) -> Data | ComponentBody:
    if component is None:
        return decode_data(plaintext)
    return decode_body(component.cluster, component.frame_control, component.command, plaintext, 0, len(plaintext))


def seal(message: Message, value: Data | ComponentBody, keys: KeyStore) -> Sealed | None:
    """Return a body encrypted for whom the message's headers say; ``None`` where a key that it rests on is not known."""
    key = body_key(message, keys)
    return None if key is None else Sealed.decode(encrypt(value.encode(), key, message.originator))
