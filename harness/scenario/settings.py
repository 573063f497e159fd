"""Settings as a target, a mechanism or a detector declares them, read with every issue found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import ScenarioError, nearest
from harness.scenario.form import read_setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.setting import Setting, Value
    from harness.scenario.problem import Issues, Path

__all__ = ["read_settings"]


def read_settings(
    declared: Mapping[str, Setting], given: Mapping[str, object], path: Path, issues: Issues, *, partial: bool = False
) -> dict[str, Value]:
    """Return given settings in base units with every default written out; ``partial`` leaves defaults away.

    Unknown names, values that do not fit and missing values go to ``issues``, placed under ``path``.
    """
    for name in given:
        if name not in declared:
            expected = ", ".join(declared) or "no setting at all"
            issues.say((*path, name), f"no setting '{name}'", expected=expected, nearest=nearest(name, declared), on="key")
    settled: dict[str, Value] = {}
    for name, setting in declared.items():
        if name in given:
            try:
                value = read_setting(setting, given[name])
            except ScenarioError as error:
                issues.take((*path, name), error)
                continue
            if isinstance(value, (int, str, tuple)):
                settled[name] = value
        elif setting.default is not None and not partial:
            settled[name] = setting.default
        elif not partial:
            issues.say(path, f"setting '{name}' is missing", expected=setting.doc, on="key")
    return settled
