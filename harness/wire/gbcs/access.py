"""DLMS payloads: access-request (Command), access-response (Response), data-notification (Alert).

======================= =====================================================================================
access-request          ``D9`` invoke-id(4) ``00`` specifications data
access-response         ``DA`` invoke-id(4) ``00 00`` data results
data-notification       ``0F`` invoke-id(4) ``00`` data: a structure of alert code, date-time, and more
======================= =====================================================================================

A list is an A-XDR count and its members. Objects asked for are few, so a specification is made once for its ten octets and shared.
Places in errors and in data are those in the payload.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from harness.wire.gbcs.axdr import read_data, read_items
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import Data, Tag
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import dlms_length, write_length

__all__ = [
    "RESULTS",
    "AccessRequest",
    "AccessResponse",
    "AccessResult",
    "Choice",
    "DataNotification",
    "Selection",
    "Specification",
    "decode_dlms",
    "usual_invoke_id",
]

REQUEST, RESPONSE, NOTIFICATION = 0xD9, 0xDA, 0x0F
_SPECIFICATION = Struct(">BH6sb")
_SIZE = _SPECIFICATION.size
_REMEMBERED, _LISTS = 512, 128
"""Specifications kept, and lists of them; GBCS has about 300 objects, and asks for some in a dozen of one device's commands."""

RESULTS = {
    0: "success",
    1: "hardware fault",
    2: "temporary failure",
    3: "read-write denied",
    4: "object undefined",
    9: "object class inconsistent",
    11: "object unavailable",
    12: "type unmatched",
    13: "scope of access violated",
    14: "data block unavailable",
    15: "long get or action aborted",
    16: "no long get or action in progress",
    17: "long set aborted",
    18: "no long set in progress",
    19: "data block number invalid",
    250: "other reason",
}
"""What a result octet says. After the first that is not 0 every later one is 250: devices stop at the first error."""


class Choice(IntEnum):
    """What is asked of an object."""

    GET = 1
    SET = 2
    ACTION = 3
    GET_SELECTED = 4


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of an attribute is asked for."""

    selector: int
    """1 is a range of entries, the only one seen."""
    parameters: Data


@dataclass(frozen=True, slots=True)
class Specification:
    """One object's attribute to get or set, or method to call."""

    choice: int
    """A :class:`Choice`."""
    class_id: int
    instance: bytes
    """Logical name: six octets."""
    member: int
    """Attribute or method number."""
    selection: Selection | None = None

    def encode(self) -> bytes:
        """Write the specification; ``struct.error`` where a value does not fit."""
        head = _SPECIFICATION.pack(self.choice, self.class_id, self.instance, self.member)
        if self.selection is None:
            return head
        return head + bytes((self.selection.selector,)) + self.selection.parameters.encode()


class AccessResult(NamedTuple):
    """How one specification came out."""

    choice: int
    """1 get, 2 set, 3 action; a selected get is answered as a get."""
    code: int
    """One of :data:`RESULTS`."""


@dataclass(slots=True, unsafe_hash=True)
class AccessRequest:
    """What a Command asks: specifications, and a value for each (null-data where something is got)."""

    invoke_id: int
    specifications: tuple[Specification, ...]
    data: tuple[Data, ...]

    def encode(self) -> bytes:
        """Write the payload; ``ValueError`` where there is not one value for each specification."""
        if len(self.specifications) != len(self.data):
            raise ValueError(f"{len(self.data)} values for {len(self.specifications)} specifications")
        count = write_length(len(self.data))
        specifications = b"".join([found.encode() for found in self.specifications])
        return b"\xd9" + self.invoke_id.to_bytes(4, "big") + b"\x00" + count + specifications + count + _joined(self.data)


@dataclass(slots=True, unsafe_hash=True)
class AccessResponse:
    """What a Response answers: a value and a result for each specification of the Command."""

    invoke_id: int
    data: tuple[Data, ...]
    results: tuple[AccessResult, ...]

    def encode(self) -> bytes:
        """Write the payload; ``ValueError`` where there is not one result for each value."""
        if len(self.results) != len(self.data):
            raise ValueError(f"{len(self.results)} results for {len(self.data)} values")
        count = write_length(len(self.data))
        results = b"".join(map(bytes, self.results))
        return b"\xda" + self.invoke_id.to_bytes(4, "big") + b"\x00\x00" + count + _joined(self.data) + count + results


@dataclass(slots=True, unsafe_hash=True)
class DataNotification:
    """What an Alert tells: one structure whose first members are alert code and date-time."""

    invoke_id: int
    data: Data

    @property
    def code(self) -> int:
        """The alert code."""
        value = self.data.children[0].value
        return value if isinstance(value, int) else 0

    @property
    def time(self) -> CosemDateTime:
        """The date-time of the alert."""
        value = self.data.children[1].value
        return CosemDateTime.decode(value if isinstance(value, bytes) else bytes(12))

    @property
    def members(self) -> tuple[Data, ...]:
        """What follows code and time."""
        return self.data.children[2:]

    def encode(self) -> bytes:
        """Write the payload."""
        return b"\x0f" + self.invoke_id.to_bytes(4, "big") + b"\x00" + self.data.encode()


def usual_invoke_id(counter: int) -> int:
    """Return the long-invoke-id-and-priority that belongs to a message's counter (rule E32 warns of any other)."""
    return 0x2000_0000 | counter & 0xFF_FFFF


def decode_dlms(octets: bytes) -> AccessRequest | AccessResponse | DataNotification:
    """Read a DLMS payload; raises :class:`GbcsError` E31."""
    if len(octets) < 7:
        raise GbcsError("E31", len(octets), "a DLMS payload that breaks off", expected="tag, invoke-id, date-time and data", octets=b"")
    invoke_id = int.from_bytes(octets[1:5], "big")
    if octets[5]:
        raise GbcsError("E31", 5, "a date-time in a DLMS payload", expected="00", octets=octets[5:6])
    tag = octets[0]
    if tag == REQUEST:
        return _request(octets, invoke_id)
    if tag == RESPONSE:
        return _response(octets, invoke_id)
    if tag == NOTIFICATION:
        return _notification(octets, invoke_id)
    raise GbcsError("E31", 0, "another DLMS APDU", expected="D9, DA or 0F", octets=octets[:1])


def _request(octets: bytes, invoke_id: int) -> AccessRequest:
    end = len(octets)
    count, at = dlms_length(octets, 6, end)
    if count > (end - at) // _SIZE:
        raise GbcsError("E31", 6, f"{count} specifications", expected=f"at most {(end - at) // _SIZE}, by the octets that are left")
    after = at + _SIZE * count
    if Choice.GET_SELECTED in octets[at:after:_SIZE]:
        specifications, after = _selected(octets, at, end, count)
    else:
        try:
            specifications = _specifications(octets[at:after])
        except ValueError:
            raise _choice_fault(octets, range(at, after, _SIZE)) from None
    values, start = dlms_length(octets, after, end)
    if values != count:
        raise GbcsError("E31", after, f"{values} values", expected=f"{count}, one for each specification", octets=octets[after:start])
    data, start = read_items(octets, start, count)
    _check_end(octets, start)
    return AccessRequest(invoke_id, specifications, data)


@lru_cache(maxsize=_LISTS)
def _specifications(octets: bytes) -> tuple[Specification, ...]:
    """Read specifications that fill ``octets``; ``ValueError`` as :func:`_specification`."""
    return tuple([_specification(octets[start : start + _SIZE]) for start in range(0, len(octets), _SIZE)])


@lru_cache(maxsize=_REMEMBERED)
def _specification(octets: bytes) -> Specification:
    """Read a specification of ten octets; ``ValueError`` where its choice is unknown, or has a selection after it."""
    choice, class_id, instance, member = _SPECIFICATION.unpack(octets)
    if not Choice.GET <= choice <= Choice.ACTION:
        raise ValueError(choice)
    return Specification(choice, class_id, instance, member)


def _selected(octets: bytes, at: int, end: int, count: int) -> tuple[tuple[Specification, ...], int]:
    """Read specifications of which some may have a selection."""
    found = []
    for _ in range(count):
        after = at + _SIZE
        if after > end:
            raise GbcsError("E31", at, "a specification breaks off", expected=f"{_SIZE} octets", octets=octets[at:end])
        if octets[at] == Choice.GET_SELECTED:
            if after >= end:
                raise GbcsError("E31", after, "a selection breaks off", expected="a selector and its parameters")
            parameters = read_data(octets, after + 1, end)
            selection = Selection(octets[after], parameters)
            choice, class_id, instance, member = _SPECIFICATION.unpack_from(octets, at)
            found.append(Specification(choice, class_id, instance, member, selection))
            at = parameters.end
        else:
            try:
                found.append(_specification(octets[at:after]))
            except ValueError:
                raise _choice_fault(octets, range(at, after)) from None
            at = after
    return tuple(found), at


def _choice_fault(octets: bytes, places: range) -> GbcsError:
    at = next(place for place in places if not Choice.GET <= octets[place] <= Choice.ACTION)
    return GbcsError(
        "E31", at, "an unknown choice", expected="01 get, 02 set, 03 action or 04 get with selection", octets=octets[at : at + 1]
    )


def _response(octets: bytes, invoke_id: int) -> AccessResponse:
    end = len(octets)
    if octets[6]:
        raise GbcsError("E31", 6, "a request specification in an access-response", expected="00", octets=octets[6:7])
    count, at = dlms_length(octets, 7, end)
    if count > end - at:
        raise GbcsError("E31", 7, f"{count} values", expected=f"at most {end - at}, the octets that are left")
    data, after = read_items(octets, at, count)
    results, at = dlms_length(octets, after, end)
    if results != count:
        raise GbcsError("E31", after, f"{results} results", expected=f"{count}, one for each value", octets=octets[after:at])
    if at + 2 * count > end:
        raise GbcsError("E31", at, "the results break off", expected=f"{2 * count} octets", octets=octets[at:end])
    _check_end(octets, at + 2 * count)
    try:
        return AccessResponse(invoke_id, data, _results(octets[at:]))
    except ValueError:
        raise _choice_fault(octets, range(at, end, 2)) from None


@lru_cache(maxsize=_LISTS)
def _results(octets: bytes) -> tuple[AccessResult, ...]:
    """Read results that fill ``octets``; ``ValueError`` where a choice is unknown."""
    if not all(Choice.GET <= choice <= Choice.ACTION for choice in octets[::2]):
        raise ValueError(octets)
    return tuple(map(AccessResult, octets[::2], octets[1::2]))


def _notification(octets: bytes, invoke_id: int) -> DataNotification:
    (data,), after = read_items(octets, 6, 1)
    _check_end(octets, after)
    members = data.children
    if data.tag != Tag.STRUCTURE or len(members) < 2:
        raise GbcsError(
            "E31", 6, "another data-notification", expected="a structure of code, date-time and perhaps more", octets=octets[6:8]
        )
    code, time = members[:2]
    if code.tag != Tag.LONG_UNSIGNED:
        raise GbcsError("E31", code.offset, "no alert code", expected="12 and two octets", octets=octets[code.offset : code.end])
    if time.tag != Tag.OCTET_STRING or time.end - time.offset != 14:
        raise GbcsError("E31", time.offset, "no date-time", expected="09 0C and twelve octets", octets=octets[time.offset : time.end])
    return DataNotification(invoke_id, data)


def _check_end(octets: bytes, at: int) -> None:
    if at != len(octets):
        raise GbcsError("E31", at, f"{len(octets) - at} octets after the data", expected="none", octets=octets[at:])


def _joined(data: tuple[Data, ...]) -> bytes:
    return b"".join([item.encode() for item in data])
