"""DUIS messages as values: what a service user's adapter takes from a message, and what it could not place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.vocab.identity import Eui64

if TYPE_CHECKING:
    from harness.wire.duis.errors import DuisError

__all__ = [
    "NAMESPACE",
    "NOT_THROTTLED",
    "SIMULATED",
    "DccAlert",
    "DeviceAlert",
    "DuisMessage",
    "DuisProblem",
    "Element",
    "FutureDated",
    "Header",
    "OtherMessage",
    "RequestId",
    "Throttled",
    "Unrecognised",
]

NAMESPACE = "http://www.dccinterface.co.uk/ServiceUserGateway"
SIMULATED = "simulated"
"""Target of the processing instruction by which a message says that no device sent it. Ours, not of DUIS: unlike an element it
breaks no schema, and unlike a comment it outlives canonical form."""

_EUI = "[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}"
_REQUEST_ID = re.compile(f"({_EUI}):({_EUI}):([0-9]{{1,20}})")
_SUCCESS = "I0"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestId:
    """Which message this is: who originated it, for whom, and the originator's counter."""

    originator: Eui64
    target: Eui64
    counter: int
    """Unsigned, 64 bits."""

    @classmethod
    def parse(cls, text: str) -> RequestId:
        """Read ``02-A5-E7-00-00-00-00-01:02-A5-E7-00-00-00-01-00:7``; raises :class:`ValueError` otherwise."""
        found = _REQUEST_ID.fullmatch(text)
        if found is None or (counter := int(found[3])) >> 64:
            raise ValueError("not two EUI-64s with dashes and a 64-bit counter, parted by colons")
        digits = text.replace("-", "").lower()
        return cls(originator=Eui64(digits[:16]), target=Eui64(digits[17:33]), counter=counter)

    def text(self) -> str:
        """Write it as it stands in a header."""
        parties = (bytes.fromhex(party).hex("-").upper() for party in (self.originator, self.target))
        return ":".join((*parties, str(self.counter)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An XML element as it was read: no prefix, no comments, text without the white space around it."""

    name: str
    namespace: str = NAMESPACE
    attributes: tuple[tuple[str, str], ...] = ()
    """Names with values, in order of name; a name that has a namespace is written ``namespace}name``."""
    text: str = ""
    children: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised:
    """An element that DUIS as known here does not have in its place, or whose text is not what belongs there."""

    within: str
    """Name of the element that holds it."""
    element: Element
    why: str = "not known here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a response or alert; ``None`` or an empty text for what it does not have."""

    request_id: RequestId | None = None
    response_id: RequestId | None = None
    """For a device alert: the device, the user, and the counter of the GBCS message."""
    response_code: str = _SUCCESS
    response_time: int | None = None
    """When the DCC sent it: whole nanoseconds since 2000-01-01T00:00:00Z."""
    schema_version: str = "5.1"
    namespace: str = NAMESPACE
    """Empty where whoever kept the log took the namespace away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """What the DCC says of alerts that it held back (storm protection, SEC modification SECMP0062)."""

    sequence: int | None = None
    """ThrottledAlertSequenceId."""
    count: int | None = None
    """ThrottledAlertCount."""


NOT_THROTTLED = Throttled()


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureDated:
    """What a device alert about a future-dated command says of that command."""

    service_reference: str
    service_reference_variant: str
    instruction: int | None
    """Which of the command's instructions was carried out, or not."""
    instructions: int | None
    """How many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAlert:
    """An alert of a device, with the GBCS message that the device sent, octet for octet."""

    header: Header
    alert_code: int | None
    """As the envelope has it; the GBCS message holds the device's own."""
    payload: bytes
    throttled: Throttled = NOT_THROTTLED
    future_dated: FutureDated | None = None
    signed: bool = False
    """Whether an XML signature came with it; it is skipped, and not verified."""
    simulated: bool = False
    """Whether it says of itself, by the processing instruction ``simulated``, that no device sent it."""
    unrecognised: tuple[Unrecognised, ...] = ()
    line: int = field(default=0, compare=False)
    """Where it begins in the log, counted from 1; 0 where it is in none."""
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DccAlert:
    """An alert of the DCC's own systems; there is no GBCS message in it."""

    header: Header
    code: str
    content: tuple[Element, ...] = ()
    throttled: Throttled = NOT_THROTTLED
    signed: bool = False
    simulated: bool = False
    unrecognised: tuple[Unrecognised, ...] = ()
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMessage:
    """A message that is no alert, such as a service response or a request, with the GBCS messages inside."""

    header: Header
    name: str
    """Of the element in its body, such as ``ResponseMessage``."""
    payloads: tuple[bytes, ...] = ()
    body: tuple[Element, ...] = ()
    signed: bool = False
    simulated: bool = False
    unrecognised: tuple[Unrecognised, ...] = ()
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)


DuisMessage = DeviceAlert | DccAlert | OtherMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class DuisProblem:
    """A part of a log that could not be read as a message; reading goes on after it."""

    error: DuisError
    """What is wrong, and where exactly."""
    line: int
    """Where the damaged message begins in the log, or where text begins that belongs to none."""
    column: int
