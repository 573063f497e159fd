"""DLMS payloads: access-request (Command), access-response (Response), data-notification (Alert).

======================= =====================================================================================
access-request          ``D9`` invoke-id(4) ``00`` specifications data
access-response         ``DA`` invoke-id(4) ``00 00`` data results
data-notification       ``0F`` invoke-id(4) ``00`` data: a structure of alert code, date-time, and more
======================= =====================================================================================

A list is an A-XDR count and its members. Places in errors and in data are those in the payload.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.lengths import write_length

if TYPE_CHECKING:
    from harness.wire.gbcs.dlms import Data

__all__ = [
    "RESULTS",
    "AccessRequest",
    "AccessResponse",
    "AccessResult",
    "Choice",
    "DataNotification",
    "Selection",
    "Specification",
    "usual_invoke_id",
]

REQUEST, RESPONSE, NOTIFICATION = 0xD9, 0xDA, 0x0F
_SPECIFICATION = Struct(">BH6sb")

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


def _joined(data: tuple[Data, ...]) -> bytes:
    return b"".join([item.encode() for item in data])
