"""Canonical JSON: one value has one spelling, so that digests can be compared.

RFC 8785, restricted until ``json.dumps`` with sorted keys is exactly that form: ASCII keys, no
floats, integers below 2**53 in magnitude, NFC strings. Decimals travel as strings.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING
from unicodedata import is_normalized

from harness.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

__all__ = ["canonical", "check_canonical", "digest", "document", "lines", "parse", "parse_line"]

_LIMIT = 1 << 53
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def _whole(digits: str) -> int:
    value = int(digits)
    if not -_LIMIT < value < _LIMIT:
        raise ValueError(digits)
    return value


def _none(spelling: str) -> None:
    raise ValueError(spelling)


_decode = json.JSONDecoder(parse_int=_whole, parse_float=_none, parse_constant=_none).decode


def canonical(value: Json) -> bytes:
    """Return the one spelling of ``value``, without a line end.

    Raises :class:`BundleError` with code ``E-CANON-FLOAT``, ``E-CANON-INT``, ``E-CANON-KEY`` or
    ``E-CANON-BYTES`` where the value has no canonical form: a float, half of a surrogate pair, a value
    within itself or nested beyond the interpreter's recursion limit.
    """
    try:
        if not _is_plain(value):
            check_canonical(value)
        return _encode(value).encode()
    except (RecursionError, ValueError) as error:
        raise BundleError(f"E-CANON-BYTES has no canonical form: {error}") from error


def document(value: Json) -> bytes:
    """Return the canonical form of a document: the value and one line feed."""
    return canonical(value) + b"\n"


def lines(values: Iterable[Json]) -> bytes:
    """Return canonical JSON lines, one value a line."""
    return b"".join(document(value) for value in values)


def digest(value: Json) -> str:
    """Return the SHA-256, in lower-case hexadecimal, of the canonical document."""
    return sha256(document(value)).hexdigest()


def _is_plain(value: object) -> bool:
    """Tell, in less than half the time of :func:`check_canonical`, that a dict or list holds ASCII and small integers only."""
    if type(value) is dict:
        try:
            if not "".join(value).isascii():
                return False
        except TypeError:  # a key that is no text
            return False
    elif type(value) is not list:
        return False
    for one in value.values() if type(value) is dict else value:
        kind = type(one)
        if kind is str:
            plain = one.isascii()
        elif kind is int:
            plain = -_LIMIT < one < _LIMIT
        else:
            plain = one is None or kind is bool or _is_plain(one)
        if not plain:
            return False
    return True


def check_canonical(value: object) -> None:
    """Raise :class:`BundleError` where a value has no canonical form."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str) or not key.isascii():
                raise BundleError(f"E-CANON-KEY {key!r} is not an ASCII key")
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        for inner in value:
            check_canonical(inner)
    else:
        _check_scalar(value)


def _check_scalar(value: object) -> None:
    if isinstance(value, str):
        if not value.isascii() and not is_normalized("NFC", value):
            raise BundleError(f"E-CANON-BYTES string {value!r} is not in Unicode normal form C")
    elif isinstance(value, int):
        if not -_LIMIT < value < _LIMIT:
            raise BundleError(f"E-CANON-INT {value} is beyond 2**53", expected="a smaller integer, or a string")
    elif value is not None:
        raise BundleError(
            f"E-CANON-FLOAT {value!r} of type {type(value).__name__} has no canonical form", expected="a string or an integer"
        )


def parse(octets: bytes, *, where: str = "") -> Json:
    """Read one canonical document and insist that it is spelt canonically.

    Raises :class:`BundleError` with code ``E-CANON-BYTES`` where the octets are not the canonical
    spelling of what they say (spaces, duplicate keys, escapes, a missing line feed).
    """
    return _plainly(octets) or _strictly(octets, where)


def _plainly(octets: bytes) -> Json:
    """Read ASCII that is written as it is spelt, its numbers small and whole; return ``None`` where that cannot be said.

    Nothing else can keep such octets from being canonical, so no value needs to be looked at, which halves the time.
    """
    if not octets.isascii():
        return None
    text = octets.decode()
    try:
        value: Json = _decode(text)
        return value if _encode(value) + "\n" == text else None
    except (ValueError, RecursionError):
        return None


def _strictly(octets: bytes, where: str) -> Json:
    """Read octets, looking at every value, and say what is wrong with them."""
    try:
        value: Json = json.loads(octets)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"E-CANON-BYTES not JSON: {error}", where=where) from error
    try:
        spelling = document(value)
    except BundleError as error:
        raise BundleError(error.what, where=where, expected=error.expected) from error
    if spelling != octets:
        raise BundleError("E-CANON-BYTES not the canonical spelling", where=where, expected="canonical JSON and one line feed")
    return value


def parse_line(octets: bytes, *, where: str = "") -> dict[str, Json]:
    """Read one canonical JSON line that holds an object."""
    value = parse(octets, where=where)
    if not isinstance(value, dict):
        raise BundleError("E-CANON-BYTES a line holds no object", where=where)
    return value
