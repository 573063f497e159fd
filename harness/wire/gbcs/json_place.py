"""Values of a JSON document with their paths, so that a wrong one is refused where it stands.

An error reads ``$.message.payload.alert.body.reason: "x" is text; expected an integer from 0 to 65535``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from harness.errors import UsageError, nearest
from harness.vocab.identity import Eui64

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.vocab.canonical import Json

__all__ = ["SAFE", "DocumentError", "Place", "whole"]

SAFE = 1 << 53
"""From here on an integer is written as text, because many readers of JSON would round it."""

_DIGITS = re.compile(r"-?[0-9]{1,1300}")
_HEX_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]{1,16}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_EUI = re.compile(r"[0-9A-Fa-f]{16}")
_SHOWN = 40
_WORDS = {dict: "an object", list: "an array", str: "text", bool: "true or false", int: "a number", float: "a fraction", type(None): "null"}


class DocumentError(UsageError):
    """A JSON document does not describe a message."""

    def __init__(self, path: str, what: str, *, expected: str = "", nearest: str = "") -> None:
        """Keep the JSON path of the value that is wrong."""
        super().__init__(what, where=path, expected=expected, nearest=nearest)
        self.path = path


def whole(value: int) -> int | str:
    """Return an integer as JSON has it: a number, or decimal text from 2**53 on."""
    return value if -SAFE < value < SAFE else str(value)


class Place:
    """A value in a JSON document, and the path to it."""

    __slots__ = ("path", "value")

    def __init__(self, value: Json, path: str = "$") -> None:
        """Start at a value; ``path`` is what errors call it."""
        self.value = value
        self.path = path

    def fault(self, expected: str) -> DocumentError:
        """Return the error that this value is not what was expected."""
        kind = _WORDS.get(type(self.value), "no JSON value")
        if isinstance(self.value, (dict, list)) or self.value is None:
            return DocumentError(self.path, f"this is {kind}", expected=expected)
        text = json.dumps(self.value, ensure_ascii=False)
        return DocumentError(self.path, f"{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''} is {kind}", expected=expected)

    def members(self, allowed: Iterable[str], required: Iterable[str] = ()) -> dict[str, Place]:
        """Return an object's members; raises :class:`DocumentError` for a name that is not allowed, or that is missing."""
        if not isinstance(self.value, dict):
            names = ", ".join(f"'{name}'" for name in allowed)
            raise self.fault(f"an object with {names}" if names else "an empty object")
        known = tuple(allowed)
        for name in self.value:
            if name not in known:
                expected = ", ".join(f"'{one}'" for one in known) or "none here"
                raise DocumentError(self.path, f"no member '{name}'", expected=expected, nearest=nearest(name, known))
        for name in required:
            if name not in self.value:
                raise DocumentError(self.path, f"member '{name}' is missing")
        return {name: Place(value, f"{self.path}.{name}") for name, value in self.value.items()}

    def only(self, allowed: Iterable[str]) -> tuple[str, Place]:
        """Return name and value of an object with exactly one member, whose name tells what the value is."""
        known = tuple(allowed)
        found = self.members(known)
        if len(found) != 1:
            raise DocumentError(self.path, f"an object with {len(found)} members", expected=f"exactly one of {', '.join(known)}")
        return next(iter(found.items()))

    def items(self, count: int | None = None) -> Iterator[Place]:
        """Yield an array's elements; ``count`` says how many there must be."""
        if not isinstance(self.value, list):
            raise self.fault("an array")
        if count is not None and len(self.value) != count:
            raise DocumentError(self.path, f"an array of {len(self.value)}", expected=f"{count} elements")
        return (Place(value, f"{self.path}[{number}]") for number, value in enumerate(self.value))

    def integer(self, least: int | None = None, most: int | None = None) -> int:
        """Return an integer: a number, decimal text, or text such as ``0x8F36``."""
        value = self.value
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            value = int(value)
        elif isinstance(value, str) and _HEX_NUMBER.fullmatch(value):
            value = int(value, 16)
        bounds = "an integer" if least is None or most is None else f"an integer from {least} to {most}"
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(bounds)
        if (least is not None and value < least) or (most is not None and value > most):
            raise DocumentError(self.path, f"{value} is out of range", expected=bounds)
        return value

    def unsigned(self, size: int) -> int:
        """Return an integer that fits ``size`` octets."""
        return self.integer(0, (1 << 8 * size) - 1)

    def text(self) -> str:
        """Return text."""
        if not isinstance(self.value, str):
            raise self.fault("text")
        return self.value

    def octets(self, size: int | None = None) -> bytes:
        """Return octets, which are written as hexadecimal digits."""
        expected = "hexadecimal digits, two an octet" if size is None else f"{2 * size} hexadecimal digits"
        if not isinstance(self.value, str) or not _HEX.fullmatch(self.value):
            raise self.fault(expected)
        if size is not None and len(self.value) != 2 * size:
            raise DocumentError(self.path, f"{len(self.value)} hexadecimal digits", expected=f"{2 * size}")
        return bytes.fromhex(self.value)

    def eui64(self) -> Eui64:
        """Return an EUI-64 of 16 hexadecimal digits, perhaps parted by dashes or colons."""
        text = self.value.replace("-", "").replace(":", "") if isinstance(self.value, str) else ""
        if not _EUI.fullmatch(text):
            raise self.fault("an EUI-64 as 16 hexadecimal digits")
        return Eui64(text.lower())

    def named(self, names: Mapping[str, int]) -> int:
        """Return what a name stands for; a number stands for itself."""
        if isinstance(self.value, str) and self.value in names:
            return names[self.value]
        if isinstance(self.value, str) and not _DIGITS.fullmatch(self.value) and not _HEX_NUMBER.fullmatch(self.value):
            raise DocumentError(
                self.path, f"no name '{self.value[:_SHOWN]}'", expected=", ".join(names), nearest=nearest(self.value, names)
            )
        return self.integer()
