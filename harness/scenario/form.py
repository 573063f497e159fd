"""How single values are written in a file: what is read, what is refused, what a JSON Schema says of it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import is_normalized

from harness.errors import ScenarioError
from harness.interfaces.setting import Setting
from harness.vocab.alert import alert_code
from harness.vocab.identity import NO_DEVICE, DeviceModel
from harness.vocab.time import Epoch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.vocab.canonical import Json

__all__ = [
    "CODE",
    "FIRMWARE",
    "INSTANT",
    "LARGEST",
    "LAST_SECOND",
    "LEVEL",
    "MODEL",
    "MODEL_NAME",
    "NAME",
    "REFERENCE",
    "Form",
    "choice",
    "count",
    "duration",
    "flag",
    "plain",
    "plain_text",
    "ratio",
    "read_setting",
    "spelt",
    "text",
]

LARGEST = (1 << 53) - 1
"""The largest integer that canonical JSON can carry; as nanoseconds, 104 days."""

LAST_SECOND = (1 << 32) - 1
"""GBCS writes time as an unsigned 32-bit number of seconds since 2000, and this last value for «not specified»."""

_RATIO = r"^\s*[0-9]+(\.[0-9]{1,4})?\s*%\s*$"
_DURATION = r"^-?([0-9]+(\.[0-9]+)?\s*(ns|us|ms|min|s|m|h|d)\s*)+$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way of writing a value."""

    read: Callable[[object], object]
    """Turns what was written into base units; raises :class:`ScenarioError`."""
    schema: Mapping[str, Json] = field(default_factory=dict)


def spelt(raw: object) -> str:
    """Write a value as its author would recognise it, short."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, dict):
        return "a table"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, (datetime.date, datetime.time)):
        return f"the date or time {raw}"
    written = f"'{raw}'" if isinstance(raw, str) else _digits(raw)
    return written if len(written) <= 60 else f"{written[:56]}…'"


def _digits(raw: object) -> str:
    if isinstance(raw, int) and abs(raw) > LARGEST:
        return "a number beyond 2**53"
    return str(raw)


def read_setting(setting: Setting, raw: object) -> object:
    """Read a value by its declaration; like :meth:`Setting.read`, with what was written named in TOML's words.

    Raises :class:`ScenarioError`, also for what a plan could not carry: numbers beyond 2**53, text that
    is not printable or not in Unicode normal form C.
    """
    if isinstance(raw, str):
        plain(raw)
    try:
        value = setting.read(raw) if _fits_in_a_plan(raw) else None
    except ScenarioError as error:
        what = error.what.replace(repr(raw), spelt(raw), 1)
        raise ScenarioError(what, expected=error.expected, nearest=error.nearest) from None
    if value is None or not _fits_in_a_plan(value):
        raise ScenarioError(f"{spelt(raw)} is out of range", expected="less than 2**53 (as nanoseconds: 104 days)")
    return value


def _fits_in_a_plan(value: object) -> bool:
    return not isinstance(value, int) or -LARGEST <= value <= LARGEST


def plain(raw: object) -> str:
    """Read text on one line; raises :class:`ScenarioError` for anything that a terminal or a digest could not show plainly."""
    if not isinstance(raw, str):
        raise ScenarioError(f"{spelt(raw)} does not fit", expected="text in quotes")
    if not raw.isprintable():
        raise ScenarioError("the text holds a line end, a tab or a control character", expected="one line of printable text")
    if not is_normalized("NFC", raw):
        raise ScenarioError(f"{spelt(raw)} is not in Unicode normal form C", expected="composed letters")
    return raw


def _declared(setting: Setting, **schema: Json) -> Form:
    return Form(read=lambda raw: read_setting(setting, raw), schema=schema)


def text() -> Form:
    """Return the form of one line of text that is not empty."""

    def read(raw: object) -> object:
        if not plain(raw).strip():
            raise ScenarioError("the text is empty", expected="some words")
        return raw

    return Form(read=read, schema={"type": "string", "minLength": 1})


def plain_text() -> Form:
    """Return the form of one line of text, which may be empty."""
    return Form(read=plain, schema={"type": "string"})


def flag() -> Form:
    """Return the form of ``true`` and ``false``."""
    return _declared(Setting(kind="flag", doc=""), type="boolean")


def count(minimum: int, maximum: int) -> Form:
    """Return the form of a whole number between two bounds."""
    return _declared(Setting(kind="count", doc="", minimum=minimum, maximum=maximum), type="integer", minimum=minimum, maximum=maximum)


def duration(minimum: int = 0) -> Form:
    """Return the form of a duration with a unit, read as nanoseconds."""
    return _declared(Setting(kind="duration", doc="", minimum=minimum), type="string", pattern=_DURATION)


def ratio() -> Form:
    """Return the form of a share from ``0 %`` to ``100 %``, read as parts per million."""
    return _declared(Setting(kind="ratio", doc=""), type="string", pattern=_RATIO)


def choice(*choices: str) -> Form:
    """Return the form of one of several words."""
    words = tuple(map(str, choices))
    return _declared(Setting(kind="choice", doc="", choices=words), enum=list(words))


def _matching(pattern: str, what: str, expected: str) -> Form:
    compiled = re.compile(pattern, re.ASCII)

    def read(raw: object) -> object:
        if not isinstance(raw, str) or not compiled.fullmatch(raw):
            raise ScenarioError(f"{spelt(raw)} is not {what}", expected=expected)
        return raw

    return Form(read=read, schema={"type": "string", "pattern": f"^{pattern}$"})


def _read_instant(raw: object) -> object:
    if isinstance(raw, datetime.datetime) and raw.utcoffset() == datetime.timedelta(0) and not raw.microsecond:
        raw = raw.strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        epoch = Epoch.parse(plain(raw))
    except ScenarioError as error:
        raise ScenarioError(error.what, expected="the form '2030-01-07T00:00:00Z'") from None
    if not 0 <= epoch.seconds < LAST_SECOND or epoch.text() != raw:
        raise ScenarioError(f"{spelt(raw)} is not a second that a meter's clock can show", expected="an instant from 2000 to 2136")
    return raw


def _read_model(raw: object) -> object:
    if raw == NO_DEVICE:
        return NO_DEVICE
    if not isinstance(raw, str):
        raise ScenarioError(f"{spelt(raw)} is not a device model", expected=f"model@firmware, or '{NO_DEVICE}'")
    return DeviceModel.parse(raw)


def _read_code(raw: object) -> object:
    if not isinstance(raw, str):
        raise ScenarioError(f"{spelt(raw)} is not an alert code", expected="four hexadecimal digits in quotes, such as '0x8F0A'")
    return alert_code(raw)


def _read_reference(raw: object) -> object:
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) <= LARGEST:
        return str(raw)
    if not isinstance(raw, str):
        raise ScenarioError(f"{spelt(raw)} does not fit", expected="a name, or a number counted from 0")
    return raw


def _read_level(raw: object) -> object:
    if isinstance(raw, bool):
        return raw
    return read_setting(Setting(kind="count", doc=""), raw) if isinstance(raw, int) else text().read(raw)


NAME = _matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "a name", "lower-case words joined by '-'")
MODEL_NAME = _matching(r"[a-z0-9][a-z0-9-]*", "a model name", "lower-case letters, digits and '-'")
FIRMWARE = _matching(r"[a-z0-9][a-z0-9.+-]*", "a firmware version", "lower-case letters, digits, '.', '+' and '-', in quotes")
REFERENCE = Form(read=_read_reference, schema={"type": ["string", "integer"]})
LEVEL = Form(read=_read_level, schema={"type": ["string", "integer", "boolean"], "minLength": 1})
INSTANT = Form(read=_read_instant, schema={"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"})
MODEL = Form(read=_read_model, schema={"type": "string", "pattern": r"^([a-z0-9][a-z0-9-]*@[a-z0-9][a-z0-9.+-]*|none)$"})
CODE = Form(read=_read_code, schema={"type": "string", "pattern": r"^(0[xX])?[0-9a-fA-F]{4}$"})
