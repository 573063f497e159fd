"""Pseudonyms by number: whom one journal names, in the order in which it does.

An EUI-64 becomes :data:`PSEUDONYM_PREFIX`, an octet for the role, and a number of three octets that counts
whoever fills that role from 1. Everything else becomes a number of its own size, counted from 0. So
nothing follows from an identity but which values are the same one, and there is nothing that could be guessed
and compared.

==== ================ ==== ================ ==== ==========
role                  role                  role
==== ================ ==== ================ ==== ==========
00   not declared     05   ``ppmid``        43   ``acb``
01   ``hub``          3f   another device   44   ``wan-provider``
02   ``gpf``          41   ``supplier``     7f   another party
03   ``esme``         42   ``network-operator``
04   ``gsme``
==== ================ ==== ================ ==== ==========
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

__all__ = ["PSEUDONYM_PREFIX", "Ordinals", "is_pseudonym"]

PSEUDONYM_PREFIX: Final = "027ace00"
"""First four octets of every pseudonymous EUI-64: locally administered (bit 02 of the first octet), so nobody's own."""

_UNDECLARED: Final = 0x00
_DEVICES: Final = {"hub": 0x01, "gpf": 0x02, "esme": 0x03, "gsme": 0x04, "ppmid": 0x05}
_ANOTHER_DEVICE: Final = 0x3F
_PARTIES: Final = {"supplier": 0x41, "network-operator": 0x42, "acb": 0x43, "wan-provider": 0x44}
_ANOTHER_PARTY: Final = 0x7F
_ROLES: Final = (_UNDECLARED, *_DEVICES.values(), _ANOTHER_DEVICE, *_PARTIES.values(), _ANOTHER_PARTY)
_pseudonym: Final = re.compile(rf"{PSEUDONYM_PREFIX}(?:{'|'.join(f'{role:02x}' for role in _ROLES)})(?!000000)[0-9a-f]{{6}}").fullmatch


class _Order(dict[bytes, int]):
    """Numbers values from 0 in the order in which they are asked for."""

    def __missing__(self, value: bytes) -> int:
        number = self[value] = len(self)
        return number


class Ordinals:
    """The pseudonyms of one journal."""

    __slots__ = ("_counts", "_hidden", "_marks", "_names", "_octets", "_texts")

    def __init__(self) -> None:
        """Know nobody yet."""
        self._names: dict[str, str] = {}
        self._counts: Counter[int] = Counter()
        self._marks = _Order()
        self._octets: dict[int, _Order] = {}
        self._texts: dict[int, _Order] = {}
        self._hidden = _Order()

    def device(self, name: str, role: str) -> None:
        """Take note of a device, unless its name is known already."""
        self._enter(name, _DEVICES.get(role, _ANOTHER_DEVICE))

    def party(self, name: str, role: str) -> None:
        """Take note of a remote party, unless its name is known already."""
        self._enter(name, _PARTIES.get(role, _ANOTHER_PARTY))

    def name(self, name: str) -> str:
        """Return the pseudonym of a device or party, 16 digits, for the name by which a journal knows it."""
        return self._names.get(name) or self._enter(name, _UNDECLARED)

    def eui64(self, real: bytes, /) -> bytes:
        """Return the pseudonym of an EUI-64, 8 octets."""
        return bytes.fromhex(self.name(real.hex()))

    def mark(self, octets: bytes, size: int) -> bytes:
        """Return the number of these octets among all that were marked, in ``size`` octets, most significant first."""
        return self._marks[octets].to_bytes(size, "big")

    def permuted(self, octets: bytes) -> bytes:
        """Return the number of these octets among all of their size, in as many; a single octet names nobody and stays."""
        size = len(octets)
        if size < 2:
            return octets
        return self._octets.setdefault(size, _Order())[octets].to_bytes(size, "big")

    def text(self, text: str) -> str:
        """Return the number of this text among all of its size, in as many hexadecimal digits; one octet of text stays."""
        octets = text.encode()
        size = len(octets)
        if size < 2:
            return text
        return f"{self._texts.setdefault(size, _Order())[octets]:0{size}x}"[-size:]

    def number(self, text: str) -> int:
        """Return the number of this text among all that were asked for, from 1."""
        return self._hidden[text.encode()] + 1

    def _enter(self, name: str, role: int) -> str:
        found = self._names.get(name)
        if found is None:
            self._counts[role] += 1
            found = self._names[name] = f"{PSEUDONYM_PREFIX}{role:02x}{self._counts[role]:06x}"
        return found


def is_pseudonym(name: str) -> bool:
    """Tell whether an EUI-64, 16 lower-case digits, is a number that stands for somebody."""
    return _pseudonym(name) is not None
