"""Encrypted reads of DLMS objects: class 30 Data Protection, method 1, get_protected_attributes.

::

    Command    structure { array of object definitions, array(1) of protection parameters }
    Response   structure { array(1) of protection parameters, octet-string 31 00000000 ciphertext tag }
    plaintext  structure, one member for each object asked for

An object definition is class, instance, attribute, 0 and a restriction: none, or by date-time. The parameters of a response name its own
counter and its target, even where the key was derived for a party unknown to the device from another counter, so
:func:`harness.wire.gbcs.crypto.body_key` looks at the grouping header, not at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, cast

from harness.vocab.identity import Eui64
from harness.wire.gbcs.dlms import Data, Tag
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.sealed import Sealed

if TYPE_CHECKING:
    from harness.wire.gbcs.cosem_time import CosemDateTime

__all__ = ["DATA_PROTECTION", "ObjectDefinition", "ProtectedRequest", "ProtectedResponse", "Protection"]

DATA_PROTECTION = 30
"""COSEM class of the objects that answer encrypted."""
_UNRESTRICTED, _BY_DATE = 0, 1
_EXPECTED = "an array of one: authenticated encryption, transaction, two parties, a key agreed by C(0e, 2s, ECC CDH)"
_PARTIES = Struct(">BQ8s8s")
_ENCRYPTION = Data(Tag.ENUM, 2)
_KEY_INFO = Data(
    Tag.STRUCTURE,
    (
        Data(Tag.ENUM, 2),
        Data(Tag.STRUCTURE, (Data(Tag.OCTET_STRING, b"\x02"), Data(Tag.OCTET_STRING, b""))),
    ),
)
"""An agreed key, parameters 02: C(0e, 2s, ECC CDH)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Protection parameters: authenticated encryption under a key agreed between two parties."""

    flag: int
    """4, encryption, in every reference message."""
    counter: int
    originator: Eui64
    recipient: Eui64

    @classmethod
    def read(cls, data: Data) -> Protection:
        """Read an array of one set of parameters; raises :class:`GbcsError` E31 where it is another."""
        try:
            (one,) = data.children
            _, parameters = one.children
            transaction, originator, recipient, _, _ = parameters.children
        except ValueError:
            raise GbcsError("E31", data.offset, "no protection parameters", expected=_EXPECTED) from None
        texts = (transaction.value, originator.value, recipient.value)
        found = b"".join([text for text in texts if isinstance(text, bytes)])
        if len(found) != _PARTIES.size:
            raise GbcsError("E31", transaction.offset, "other protection parameters", expected=_EXPECTED)
        flag, counter, sender, receiver = _PARTIES.unpack(found)
        read = cls(flag=flag, counter=counter, originator=Eui64(sender.hex()), recipient=Eui64(receiver.hex()))
        if data != read.data():
            raise GbcsError("E31", data.offset, "other protection parameters", expected=_EXPECTED)
        return read

    def data(self) -> Data:
        """Return the array of one set of parameters."""
        ends = bytes.fromhex(self.originator), bytes.fromhex(self.recipient)
        transaction = bytes((self.flag,)) + self.counter.to_bytes(8, "big")
        named = tuple([Data(Tag.OCTET_STRING, octets) for octets in (transaction, *ends, b"")])
        return Data(Tag.ARRAY, (Data(Tag.STRUCTURE, (_ENCRYPTION, Data(Tag.STRUCTURE, (*named, _KEY_INFO)))),))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDefinition:
    """One attribute that is asked for."""

    class_id: int
    instance: bytes
    """Logical name: six octets."""
    attribute: int
    between: tuple[CosemDateTime, CosemDateTime] | None = None
    """First and last instant of the entries wanted; ``None`` for all."""

    @classmethod
    def read(cls, data: Data) -> ObjectDefinition:
        """Read a definition; raises :class:`GbcsError` E31 where it has another shape."""
        match [(part.tag, part.value) for part in data.children]:
            case [
                (Tag.LONG_UNSIGNED, int(class_id)),
                (Tag.OCTET_STRING, bytes(instance)),
                (Tag.INTEGER, int(attribute)),
                (Tag.LONG_UNSIGNED, 0),
                (Tag.STRUCTURE, restriction),
            ] if data.tag == Tag.STRUCTURE and len(instance) == 6:
                between = _between(cast("tuple[Data, ...]", restriction), data)
                return cls(class_id=class_id, instance=instance, attribute=attribute, between=between)
        expected = "class, instance, attribute, 0 and a restriction"
        raise GbcsError("E31", data.offset, "another object definition", expected=expected, octets=data.encode())

    def data(self) -> Data:
        """Return the structure that asks for it."""
        restriction = (Data(Tag.ENUM, _UNRESTRICTED), Data(Tag.NULL, None))
        if self.between is not None:
            ends = tuple(Data(Tag.OCTET_STRING, end.encode()) for end in self.between)
            restriction = (Data(Tag.ENUM, _BY_DATE), Data(Tag.STRUCTURE, ends))
        return Data(
            Tag.STRUCTURE,
            (
                Data(Tag.LONG_UNSIGNED, self.class_id),
                Data(Tag.OCTET_STRING, self.instance),
                Data(Tag.INTEGER, self.attribute),
                Data(Tag.LONG_UNSIGNED, 0),
                Data(Tag.STRUCTURE, restriction),
            ),
        )


def _between(restriction: tuple[Data, ...], data: Data) -> tuple[CosemDateTime, CosemDateTime] | None:
    match [(part.tag, part.value) for part in restriction]:
        case [(Tag.ENUM, 0), (Tag.NULL, None)]:
            return None
        case [(Tag.ENUM, 1), (Tag.STRUCTURE, (Data() as first, Data() as last))]:
            ends = first.date_time, last.date_time
            if ends[0] is not None and ends[1] is not None:
                return ends[0], ends[1]
    raise GbcsError("E31", data.offset, "another restriction", expected="none, or by two date-times", octets=data.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedRequest:
    """The parameter of a Command that reads objects encrypted."""

    objects: tuple[ObjectDefinition, ...]
    protection: Protection

    @classmethod
    def read(cls, data: Data) -> ProtectedRequest:
        """Read the parameter; raises :class:`GbcsError` E31 where it has another shape."""
        if data.tag != Tag.STRUCTURE or len(data.children) != 2 or data.children[0].tag != Tag.ARRAY:
            expected = "object definitions and protection parameters"
            raise GbcsError("E31", data.offset, "another encrypted read", expected=expected, octets=data.encode())
        objects, protection = data.children
        return cls(objects=tuple(map(ObjectDefinition.read, objects.children)), protection=Protection.read(protection))

    def data(self) -> Data:
        """Return the parameter."""
        objects = Data(Tag.ARRAY, tuple(wanted.data() for wanted in self.objects))
        return Data(Tag.STRUCTURE, (objects, self.protection.data()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedResponse:
    """What a Response or Alert answers encrypted."""

    protection: Protection
    sealed: Sealed
    offset: int = 0
    """Where the encrypted body stands in what was read."""

    @classmethod
    def read(cls, members: tuple[Data, ...]) -> ProtectedResponse | None:
        """Read two members that may be parameters and body; ``None`` where they are something else."""
        if len(members) != 2 or members[0].tag != Tag.ARRAY or members[1].tag != Tag.OCTET_STRING:
            return None
        octets = cast("bytes", members[1].value)
        offset = members[1].end - len(octets)
        try:
            return cls(protection=Protection.read(members[0]), sealed=Sealed.decode(octets, offset, "E42"), offset=offset)
        except GbcsError:
            return None

    def members(self) -> tuple[Data, Data]:
        """Return parameters and body."""
        return self.protection.data(), Data(Tag.OCTET_STRING, self.sealed.encode())
