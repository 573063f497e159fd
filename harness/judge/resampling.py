"""Resampling in whole numbers: which trials are drawn again, a triangular share, and percentiles.

Everything comes from the project's hash chance, so the same figures come out on any machine.
"""

from __future__ import annotations

from math import gcd, isqrt
from struct import unpack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.vocab.impact import Share
    from harness.vocab.seed import Chance

__all__ = ["WHOLE", "percentile", "replicates_for", "resampled_sums", "triangular"]

WHOLE = 10**12
"""A share of 1; shares are drawn in parts of it."""

_PER_MILLION = WHOLE // 1_000_000
_MOST, _FEWEST, _DRAWS = 10_000, 1_000, 2_000_000
_BATCH = 1 << 16
"""Draws that are made together."""
_OCTETS = 256
"""Up to so many rows, the number of a row is an octet."""


def replicates_for(trials: int) -> int:
    """Return how often to resample so many trials: 10,000 times up to 200 of them, fewer beyond, at least 1,000."""
    return max(_FEWEST, min(_MOST, _DRAWS // trials))


def resampled_sums(rows: Sequence[tuple[int, ...]], replicates: int, chance: Chance) -> tuple[tuple[int, ...], ...]:
    """Return each column's sums: one for every replicate, over as many rows as there are, drawn with replacement.

    Rows hold no negative number. They are put in order first, so it does not matter how they came. A row
    is drawn by the upper half of its number of rows times 32 random bits: equally likely to within one
    part in 2**32 of a row. Columns that differ in scale and offset alone are summed once, and all of
    them at once, side by side in one integer.
    """
    columns, size = tuple(zip(*sorted(rows), strict=True)), len(rows)
    shapes = [_shape(column) for column in columns]
    shifts, used = {}, 0
    for _, _, shape in shapes:
        if shape not in shifts:
            shifts[shape] = used
            used += (size * max(shape)).bit_length()
    totals = _totals([sum(shape[row] << shift for shape, shift in shifts.items()) for row in range(size)], replicates, chance)
    found = {}
    for shape, shift in shifts.items():
        mask = (1 << (size * max(shape)).bit_length()) - 1
        found[shape] = [total >> shift & mask for total in totals]
    return tuple(tuple([size * least + scale * total for total in found[shape]]) for least, scale, shape in shapes)


def _shape(column: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
    """Return the least number of a column, by what the excess of every other divides, and the quotients."""
    least = min(column)
    scale = gcd(*(value - least for value in column)) or 1
    return least, scale, tuple([(value - least) // scale for value in column])


def _totals(values: Sequence[int], replicates: int, chance: Chance) -> list[int]:
    """Return the sums of values drawn with replacement, as many as there are for each replicate."""
    size, totals = len(values), list[int]()
    nothing = bytes([place for place, value in enumerate(values[:_OCTETS]) if not value])
    value_of, batch = values.__getitem__, max(1, _BATCH // size)
    for first in range(0, replicates, batch):
        drawn = _drawn(chance.octets(4 * size * min(batch, replicates - first)), size)
        starts = range(0, len(drawn), size)
        if isinstance(drawn, bytes):
            totals += [sum(map(value_of, drawn[start : start + size].translate(None, nothing))) for start in starts]
        else:
            totals += [sum(map(value_of, drawn[start : start + size])) for start in starts]
    return totals


def _drawn(octets: bytes, size: int) -> bytes | tuple[int, ...]:
    """Return, for every 32-bit word, the upper half of its product with ``size``.

    All words are multiplied at once: they stand in lanes of 64 bits of one integer.
    """
    lanes, upper = bytearray(2 * len(octets)), bytearray(len(octets))
    for place in range(4):
        lanes[4 + place :: 8] = octets[place::4]
    product = (int.from_bytes(lanes, "big") * size).to_bytes(len(lanes), "big")
    if size <= _OCTETS:
        return product[3::8]
    for place in range(4):
        upper[place::4] = product[place::8]
    return unpack(f">{len(octets) // 4}I", upper)


def triangular(share: Share, draws: int, chance: Chance) -> tuple[int, ...]:
    """Draw shares from the triangular distribution, in parts of :data:`WHOLE`, rounded to the nearer end.

    The inverse of the distribution function at 64 random bits, by integer square roots.
    """
    low, mode, high = share.low * _PER_MILLION, share.mode * _PER_MILLION, share.high * _PER_MILLION
    span, turn, one = high - low, mode - low << 64, 1 << 64
    rising, falling = span * (mode - low), span * (high - mode)
    return tuple(
        [
            low + isqrt(drawn * rising >> 64) if drawn * span < turn else high - isqrt((one - drawn) * falling >> 64)
            for drawn in unpack(f">{draws}Q", chance.octets(8 * draws))
        ]
    )


def percentile(ordered: Sequence[int], percent: int) -> int:
    """Return the smallest of some ordered numbers that at least ``percent`` per cent of them do not exceed; 1 to 100."""
    return ordered[-(-len(ordered) * percent // 100) - 1]
