"""ZigBee keys as Wireshark keeps them in its file ``zigbee_pc_keys``: a line for each, octets, order and label.

::

    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf","Normal","link key of the meter"

Octets may be parted by colons or dashes; ``Reverse`` means that they are written backwards. Lines that start with # are remarks.
"""

from __future__ import annotations

import csv
import re

from harness.errors import UsageError

__all__ = ["read_keys"]

_SEPARATORS = re.compile(r"[:\- ]")
_DIGITS = re.compile(r"[0-9A-Fa-f]{32}")
_ORDERS = {"normal": 1, "": 1, "reverse": -1}
_EXPECTED = '"32 hexadecimal digits","Normal" or "Reverse","label"'


def read_keys(text: str, *, where: str = "") -> tuple[bytes, ...]:
    """Return the keys of a file, 16 octets each, in its order; raises :class:`UsageError` naming the line."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            (row,) = csv.reader([line], skipinitialspace=True)
        except (csv.Error, ValueError):
            row = []
        digits, order = [*(part.strip() for part in row[:2]), "", ""][:2]
        plain = _SEPARATORS.sub("", digits)
        if not _DIGITS.fullmatch(plain) or order.lower() not in _ORDERS:
            raise UsageError("this is no ZigBee key", where=f"{where}:{number}", expected=_EXPECTED)
        found.append(bytes.fromhex(plain)[:: _ORDERS[order.lower()]])
    return tuple(found)
