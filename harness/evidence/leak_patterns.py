"""Values that identify a device, a home or a person by their form alone, without a list to compare with.

Each has a check digit, a prefix or a structure that chance seldom gives; what is a number in JSON, a fraction, a
digest or a pseudonym is none of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from harness.masking.ordinals import PSEUDONYM_PREFIX, is_pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "identifying_messages",
    "identifying_octets",
    "identifying_text",
    "is_iccid",
    "is_imei",
    "is_keyed_pseudonym",
    "is_mpan",
    "is_mprn",
    "is_pseudonym",
]

_PRIMES = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
_DISTRIBUTORS = range(10, 40)
"""Distributor ids: the fourteen licensed areas from 10 on, independent networks after them."""
_AREAS: Final = """
AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD
HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH
RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
""".split()  # noqa: SIM905 - a hundred and more in four lines
"""Postcode areas."""
_POSTCODE = "(?:" + "|".join(sorted(_AREAS, key=len, reverse=True)) + ")[0-9][0-9A-HJKMNP-Y]?{}[0-9][ABD-HJLNP-UW-Z]{{2}}"
_ALONE = rb"(?<![0-9A-Za-z+/=_-])%b(?![0-9A-Za-z+/=_-])"
_BYTE = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_NOBODYS: Final = (b"0.0.0.0", b"127.0.0.1", b"255.255.255.255")

_ORDINAL: Final = PSEUDONYM_PREFIX.encode()
_EUI64 = re.compile(
    rb"[0-9A-Fa-f](?<![0-9A-Za-z].)(?<!\"octets\":\".)(?!0{15}|f{15})(?!" + _ORDINAL[1:] + rb")"
    rb"(?:(?<=[0-9a-f])[0-9a-f]{15}|(?<=[0-9A-F])[0-9A-F]{15}|(?<=0)x(?:[0-9a-f]{16}|[0-9A-F]{16}))(?![0-9A-Za-z]|\xe2\x80\xa6|\.\.\.)"
)
_PARTED_EUI64 = re.compile(
    rb"(?<![0-9A-Za-z])(?<![0-9A-Fa-f]{2}[-: ])(?:[0-9A-Fa-f]{2}[-: ]){7}[0-9A-Fa-f]{2}(?![0-9A-Za-z]|[-: ][0-9A-Fa-f]{2}(?![0-9A-Za-z]))"
)
_GBCS = re.compile(rb"df090[123][0-9a-f]{16}08(?!" + _ORDINAL + rb"[0-9a-f]{8}08" + _ORDINAL + rb")([0-9a-f]{16})08([0-9a-f]{16})")
_DIGITS = re.compile(
    rb"[0-9](?<![0-9A-Za-z./_+-].)(?<!\":.)"
    rb"(?:[0-9]{12,20}|[0-9][ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{3}|[0-9][ -][0-9]{8}[ -][0-9]{2}[ -]?[0-9]"
    rb"|[0-9]-[0-9]{6}-[0-9]{6}-[0-9]|[0-9]{3}(?: [0-9]{4}){3} [0-9]{3,4})"
    rb"(?![0-9A-Za-z/_+-]|\.[0-9])"
)
_NAMED_MPRN = re.compile(rb"[Mm](?:PRN|prn|PXN|pxn|PxN|eter [Pp]oint)[^0-9]{0,24}([0-9]{6,10})(?![0-9A-Za-z])")
_QUOTED_MPRN = re.compile(rb"\"([0-9]{10})\"")
_UPPER_POSTCODE = re.compile(_ALONE % _POSTCODE.format(" ?").encode())
_LOWER_POSTCODE = re.compile(_ALONE % _POSTCODE.format(" ").lower().encode())
_IPV4 = re.compile(rb"(?<![0-9A-Za-z.])(?<![0-9]:)(?:" + _BYTE + rb"\.){3}" + _BYTE + rb"(?![0-9A-Za-z]|\.[0-9])")
_IPV6 = re.compile(rb"(?<![0-9A-Za-z:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])")
_EMAIL = re.compile(rb"[0-9A-Za-z][0-9A-Za-z._%+-]*@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.[A-Za-z]{2,}")
_PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?(CERTIFICATE|[A-Z ]*PRIVATE KEY)")
_LOCATED = (
    ("postcode", re.compile(rb"[A-Z][0-9][0-9A-Z]? ?[0-9][A-Z]{2}"), _UPPER_POSTCODE),
    ("postcode", re.compile(rb" [0-9][a-z]{2}(?![0-9A-Za-z])"), _LOWER_POSTCODE),
    ("e-mail address", re.compile(rb"@[0-9A-Za-z]"), _EMAIL),
    ("IPv4 address", re.compile(rb"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]"), _IPV4),
    ("IPv6 address", re.compile(rb":(?::|[0-9A-Fa-f]{1,4}:)"), _IPV6),
    ("EUI-64", re.compile(rb"[-: ][0-9A-Fa-f]{2}[-: ][0-9A-Fa-f]{2}[-: ]"), _PARTED_EUI64),
)
"""Kind, what such a value has in its midst and little else does, and its whole form, which takes longer to look for."""
_AROUND: Final = 80

_DER_CERTIFICATE = re.compile(rb"\x30[\x81\x82].{1,2}\x30[\x81\x82].{1,2}\xa0\x03\x02\x01\x02\x02", re.DOTALL)
_DER_PRIVATE = (
    re.compile(rb"\x02\x01\x01\x04\x20.{32}", re.DOTALL),
    re.compile(rb"\x02\x01\x00\x30\x05\x06\x03\x2b\x65[\x6e\x70]\x04\x22\x04\x20"),
    re.compile(rb"\x30\x82..\x02\x01\x00\x02\x82", re.DOTALL),
)
_FEWEST_HEX_DIGITS: Final = 4


def identifying_text(text: bytes, *, pseudonym: Callable[[str], bool] = is_pseudonym, is_json: bool = False) -> Iterator[tuple[str, int]]:
    """Yield kind and offset of whatever identifies somebody in a text; an EUI-64 that is a ``pseudonym`` does not.

    The value of a member of JSON is a number and nothing else; where the text ``is_json``, so is an item of a list.
    """
    for match in _EUI64.finditer(text):
        written = match[0][-16:].decode().lower()
        if not written.isdecimal() and not pseudonym(written):
            yield "EUI-64", match.start()
    for match in _DIGITS.finditer(text):
        if (kind := _numbered(match[0])) and not (is_json and text[max(match.start() - 1, 0) : match.start()] in (b",", b"[")):
            yield kind, match.start()
    for form in (_NAMED_MPRN, _QUOTED_MPRN):
        for match in form.finditer(text):
            if is_mprn(match[1].decode()):
                yield "MPRN", match.start(1)
    yield from _located(text, pseudonym)
    for match in _PEM.finditer(text):
        yield "X.509 certificate" if match[1] == b"CERTIFICATE" else "private key", match.start()


def identifying_messages(octets: bytes, pseudonym: Callable[[str], bool] = is_pseudonym) -> Iterator[tuple[str, int]]:
    """Yield kind and offset of GBCS messages, in hexadecimal, from or to an EUI-64 that is no ``pseudonym``."""
    for match in _GBCS.finditer(octets):
        if not all(pseudonym(name.decode()) for name in match.groups()):
            yield "EUI-64", match.start(1)


def identifying_octets(octets: bytes) -> Iterator[tuple[str, int]]:
    """Yield kind and offset of certificates and private keys in DER."""
    for match in _DER_CERTIFICATE.finditer(octets):
        yield "X.509 certificate", match.start()
    for form in _DER_PRIVATE:
        for match in form.finditer(octets):
            yield "private key", match.start()


def is_keyed_pseudonym(name: str) -> bool:
    """Tell whether an EUI-64 is locally administered, as pseudonyms made with a key are and no maker's own is."""
    return int(name[:2], 16) & 0x03 == 0x02


def is_mpan(digits: str) -> bool:
    """Tell whether 13 or 21 digits are an MPAN: a distributor, and a check digit modulo 11 modulo 10."""
    core = digits[-13:]
    if len(digits) not in {13, 21} or int(core[:2]) not in _DISTRIBUTORS:
        return False
    return sum(int(digit) * prime for digit, prime in zip(core, _PRIMES, strict=False)) % 11 % 10 == int(core[-1])


def is_mprn(digits: str) -> bool:
    """Tell whether 6 to 10 digits are an MPRN: the last two are a check modulo 11."""
    body = digits[:-2]
    total = sum(int(digit) * weight for digit, weight in zip(body, range(len(body), 0, -1), strict=True))
    return 6 <= len(digits) <= 10 and total % 11 == int(digits[-2:])


def is_imei(digits: str) -> bool:
    """Tell whether 15 digits are an IMEI: a reporting body that exists, and a check digit by Luhn."""
    return len(digits) == 15 and digits[:2] in {"01", "35", "86", "91", "98", "99"} and _luhn(digits)


def is_iccid(digits: str) -> bool:
    """Tell whether 19 or 20 digits are an ICCID: they begin with 89, and their check digit is Luhn's."""
    return len(digits) in {19, 20} and digits.startswith("89") and _luhn(digits)


def _luhn(digits: str) -> bool:
    return sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits))) % 10 == 0


def _numbered(written: bytes) -> str:
    """Return what a run of digits is, or an empty string."""
    digits = written.translate(None, b" -").decode()
    checks = {"MPAN": is_mpan, "IMEI": is_imei, "ICCID": is_iccid}
    return next((kind for kind, holds in checks.items() if holds(digits)), "")


def _located(text: bytes, pseudonym: Callable[[str], bool]) -> Iterator[tuple[str, int]]:
    """Yield what is looked for in two steps: by its midst, then whole."""
    for kind, midst, form in _LOCATED:
        after = 0
        for place in midst.finditer(text):
            if place.start() < after:
                continue
            start = max(place.start() - _AROUND, 0)
            for match in form.finditer(text[start : place.end() + _AROUND]):
                if _counts(kind, match[0], pseudonym):
                    yield kind, start + match.start()
            after = place.end()


def _counts(kind: str, written: bytes, pseudonym: Callable[[str], bool]) -> bool:
    """Tell whether something of the right form is one that names somebody."""
    if kind == "EUI-64":
        return not pseudonym(written.translate(None, b"-: ").decode().lower())
    if kind == "IPv6 address":
        return _is_ipv6(written)
    return written not in _NOBODYS


def _is_ipv6(written: bytes) -> bool:
    from ipaddress import IPv6Address

    if len(written.translate(None, b":")) < _FEWEST_HEX_DIGITS:
        return False
    try:
        return not IPv6Address(written.decode()).is_unspecified
    except ValueError:
        return False
