"""GBZ payloads: ZCL commands in components, big-endian around, little-endian inside.

::

    01 09  count  [code(2) seconds(4) in an Alert]
      control(1) cluster(2) length(2)                 bit 0 last, bit 1 encrypted, bit 4 from-date-time
        [from-date-time(4)] [00 frame-counter(1)]
        frame-control(1) sequence(1) command(1)
        ZCL payload, or length(2) 31 00000000 ciphertext tag(12)

Several encrypted components of one message share key and IV: the frame counter takes no part. No reference message has bits 1 and 4
together; the order here is that of the only reader that knows one (tshark). A ZCL command that the table does not have is kept as
:class:`Opaque` octets, and told in the remarks; everything else that breaks a rule is E33. Places are those in the payload.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING

from harness.wire.gbcs.attributes import (
    DEFAULT_RESPONSE,
    READ_ATTRIBUTES,
    READ_ATTRIBUTES_RESPONSE,
    DefaultResponse,
    ReadAttributes,
    ReadAttributesResponse,
    UnknownTypeError,
)
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.sealed import Sealed
from harness.wire.gbcs.zcl_table import ZclCommand, zcl_command

if TYPE_CHECKING:
    from harness.wire.gbcs.named import Named
    from harness.wire.gbcs.zcl_types import ZclValue

__all__ = [
    "ClusterCommand",
    "Component",
    "ComponentBody",
    "GbzAlert",
    "GbzPayload",
    "Opaque",
    "Sealed",
    "decode_body",
    "decode_gbz",
    "decode_gbz_alert",
]

GBZ_PROFILE = b"\x01\x09"
"""Smart Energy profile id, which every GBZ payload starts with."""

_LAST, _ENCRYPTED, _FROM_DATE_TIME = 0x01, 0x02, 0x10
_KNOWN_BITS = _LAST | _ENCRYPTED | _FROM_DATE_TIME
_HEAD = Struct(">BHHBBB")
"""Control, cluster, length; then frame control, sequence and command, where nothing stands before them."""
_HEAD_SIZE = 5
_ZCL_HEAD = 3
_FRAME_TYPE, _MANUFACTURER, _FROM_SERVER = 0x03, 0x04, 0x08
_CLUSTER_SPECIFIC = 0x01


@dataclass(frozen=True, slots=True)
class Opaque:
    """A ZCL payload that stays octets, because the command or an attribute's type is not known."""

    octets: bytes
    reason: str

    def encode(self) -> bytes:
        """Write the octets."""
        return self.octets


@dataclass(slots=True, unsafe_hash=True)
class ClusterCommand:
    """The payload of a cluster command, by the layout that its table row gives."""

    kind: ZclCommand
    fields: Named[ZclValue]

    def encode(self) -> bytes:
        """Write the ZCL payload; ``ValueError`` where a field does not fit."""
        return self.kind.layout.write(self.fields)


ComponentBody = ClusterCommand | ReadAttributes | ReadAttributesResponse | DefaultResponse | Opaque | Sealed


@dataclass(slots=True, unsafe_hash=True)
class Component:
    """One ZCL command of a GBZ payload."""

    cluster: int
    frame_control: int
    sequence: int
    command: int
    body: ComponentBody
    from_date_time: int | None = None
    """Seconds since 2000: start of a range (GetTopUpLog, GetDebtRepaymentLog), or when to activate (SetLowCreditWarningLevel)."""
    frame_counter: int | None = None
    """Counts the encrypted components from 0; ``None`` where it is in clear."""

    @property
    def from_server(self) -> bool:
        """Whether a server sends it to a client."""
        return bool(self.frame_control & _FROM_SERVER)

    def encode(self, *, last: bool) -> bytes:
        """Write the component; ``ValueError``, ``OverflowError`` or ``struct.error`` where a value does not fit."""
        sealed = isinstance(self.body, Sealed)
        if sealed is not (self.frame_counter is not None):
            raise ValueError("an encrypted body needs a frame counter, and nothing else has one")
        body = self.body.encode()
        inner = b"" if self.from_date_time is None else self.from_date_time.to_bytes(4, "big")
        if self.frame_counter is not None:
            inner += bytes((0, self.frame_counter))
            body = len(body).to_bytes(2, "big") + body
        inner += bytes((self.frame_control, self.sequence, self.command)) + body
        control = _LAST * last | _ENCRYPTED * sealed | _FROM_DATE_TIME * (self.from_date_time is not None)
        return bytes((control,)) + self.cluster.to_bytes(2, "big") + len(inner).to_bytes(2, "big") + inner


@dataclass(slots=True, unsafe_hash=True)
class GbzPayload:
    """The components of a Command or Response."""

    components: tuple[Component, ...]

    def encode(self) -> bytes:
        """Write the payload."""
        return GBZ_PROFILE + bytes((len(self.components),)) + _written(self.components)


@dataclass(slots=True, unsafe_hash=True)
class GbzAlert:
    """The payload of an Alert: code, time, and components or octets of another layout."""

    code: int
    time: int
    """Seconds since 2000-01-01T00:00:00Z."""
    components: tuple[Component, ...] = ()
    body: bytes = b""
    """What follows code and time where it is no component; :mod:`harness.wire.gbcs.layouts` tells its fields."""
    count: int = 0
    """Components that the payload claims: 1 where anything follows code and time, as devices write it."""

    def encode(self) -> bytes:
        """Write the payload."""
        head = bytes((self.count,)) + self.code.to_bytes(2, "big") + self.time.to_bytes(4, "big")
        return GBZ_PROFILE + head + (_written(self.components) or self.body)


def _written(components: tuple[Component, ...]) -> bytes:
    return b"".join([component.encode(last=number == len(components)) for number, component in enumerate(components, 1)])


def decode_gbz(octets: bytes) -> GbzPayload:
    """Read the GBZ payload of a Command or Response; raises :class:`GbcsError` E33."""
    if len(octets) < 3 or octets[:2] != GBZ_PROFILE:
        raise GbcsError("E33", 0, "not a GBZ payload", expected="0109 and a component count", octets=octets[:3])
    return GbzPayload(_components(octets, 3, octets[2]))


def decode_gbz_alert(octets: bytes, *, in_components: bool) -> GbzAlert:
    """Read the GBZ payload of an Alert, whose body is in components or not; raises :class:`GbcsError` E33."""
    if len(octets) < 9 or octets[:2] != GBZ_PROFILE:
        expected = "0109, component count, code and time: nine octets"
        raise GbcsError("E33", 0, "a GBZ alert that breaks off", expected=expected, octets=octets[:9])
    count, code, time = octets[2], int.from_bytes(octets[3:5], "big"), int.from_bytes(octets[5:9], "big")
    if in_components:
        return GbzAlert(code, time, _components(octets, 9, count), b"", count)
    return GbzAlert(code, time, (), octets[9:], count)


def _components(octets: bytes, at: int, count: int) -> tuple[Component, ...]:
    """Read as many components as ``count`` says, which must fill what is left, the last of them marked as such."""
    end = len(octets)
    found = []
    for left in range(count, 0, -1):
        if end - at < _HEAD_SIZE + _ZCL_HEAD:
            raise GbcsError("E33", at, f"{left} components are missing", expected=f"{count}, as the payload claims", octets=octets[at:])
        control, cluster, length, frame_control, sequence, command = _HEAD.unpack_from(octets, at)
        after = at + _HEAD_SIZE + length
        if after > end or length < _ZCL_HEAD:
            expected = f"3 to {end - at - _HEAD_SIZE}"
            raise GbcsError("E33", at + 3, f"a component of {length} octets", expected=expected, octets=octets[at + 3 : at + 5])
        if control == (left == 1):
            body = decode_body(cluster, frame_control, command, octets, at + _HEAD_SIZE + _ZCL_HEAD, after)
            found.append(Component(cluster, frame_control, sequence, command, body))
        else:
            _check_control(control, at, last=left == 1)
            found.append(_extended(control, cluster, octets, at + _HEAD_SIZE, after))
        at = after
    if at != end:
        raise GbcsError("E33", at, f"{end - at} octets after {count} components", expected="none", octets=octets[at:])
    return tuple(found)


def _check_control(control: int, at: int, *, last: bool) -> None:
    if control & ~_KNOWN_BITS:
        raise GbcsError("E33", at, "an unknown component control", expected="bits 0, 1 and 4 only", octets=bytes((control,)))
    if bool(control & _LAST) is not last:
        expected = "bit 0 on the last component, and on no other"
        raise GbcsError("E33", at, "another last-component bit", expected=expected, octets=bytes((control,)))


def _extended(control: int, cluster: int, octets: bytes, at: int, end: int) -> Component:
    """Read a component with a from-date-time, an encrypted body, or both."""
    needed = _ZCL_HEAD + (4 if control & _FROM_DATE_TIME else 0) + (4 if control & _ENCRYPTED else 0)
    if end - at < needed:
        raise GbcsError("E33", at, f"a component of {end - at} octets", expected=f"at least {needed}", octets=octets[at:end])
    from_date_time = frame_counter = None
    if control & _FROM_DATE_TIME:
        from_date_time = int.from_bytes(octets[at : at + 4], "big")
        at += 4
    if control & _ENCRYPTED:
        if octets[at]:
            raise GbcsError("E33", at, "another additional header control", expected="00", octets=octets[at : at + 1])
        frame_counter = octets[at + 1]
        at += 2
    frame_control, sequence, command = octets[at : at + _ZCL_HEAD]
    start = at + _ZCL_HEAD
    body: ComponentBody
    if control & _ENCRYPTED:
        length = int.from_bytes(octets[start : start + 2], "big")
        if length != end - start - 2:
            expected = f"{end - start - 2}, what the component has left"
            raise GbcsError("E33", start, f"a ciphered length of {length}", expected=expected, octets=octets[start : start + 2])
        body = Sealed.decode(octets[start + 2 : end], start + 2)
    else:
        body = decode_body(cluster, frame_control, command, octets, start, end)
    return Component(cluster, frame_control, sequence, command, body, from_date_time, frame_counter)


def decode_body(cluster: int, frame_control: int, command: int, octets: bytes, at: int, end: int) -> ComponentBody:  # noqa: PLR0917
    """Read a ZCL payload in clear, from ``at`` to ``end``; raises :class:`GbcsError` E33 where a known command has another shape."""
    kind = frame_control & (_FRAME_TYPE | _MANUFACTURER)
    if kind == _CLUSTER_SPECIFIC:
        found = zcl_command(cluster, bool(frame_control & _FROM_SERVER), command)
        if found is not None:
            return ClusterCommand(found, found.layout.read(octets, at, end))
        side = "server" if frame_control & _FROM_SERVER else "client"
        return Opaque(octets[at:end], f"command 0x{command:02X} of the {side} of cluster 0x{cluster:04X} is not known")
    if not kind:
        if command == READ_ATTRIBUTES_RESPONSE:
            try:
                return ReadAttributesResponse.decode(octets, at, end)
            except UnknownTypeError as error:
                return Opaque(octets[at:end], f"{error.finding} is not known")
        if command == READ_ATTRIBUTES:
            return ReadAttributes.decode(octets, at, end)
        if command == DEFAULT_RESPONSE:
            return DefaultResponse.decode(octets, at, end)
    return Opaque(octets[at:end], f"a ZCL frame of control 0x{frame_control:02X} and command 0x{command:02X} is not known")
