"""Gathering what must not leave the lab: every identity, key and digest that the withheld files of a bundle hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from harness.errors import BundleError, UsageError
from harness.evidence.leak_forms import Secret
from harness.evidence.leak_layers import pieces
from harness.masking.ordinals import is_pseudonym
from harness.vocab.canonical import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["identity_values", "journal_values", "listed_values", "network_key_values", "profile_values", "public_words"]

_EUI64 = re.compile(rb'(?<![0-9A-Za-z])(?<!"octets":")([0-9a-f]{16}|[0-9A-F]{16}|(?:[0-9A-Fa-f]{2}[-:]){7}[0-9A-Fa-f]{2})(?![0-9A-Za-z])')
_NAMED_EUI64 = re.compile(rb'"(?:device|party|source|destination)":"([0-9a-f]{16})"')
_ADDRESSED = re.compile(rb"df090[123][0-9a-f]{16}08([0-9a-f]{16})08([0-9a-f]{16})")
_POINT = re.compile(rb'"(?:agreement|signing)_key":"04([0-9a-f]{64})([0-9a-f]{64})"')
_UNIT = re.compile(rb'"unit":"([^"\\]+)"')
_HEX_RUN = re.compile(rb"[0-9A-Fa-f]{200,}")
_NETWORK_KEY = re.compile(rb"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}:?){15}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_CERTIFICATE = re.compile(rb"\x30[\x81\x82].{1,2}\x30[\x81\x82].{1,2}\xa0\x03\x02\x01\x02\x02([\x01-\x20])", re.DOTALL)
_CERTIFIED_POINT = re.compile(rb"\x03\x42\x00\x04(.{32})(.{32})", re.DOTALL)
_CERTIFIED_EUI64 = re.compile(rb"\x80\x08(.{8})|\x04\x08(.{8})", re.DOTALL)
_MODEL = re.compile(r"[a-z0-9][a-z0-9-]*@[a-z0-9][a-z0-9.+-]*")

_STRUCTURE: Final = frozenset({"format", "pseudonym", "profile"})
"""Members of an identity that identify nobody."""
_TRADE: Final = frozenset(
    """
    and appliances bench british communications company control controls corporation devices digital displays electric electricity
    electronic electronics energy europe firmware group holdings home industries instruments international laboratory limited meter
    metering meters model networks power products services simulated smart solutions systems technologies technology test utilities
    """.split()  # noqa: SIM905 - fifty words in three lines
)
"""Words in the names of makers that tell no maker from another."""
_DISTINCTIVE: Final = 5
_OURS: Final = ("harness ", "comms_hub_sim ")
_SHORTEST_LISTED: Final = 4


def identity_values(octets: bytes, *, where: str) -> Iterator[Secret]:
    """Yield every text of an identity file, the model together with its firmware, and the words that tell the maker."""
    value = parse(octets, where=where)
    if not isinstance(value, dict):
        raise BundleError("holds no identity", where=where)
    for name, text in value.items():
        if name not in _STRUCTURE and isinstance(text, str):
            yield Secret(kind=name, octets=text.encode(), is_text=True)
    yield Secret(kind="model", octets=f"{value.get('model')}@{value.get('firmware')}".encode(), is_text=True)
    for word in re.findall(r"\w+", str(value.get("maker", ""))):
        if len(word) >= _DISTINCTIVE and word.lower() not in _TRADE:
            yield Secret(kind="maker", octets=word.encode(), is_text=True)


def profile_values(octets: bytes) -> Iterator[Secret]:
    """Yield model, maker and summary of a device profile, and every ``model@firmware`` in a scenario."""
    from tomllib import TOMLDecodeError, loads

    text = octets.decode("utf-8", "replace")
    for written in _MODEL.findall(text):
        yield Secret(kind="model", octets=written.encode(), is_text=True)
    try:
        value = loads(text)
    except TOMLDecodeError:
        return
    for name in ("model", "maker", "summary"):
        if isinstance(value.get(name), str):
            yield Secret(kind=name, octets=value[name].encode(), is_text=True)


def network_key_values(octets: bytes) -> Iterator[Secret]:
    """Yield the keys of 128 bits in a key file of a capture."""
    for match in _NETWORK_KEY.finditer(octets):
        yield Secret(kind="network key", octets=bytes.fromhex(match[0].replace(b":", b"").decode()))


def journal_values(path: Path) -> Iterator[Secret]:
    """Yield identities, key points, physical units and certificates of a journal, a capture or an input, read piece by piece."""
    seen: set[tuple[str, bytes]] = set()
    for _, piece in pieces(path):
        for secret in _values(piece):
            if (secret.kind, secret.octets) not in seen:
                seen.add((secret.kind, secret.octets))
                yield secret


def _values(piece: bytes) -> Iterator[Secret]:
    for form in (_NAMED_EUI64, _ADDRESSED, _EUI64):
        for match in form.finditer(piece):
            for written in match.groups():
                yield from _eui64(bytes.fromhex(written.translate(None, b"-:").decode()))
    for match in _POINT.finditer(piece):
        yield from _point(*(bytes.fromhex(half.decode()) for half in match.groups()))
    for match in _UNIT.finditer(piece):
        yield Secret(kind="physical unit", octets=match[1], is_text=True)
    for match in _HEX_RUN.finditer(piece):
        digits = match[0][: len(match[0]) // 2 * 2].decode()
        yield from _certificates(bytes.fromhex(digits))
    for match in _PEM.finditer(piece):
        yield from _pem_certificate(match[0])
    if not piece.isascii():
        yield from _certificates(piece)


def _pem_certificate(pem: bytes) -> Iterator[Secret]:
    from binascii import Error, a2b_base64

    try:
        yield from _certificates(a2b_base64(b"".join(pem.splitlines()[1:-1])))
    except Error:
        return


def _certificates(octets: bytes) -> Iterator[Secret]:
    """Yield serial, subject and key of every certificate in some octets."""
    for match in _CERTIFICATE.finditer(octets):
        serial = octets[match.end() : match.end() + match[1][0]].lstrip(b"\0")
        yield Secret(kind="certificate serial", octets=serial)
        body = octets[match.end() : match.end() + 4096]
        for named in _CERTIFIED_EUI64.finditer(body):
            yield from _eui64(named[1] or named[2])
        for point in _CERTIFIED_POINT.finditer(body):
            yield from _point(*point.groups())


def _eui64(octets: bytes) -> Iterator[Secret]:
    if not is_pseudonym(octets.hex()):
        yield Secret(kind="EUI-64", octets=octets)


def _point(x: bytes, y: bytes) -> Iterator[Secret]:
    """Yield both coordinates: the whole point and the compressed one have the first within them."""
    yield Secret(kind="key", octets=x)
    yield Secret(kind="key", octets=y)


def listed_values(octets: bytes, *, where: str) -> Iterator[Secret]:
    """Yield the values of a list that somebody keeps, one a line: EUI-64s and keys in hexadecimal, anything else as text.

    Raises :class:`UsageError` for a line too short to be told from chance.
    """
    for number, line in enumerate(octets.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if sum(letter.isalnum() for letter in text) < _SHORTEST_LISTED:
            raise UsageError("is too short to be looked for", where=f"{where}:{number}", expected=f"{_SHORTEST_LISTED} letters or digits")
        digits = re.sub(r"[-: ]", "", text)
        if len(digits) >= 16 and len(digits) % 2 == 0 and re.fullmatch(r"[0-9A-Fa-f]+", digits):
            yield Secret(kind="listed value", octets=bytes.fromhex(digits))
        yield Secret(kind="listed value", octets=text.encode(), is_text=True)


def public_words(plugins: Iterable[object]) -> frozenset[bytes]:
    """Return the names of the harness's own plug-ins in a plan: a model that is called like one is told by nobody's name."""
    return frozenset(
        str(plugin["name"]).encode()
        for plugin in plugins
        if isinstance(plugin, dict) and str(plugin.get("package", "")).startswith(_OURS) and isinstance(plugin.get("name"), str)
    )
