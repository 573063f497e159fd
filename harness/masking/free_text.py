"""Sentences of a journal, such as why a trial is void, without what may name a device, a place or a person.

A machine cannot tell from a word whether it is a name, so what goes is what has the form of an identifier: octets
in hexadecimal digits however spelt, long numbers, addresses, paths, tokens such as Base64, ``model@firmware``. An
EUI-64 becomes its pseudonym, anything else its number among what was hidden. Instants and durations stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from harness.vocab.canonical import Json

__all__ = ["Namer", "masked_value", "without_identifiers"]


class Namer(Protocol):
    """Gives pseudonyms and numbers."""

    def name(self, name: str) -> str:
        """Return the pseudonym of an EUI-64, 16 lower-case digits each."""
        ...

    def number(self, text: str) -> int:
        """Return the number of a text among all that were hidden, from 1."""
        ...


_HEX: Final = "[0-9A-Fa-f]"
_EUI64: Final = rf"(?:0[xX])?{_HEX}{{16}}|{_HEX}{{2}}(?:[-:. ]{_HEX}{{2}}){{7}}|{_HEX}{{4}}(?:[-:. ]{_HEX}{{4}}){{3}}"
_OCTETS: Final = (
    rf"(?:\\x|%|(?<![0-9A-Za-z])(?:0x)?){_HEX}{{2}}(?:(?:, ?|[-:. _;]|\\x|%)(?:0x)?{_HEX}{{2}}){{5,}}",  # one by one
    rf"{_HEX}{{12,}}",  # in a row
)
_TIME: Final = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?)?|(?:\d{1,5}(?:ms|us|ns|[dhms]))+"
_OTHER: Final = (
    r"(?<![\w.+-])[\w.+-]+@[\w.+-]+",  # model@firmware, name@host
    r"(?<![\w./])(?:/[\w.+-]+){2,}/?",  # a path
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])",  # IPv4
    rf"(?<!{_HEX})(?<!:){_HEX}{{0,4}}(?::{_HEX}{{0,4}}){{3,}}",  # IPv6, and a MAC address in groups
    r"\d{6,}|\d(?: ?\d){9,}",  # a number as meters, lines and cards bear
    r"(?=[A-Za-z+/_-]*\d)[0-9A-Za-z+/_-]{11,}={0,2}|[0-9A-Za-z+/_-]{8,}={1,2}",  # Base64 and the like
    r"(?=[A-Za-z+/]*[A-Za-z][A-Z])[A-Za-z+/]{11,}",
    r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w)",  # a postcode
)
_STARTS, _ENDS = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
_found: Final = re.compile(rf"{_STARTS}(?P<eui>{_EUI64}){_ENDS}|{'|'.join(_OCTETS)}|{_STARTS}(?P<time>{_TIME}){_ENDS}|{'|'.join(_OTHER)}")
_octets: Final = re.compile(f"{_HEX}{{2}}")


def without_identifiers(text: str, names: Namer) -> str:
    """Return a text in which nothing has the form of an identifier but pseudonyms."""

    def hidden(found: re.Match[str]) -> str:
        if found["time"]:
            return found[0]
        return _respelt(found[0], names) if found["eui"] else f"[hidden {names.number(found[0])}]"

    return _found.sub(hidden, text)


def masked_value(value: Json, names: Namer) -> Json:
    """Return a value whose texts, names of members included, hold no identifiers."""
    match value:
        case str():
            return without_identifiers(value, names)
        case list():
            return [masked_value(one, names) for one in value]
        case dict():
            return {without_identifiers(name, names): masked_value(one, names) for name, one in value.items()}
    return value


def _respelt(text: str, names: Namer) -> str:
    """Return the pseudonym of an EUI-64 with the separators that it was written with."""
    start = 2 if text[1] in "xX" else 0
    digits = iter(names.name("".join(_octets.findall(text, start)).lower()))
    return text[:start] + "".join(next(digits) if letter.isalnum() else letter for letter in text[start:])
