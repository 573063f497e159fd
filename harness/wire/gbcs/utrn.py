"""Prepayment top-up tokens (UTRN): twenty digits that a meter takes from a keypad, or in CS01a, CS01b and PCS01.

::

    high   = 7 zero bits, 10 bits counter >> 32, 2 bits class, 13 bits value
    tag    = GMAC under the key of supplier (prepayment key agreement) and device, flag 1, over
             11 00*5 supplier device 01 counter(8) high(4)
    token  = 7394156990786306048 + (high << 32 | the tag's last four octets of sixteen), nineteen digits
    UTRN   = token and its Verhoeff check digit, started at the fourth permutation

Tokens in top-up logs show class bits 2 and 3; what those stand for is not public, and no key that checks them is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from harness.wire.gbcs.crypto import MAC_AAD, Purpose, derive_key, full_gmac
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = ["TopUpClass", "Utrn", "build_utrn", "check_digit", "read_utrn", "verify_utrn"]

_OFFSET = 7394156990786306048
_DIGITS = 19
_VALUE_BITS, _CLASS_BITS, _COUNTER_BITS = 13, 2, 10
_TAG_BITS = 32

_PRODUCTS = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
"""Multiplication in the dihedral group of order ten."""
_FIRST = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_RETURN = (1, 2, 6, 7, 5, 8, 3, 0, 9, 4)
"""What turns the product of all digits into the check digit."""
_START = 4


def _powers() -> tuple[tuple[int, ...], ...]:
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(_FIRST[digit] for digit in rows[-1]))
    return tuple(rows)


_PERMUTATIONS = _powers()


class TopUpClass(IntEnum):
    """What the value of a token counts."""

    PENCE = 0
    POUNDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Utrn:
    """A token taken apart."""

    counter_bits: int
    """The UTRN counter's bits 32 to 41."""
    value_class: int
    """0 pence, 1 pounds; 2 and 3 are seen in logs."""
    value: int
    """0 to 8191."""
    tag: bytes
    """The last four octets of the tag."""


def check_digit(digits: str) -> int:
    """Return the check digit of a token's nineteen digits."""
    product = 0
    for place, digit in enumerate(digits, _START):
        product = _PRODUCTS[product][_PERMUTATIONS[place % 8][int(digit)]]
    return _RETURN[product]


def read_utrn(text: str) -> Utrn:
    """Take a token apart; raises :class:`GbcsError` E43 where it is not twenty digits with their check digit, or out of range."""
    if len(text) != _DIGITS + 1 or not (text.isascii() and text.isdigit()):
        raise GbcsError("E43", 0, f"a token of {len(text)} characters", expected="20 digits", unit="character")
    if check_digit(text[:-1]) != int(text[-1]):
        expected = f"'{check_digit(text[:-1])}'"
        raise GbcsError("E43", _DIGITS, f"check digit '{text[-1]}' does not match", expected=expected, unit="character")
    number = int(text[:-1]) - _OFFSET
    high = number >> _TAG_BITS
    if number < 0 or high >> _VALUE_BITS + _CLASS_BITS + _COUNTER_BITS:
        raise GbcsError("E43", 0, "a token out of range", expected="19 digits from 7394156990786306048", unit="character")
    return Utrn(
        counter_bits=high >> _VALUE_BITS + _CLASS_BITS,
        value_class=high >> _VALUE_BITS & (1 << _CLASS_BITS) - 1,
        value=high & (1 << _VALUE_BITS) - 1,
        tag=(number & (1 << _TAG_BITS) - 1).to_bytes(4, "big"),
    )


def _tag(agreed: bytes, supplier: Eui64, device: Eui64, counter: int, high: int) -> bytes:
    key = derive_key(agreed, Purpose.COMMAND_MAC, supplier, counter, device)
    ends = bytes.fromhex(supplier) + bytes.fromhex(device)
    return full_gmac(MAC_AAD + ends + b"\x01" + counter.to_bytes(8, "big") + high.to_bytes(4, "big"), key, supplier)[-4:]


def _high(counter: int, value_class: int, value: int) -> int:
    bits = counter >> 32 & (1 << _COUNTER_BITS) - 1
    return bits << _CLASS_BITS + _VALUE_BITS | value_class << _VALUE_BITS | value


def build_utrn(agreed: bytes, *, supplier: Eui64, device: Eui64, counter: int, value_class: int, value: int) -> str:
    """Return the token that a device takes as a top-up.

    ``agreed`` is Z of the supplier's prepayment key and the device's. ``counter`` is the UTRN counter, whose low 32 bits are zero.
    ``ValueError`` where the counter's low bits are not zero, or class or value do not fit.
    """
    if counter & (1 << 32) - 1 or not 0 <= value < 1 << _VALUE_BITS or not 0 <= value_class < 1 << _CLASS_BITS:
        raise ValueError(f"no token for counter {counter:#x}, class {value_class} and value {value}")
    high = _high(counter, value_class, value)
    token = str(_OFFSET + (high << _TAG_BITS | int.from_bytes(_tag(agreed, supplier, device, counter, high), "big")))
    return token + str(check_digit(token))


def verify_utrn(text: str, agreed: bytes, *, supplier: Eui64, device: Eui64, counter: int) -> bool:
    """Tell whether a token is authentic for a device and a UTRN counter; raises :class:`GbcsError` E43 as :func:`read_utrn`."""
    token = read_utrn(text)
    high = _high(counter, token.value_class, token.value)
    fits = token.counter_bits == counter >> 32 & (1 << _COUNTER_BITS) - 1
    return fits and _tag(agreed, supplier, device, counter, high) == token.tag
