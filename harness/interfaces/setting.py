"""A setting declares what a value may be; one declaration serves checking, units, schema and help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.errors import ScenarioError, nearest
from harness.vocab.alert import alert_code, code_text
from harness.vocab.time import duration_text, parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.vocab.canonical import Json

__all__ = ["Setting", "SettingKind", "Value", "settle"]

SettingKind = Literal["duration", "voltage", "ratio", "count", "text", "choice", "flag", "codes"]
Value = int | str | bool | tuple[int, ...]
"""A settled value: nanoseconds, millivolts, parts per million, integers, text, flags, alert codes."""

_VOLTAGE = re.compile(r"(\d+)(?:\.(\d{1,3}))?\s*(mV|V|kV)")
_RATIO = re.compile(r"(\d+)(?:\.(\d{1,4}))?\s*%")
_MILLIVOLTS = {"mV": 1, "V": 1_000, "kV": 1_000_000}
_PPM_PER_PERCENT = 10_000
_FORM = {
    "duration": "a duration with a unit, such as '90s'",
    "voltage": "a voltage with a unit, such as '253.0 V'",
    "ratio": "a share from '0 %' to '100 %'",
    "count": "a whole number",
    "text": "text in quotes",
    "choice": "one of the choices",
    "flag": "true or false",
    "codes": "a list of alert codes, such as ['0x8002']",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one named value may be, in which unit it is kept, and what it means."""

    kind: SettingKind
    doc: str
    default: Value | None = None
    """In base units (ns, mV, ppm); ``None`` where a value must be given."""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    zero: str = ""
    """What people write for 0 where 0 has a meaning of its own, such as ``to the end``."""

    def read(self, raw: object) -> Value:
        """Turn what a person wrote into base units.

        Raises :class:`ScenarioError` saying which form was expected and the nearest choice.
        """
        value = self._read(raw)
        if isinstance(value, int) and not isinstance(value, bool):
            low, high = self.minimum, self.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                low_text = "" if low is None else f"at least {self.write(low)}"
                high_text = "" if high is None else f"at most {self.write(high)}"
                raise ScenarioError(f"{raw!r} is out of range", expected=" and ".join(filter(None, (low_text, high_text))))
        return value

    def _read(self, raw: object) -> Value:
        if self.zero and raw == self.zero:
            return 0
        value = _READERS[self.kind](raw)
        if value is None:
            raise ScenarioError(f"{raw!r} does not fit", expected=_FORM[self.kind])
        if self.kind == "choice" and value not in self.choices:
            raise ScenarioError(f"no choice '{value}'", expected=", ".join(self.choices), nearest=nearest(str(value), self.choices))
        return value

    def write(self, value: Value) -> Json:
        """Write a settled value the way a scenario would."""
        if isinstance(value, tuple):
            return [code_text(code) for code in value]
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        if self.zero and not value:
            return self.zero
        if self.kind == "duration":
            return duration_text(value)
        if self.kind == "voltage":
            return f"{value // 1000}.{value % 1000:03} V"
        if self.kind == "ratio":
            return f"{value // 10_000}.{value % 10_000:04} %"
        return value


def _flag(raw: object) -> Value | None:
    return raw if isinstance(raw, bool) else None


def _count(raw: object) -> Value | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else None


def _text(raw: object) -> Value | None:
    return raw if isinstance(raw, str) else None


def _codes(raw: object) -> Value | None:
    if not isinstance(raw, (list, tuple)) or not all(isinstance(item, str) for item in raw):
        return None
    return tuple(alert_code(item) for item in raw)


def _duration(raw: object) -> Value | None:
    return parse_duration(raw) if isinstance(raw, str) else None


def _voltage(raw: object) -> Value | None:
    found = _VOLTAGE.fullmatch(raw.strip()) if isinstance(raw, str) else None
    return _exact(found[1], found[2] or "", _MILLIVOLTS[found[3]]) if found else None


def _ratio(raw: object) -> Value | None:
    found = _RATIO.fullmatch(raw.strip()) if isinstance(raw, str) else None
    value = _exact(found[1], found[2] or "", _PPM_PER_PERCENT) if found else None
    return value if value is not None and value <= 100 * _PPM_PER_PERCENT else None


def _exact(whole: str, fraction: str, scale: int) -> int | None:
    """Return ``whole.fraction`` times ``scale`` where that is a whole number."""
    value, rest = divmod(int(whole + fraction) * scale, 10 ** len(fraction))
    return None if rest else value


_READERS: dict[SettingKind, Callable[[object], Value | None]] = {
    "duration": _duration,
    "voltage": _voltage,
    "ratio": _ratio,
    "count": _count,
    "text": _text,
    "choice": _text,
    "flag": _flag,
    "codes": _codes,
}


def settle(declared: dict[str, Setting], given: dict[str, object], *, where: str = "") -> dict[str, Value]:
    """Turn given raw values into settled ones, with every default written out.

    Raises :class:`ScenarioError` for an unknown name (with the nearest), a value that does not fit,
    or a missing value that has no default.
    """
    for name in given:
        if name not in declared:
            raise ScenarioError(f"no setting '{name}'", where=where, expected=", ".join(declared), nearest=nearest(name, declared))
    settled: dict[str, Value] = {}
    for name, setting in declared.items():
        if name in given:
            try:
                settled[name] = setting.read(given[name])
            except ScenarioError as error:
                raise ScenarioError(
                    error.what, where=f"{where}.{name}" if where else name, expected=error.expected, nearest=error.nearest
                ) from None
        elif setting.default is None:
            raise ScenarioError(f"'{name}' is missing", where=where, expected=setting.doc)
        else:
            settled[name] = setting.default
    return settled
