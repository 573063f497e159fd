"""Records that start with an octet of flags, some of which tell whether a later member is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import U8

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.wire.zigbee.fields import Field

__all__ = ["Flagged"]

_Held_co = TypeVar("_Held_co", covariant=True)


class Flagged(Generic[_Held_co]):
    """A dataclass whose first octet holds small members, a count, and which later members there are.

    ``bits`` gives members by shift and width (a width of 1 is a boolean), ``after`` those that follow in any case, ``announced`` those
    that follow where a bit is set and are ``None`` otherwise, ``counted`` a list whose length stands in so many low bits.
    """

    __slots__ = ("_after", "_announced", "_bits", "_counted", "_known", "made")

    def __init__(
        self,
        made: type[_Held_co],
        *,
        bits: Mapping[str, tuple[int, int]] | None = None,
        after: Mapping[str, Field] | None = None,
        announced: Mapping[str, tuple[int, Field]] | None = None,
        counted: tuple[str, int, Field] | None = None,
    ) -> None:
        """Take the dataclass and where its members stand."""
        self.made = made
        self._bits, self._after, self._announced, self._counted = bits or {}, after or {}, announced or {}, counted
        known = sum(((1 << width) - 1) << shift for shift, width in self._bits.values())
        known |= sum(1 << bit for bit, _ in self._announced.values())
        self._known = known | (0 if counted is None else (1 << counted[1]) - 1)

    def read(self, octets: bytes, at: int) -> tuple[_Held_co, int]:
        """Return the value that stands at ``at`` and the place after it; raises :class:`ZigbeeError`, also for bits without meaning."""
        flags, after = U8.read(octets, at)
        if flags & ~self._known:
            raise ZigbeeError("", at, "with reserved bits", expected=f"no others than {self._known:02x}", octets=octets[at:after])
        found: dict[str, Any] = {}
        for name, (shift, width) in self._bits.items():
            value = flags >> shift & (1 << width) - 1
            found[name] = bool(value) if width == 1 else value
        for name, member in self._after.items():
            found[name], after = member.read(octets, after)
        for name, (bit, member) in self._announced.items():
            if flags & 1 << bit:
                found[name], after = member.read(octets, after)
        if self._counted is not None:
            name, width, member = self._counted
            items = []
            for _ in range(flags & (1 << width) - 1):
                item, after = member.read(octets, after)
                items.append(item)
            found[name] = tuple(items)
        return self.made(**found), after

    def write(self, value: Any) -> bytes:  # noqa: ANN401 each field takes values of its own type
        """Write a value; ``ValueError`` where it does not fit."""
        flags, tail = 0, []
        for name, (shift, width) in self._bits.items():
            flags |= _within(int(getattr(value, name)), width) << shift
        for name, member in self._after.items():
            tail.append(member.write(getattr(value, name)))
        for name, (bit, member) in self._announced.items():
            if (held := getattr(value, name)) is not None:
                flags |= 1 << bit
                tail.append(member.write(held))
        if self._counted is not None:
            name, width, member = self._counted
            items = getattr(value, name)
            flags |= _within(len(items), width)
            tail += [member.write(item) for item in items]
        return bytes((flags,)) + b"".join(tail)


def _within(number: int, width: int) -> int:
    if not 0 <= number < 1 << width:
        raise ValueError(f"{number} does not fit {width} bits")
    return number
