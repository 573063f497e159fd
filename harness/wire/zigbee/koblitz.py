"""The two Koblitz curves of ZigBee key establishment: sect163k1 (suite 1) and sect283k1 (suite 2).

``cryptography`` left binary curves out from version 47 on, so they are done here: field elements are whole
numbers whose bits are the coefficients of a polynomial over GF(2), points are pairs of them. A scalar is
expanded in powers of the Frobenius map, which costs three squarings where a doubling would cost four
products (Solinas, *Efficient arithmetic on Koblitz curves*); points are added in Lopez-Dahab coordinates.

Nothing here takes the same time for all secrets: it is for the keys of simulated and test devices only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from harness.errors import HarnessError

__all__ = ["SECT163K1", "SECT283K1", "CurveError", "Koblitz", "Point"]

Point = tuple[int, int] | None
"""Affine coordinates, or ``None`` for the point at infinity."""

_Projective = tuple[int, int, int]
"""Lopez-Dahab coordinates: ``x = X/Z``, ``y = Y/Z**2``; ``Z`` is 0 at infinity."""

_INFINITY: Final = (1, 0, 0)


class CurveError(HarnessError):
    """Octets or numbers that are no point of the curve, or no key of it."""


@dataclass(frozen=True, eq=False)
class Koblitz:
    """The curve ``y**2 + xy = x**3 + a*x**2 + 1`` over GF(2**m) (SEC 2, version 2, sections 3.2.1 and 3.5.1)."""

    name: str
    m: int
    """Degree of the field."""
    low: tuple[int, ...]
    """Exponents of the reduction polynomial, that of the highest term left out."""
    a: int
    traced: tuple[int, ...]
    """Exponents of the powers of z whose trace is 1."""
    order: int
    cofactor: int
    generator: tuple[int, int]

    @property
    def private_size(self) -> int:
        """Octets of a private key."""
        return (self.order.bit_length() + 7) // 8

    @property
    def field_size(self) -> int:
        """Octets of a coordinate."""
        return (self.m + 7) // 8

    @property
    def public_size(self) -> int:
        """Octets of a compressed point."""
        return 1 + self.field_size

    def multiply(self, scalar: int, point: Point) -> Point:
        """Return ``scalar`` times a point of the subgroup that the generator generates."""
        if point is None or scalar % self.order == 0:
            return None
        x, y = point
        opposite = (x, x ^ y)
        result: _Projective = _INFINITY
        square = self._square
        for digit in reversed(self._expanded(scalar % self.order)):
            result = (square(result[0]), square(result[1]), square(result[2]))
            if digit:
                result = self._plus(result, point if digit > 0 else opposite)
        return self._affine(result)

    def add(self, one: Point, other: Point) -> Point:
        """Return the sum of two points."""
        if one is None:
            return other
        return one if other is None else self._affine(self._plus((*one, 1), other))

    def public(self, private: int) -> bytes:
        """Return the compressed public key of a private one.

        Raises :class:`CurveError` where the number is no private key.
        """
        if not 0 < private < self.order:
            raise CurveError("a private key is out of range", expected=f"a number from 1 to the order of {self.name} less 1")
        return self.compress(self.multiply(private, self.generator))

    def compress(self, point: Point) -> bytes:
        """Return a point as ``02`` or ``03`` and its x-coordinate (SEC 1, section 2.3.3)."""
        if point is None:
            raise CurveError("the point at infinity has no compressed form")
        x, y = point
        sign = self._product(y, self._inverse(x)) & 1 if x else 0
        return bytes((2 | sign,)) + x.to_bytes(self.field_size, "big")

    def decompress(self, octets: bytes) -> tuple[int, int]:
        """Return the point that octets name; it is on the curve and of the generator's subgroup.

        Raises :class:`CurveError` otherwise: what a stranger sent is checked before it is used.
        """
        expected = f"{self.public_size} octets, the first 02 or 03"
        if len(octets) != self.public_size or octets[0] not in {2, 3}:
            raise CurveError(f"no compressed point of {self.name}: {octets.hex()}", expected=expected)
        x = int.from_bytes(octets[1:], "big")
        if not 0 < x < 1 << self.m:
            raise CurveError(f"the x-coordinate is no element of the field of {self.name}", expected=expected)
        inverse = self._inverse(x)
        constant = x ^ self.a ^ self._square(inverse)
        z = self._half_trace(constant)
        if self._square(z) ^ z != constant:
            raise CurveError(f"no point of {self.name} has this x-coordinate", expected="a point of the curve")
        if (z & 1) != (octets[0] & 1):
            z ^= 1
        point = (x, self._product(x, z))
        if not self._is_of_subgroup(point):
            raise CurveError(f"a point of {self.name} outside the subgroup of its generator", expected="a point of the subgroup")
        return point

    def _is_of_subgroup(self, point: tuple[int, int]) -> bool:
        """Tell whether a point can be halved as often as the cofactor has factors of two, without halving it.

        A point is twice another exactly where the traces of ``x`` and ``a`` agree (Knudsen, *Elliptic scalar
        multiplication using point halving*); with cofactor 4 the same is asked of its half, whose ``x`` has the square
        ``y + x*(slope + 1)``, and of which the trace is that of its square.
        """
        x, y = point
        if self._trace(x) != self.a:
            return False
        slope = self._half_trace(x ^ self.a)
        return self.cofactor == 2 or not self._trace(y ^ self._product(x, slope ^ 1))

    def _trace(self, value: int) -> int:
        return (value & self._trace_bits).bit_count() & 1

    def _plus(self, one: _Projective, other: tuple[int, int]) -> _Projective:
        """Add an affine point (Al-Daoud, Mahmod, Rushdan and Kilicman: eight products)."""
        x1, y1, z1 = one
        x2, y2 = other
        if not z1:
            return x2, y2, 1
        product, square = self._product, self._square
        squared = square(z1)
        u = product(squared, y2) ^ y1
        b = product(z1, x2) ^ x1
        if not b:
            return self._twice(one) if not u else _INFINITY
        c = product(z1, b)
        d = product(square(b), c ^ squared if self.a else c)
        z3 = square(c)
        e = product(u, c)
        x3 = square(u) ^ d ^ e
        f = x3 ^ product(x2, z3)
        y3 = product(e ^ z3, f) ^ product(y2 ^ x2, square(z3))
        return x3, y3, z3

    def _twice(self, point: _Projective) -> _Projective:
        x1, y1, z1 = point
        if not z1 or not x1:
            return _INFINITY
        product, square = self._product, self._square
        z2, x2 = square(z1), square(x1)
        fourth = square(z2)
        z3 = product(x2, z2)
        x3 = square(x2) ^ fourth
        y3 = product(fourth, z3) ^ product(x3, (z3 if self.a else 0) ^ square(y1) ^ fourth)
        return x3, y3, z3

    def _affine(self, point: _Projective) -> Point:
        x, y, z = point
        if not z:
            return None
        inverse = self._inverse(z)
        return self._product(x, inverse), self._product(y, self._square(inverse))

    @cached_property
    def _lattice(self) -> tuple[int, int]:
        """The element ``(tau**m - 1)/(tau - 1)`` as ``u + v*tau``; it takes every point of the subgroup to infinity."""
        mu = 1 if self.a else -1
        u, v = 0, 0
        power = (1, 0)
        for _ in range(self.m):
            u, v = u + power[0], v + power[1]
            power = (-2 * power[1], power[0] + mu * power[1])
        return u, v

    def _expanded(self, scalar: int) -> list[int]:
        """Return digits -1, 0 and 1 of a scalar in powers of the Frobenius map tau, the lowest first.

        ``tau**2 = mu*tau - 2``. No two digits in a row differ from 0, and there are about ``m`` of them, since the
        scalar is first reduced by what takes every point to infinity.
        """
        mu = 1 if self.a else -1
        u, v = self._lattice
        norm = u * u + mu * u * v + 2 * v * v
        first = _nearest(scalar * (u + mu * v), norm)
        second = _nearest(-scalar * v, norm)
        r0 = scalar - (first * u - 2 * second * v)
        r1 = -(first * v + second * u + mu * second * v)
        digits = []
        while r0 or r1:
            digit = 2 - ((r0 - 2 * r1) % 4) if r0 & 1 else 0
            r0 -= digit
            digits.append(digit)
            r0, r1 = r1 + mu * (r0 // 2), -(r0 // 2)
        return digits

    def _product(self, one: int, other: int) -> int:
        by_two, by_four, by_eight = other << 1, other << 2, other << 3
        three, twelve = by_two ^ other, by_eight ^ by_four
        multiples = {
            "0": 0,
            "1": other,
            "2": by_two,
            "3": three,
            "4": by_four,
            "5": by_four ^ other,
            "6": by_four ^ by_two,
            "7": by_four ^ three,
            "8": by_eight,
            "9": by_eight ^ other,
            "a": by_eight ^ by_two,
            "b": by_eight ^ three,
            "c": twelve,
            "d": twelve ^ other,
            "e": twelve ^ by_two,
            "f": twelve ^ three,
        }
        result = 0
        for digit in f"{one:x}":
            result = result << 4 ^ multiples[digit]
        return self._reduced(result)

    def _square(self, one: int) -> int:
        """Square: a zero comes between any two bits, which is what reading binary digits in base four does."""
        return self._reduced(int(f"{one:b}", 4))

    def _reduced(self, value: int) -> int:
        m = self.m
        while high := value >> m:
            value ^= high << m
            for exponent in self.low:
                value ^= high << exponent
        return value

    @cached_property
    def _trace_bits(self) -> int:
        """Coefficients that count in a trace, the sum of all conjugates, which is linear."""
        return sum(1 << exponent for exponent in self.traced)

    @cached_property
    def _modulus(self) -> int:
        return sum(1 << exponent for exponent in (self.m, *self.low))

    def _inverse(self, one: int) -> int:
        """Invert by Euclid's algorithm for polynomials."""
        u, v, first, second = one, self._modulus, 1, 0
        while u != 1:
            shift = u.bit_length() - v.bit_length()
            if shift < 0:
                u, v, first, second, shift = v, u, second, first, -shift
            u ^= v << shift
            first ^= second << shift
        return self._reduced(first)

    def _half_trace(self, value: int) -> int:
        total = value
        for _ in range((self.m - 1) // 2):
            value = self._square(self._square(value))
            total ^= value
        return total


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


SECT163K1: Final = Koblitz(
    name="sect163k1",
    m=163,
    low=(7, 6, 3, 0),
    a=1,
    traced=(0, 157),
    order=0x04000000000000000000020108A2E0CC0D99F8A5EF,
    cofactor=2,
    generator=(0x02FE13C0537BBC11ACAA07D793DE4E6D5E5C94EEE8, 0x0289070FB05D38FF58321F2E800536D538CCDAA3D9),
)
"""Curve of key establishment suite 1."""

SECT283K1: Final = Koblitz(
    name="sect283k1",
    m=283,
    low=(12, 7, 5, 0),
    a=0,
    traced=(0, 271),
    order=0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE9AE2ED07577265DFF7F94451E061E163C61,
    cofactor=4,
    generator=(
        0x0503213F78CA44883F1A3B8162F188E553CD265F23C1567A16876913B0C2AC2458492836,
        0x01CCDA380F1C9E318D90F95D07E5426FE87E45C0E8184698E45962364E34116177DD2259,
    ),
)
"""Curve of key establishment suite 2."""
