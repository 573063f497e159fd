"""Reading DLMS payloads; :mod:`harness.wire.gbcs.access` tells what the values are.

Objects asked for are few, and a device is asked for the same lists of them again and again, so specifications and results are made
once for their octets and shared.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

from harness.wire.gbcs.access import (
    NOTIFICATION,
    REQUEST,
    RESPONSE,
    AccessRequest,
    AccessResponse,
    AccessResult,
    Choice,
    DataNotification,
    Selection,
    Specification,
)
from harness.wire.gbcs.axdr import read_data, read_items
from harness.wire.gbcs.dlms import Tag
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import dlms_length

__all__ = ["decode_dlms"]

_SPECIFICATION = Struct(">BH6sb")
_SIZE = _SPECIFICATION.size
_SELECTED = int(Choice.GET_SELECTED)
_REMEMBERED, _LISTS = 512, 256
"""Specifications kept, and lists of them; GBCS has about 300 objects, and asks for some in a dozen of one device's commands."""


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
    count, at = (octets[6], 7) if octets[6] < 0x80 else dlms_length(octets, 6, end)
    after = at + _SIZE * count
    if after > end:
        raise GbcsError("E31", 6, f"{count} specifications", expected=f"at most {(end - at) // _SIZE}, by the octets that are left")
    if _SELECTED in octets[at:after:_SIZE]:
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
    if start != end:
        raise _left_over(octets, start)
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
    if at + 2 * count != end:
        raise _left_over(octets, at + 2 * count)
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
    if after != len(octets):
        raise _left_over(octets, after)
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


def _left_over(octets: bytes, at: int) -> GbcsError:
    return GbcsError("E31", at, f"{len(octets) - at} octets after the data", expected="none", octets=octets[at:])
