"""The stimuli of a scenario, and what an arm changes about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import nearest
from harness.scenario.model import Stimulus
from harness.scenario.settings import read_settings
from harness.scenario.shape import part, table
from harness.vocab.time import duration_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.setting import Setting
    from harness.interfaces.target import Capability
    from harness.scenario.problem import Issues, Path
    from harness.scenario.shape import Settled

__all__ = ["Stimuli", "read_stimuli"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stimuli:
    """The stimuli as declared; ``None`` stands for one that has problems of its own."""

    names: tuple[str, ...]
    each: tuple[Stimulus | None, ...]
    capabilities: Mapping[str, Capability]
    closes: int | None
    """When the window closes, in nanoseconds after the trial's start; ``None`` where it is not known."""

    def index(self, text: str) -> int | None:
        """Return which stimulus a person means by its name or number."""
        if text in self.names:
            return self.names.index(text)
        return int(text) if text in map(str, range(len(self.names))) else None

    def in_arm(self, arm: Settled, path: Path, issues: Issues) -> tuple[Stimulus, ...] | None:
        """Return the stimuli of an arm in order of declaration; ``None`` where one of them has problems."""
        before = len(issues.found)
        left_out = self._left_out(arm, path, issues)
        changes: dict[int, tuple[str, Settled]] = {}
        for name in table(arm, "stimulus"):
            index = self._known(name, (*path, "stimulus", name), issues, on_key=True)
            if index in left_out or index in changes:
                issues.say((*path, "stimulus", name), f"stimulus '{name}' is left out or changed elsewhere in this arm", on="key")
            elif index is not None:
                changes[index] = (name, table(table(arm, "stimulus"), name))
        found: list[Stimulus | None] = []
        for index, stimulus in enumerate(self.each):
            if index in left_out:
                continue
            if stimulus and index in changes:
                name, change = changes[index]
                stimulus = self._changed(stimulus, change, (*path, "stimulus", name), issues)
            found.append(stimulus)
        whole = tuple(stimulus for stimulus in found if stimulus)
        return whole if len(whole) == len(found) and len(issues.found) == before else None

    def _left_out(self, arm: Settled, path: Path, issues: Issues) -> set[int]:
        names = part(arm, "without", list) or []
        found = {self._known(name, (*path, "without", place), issues) for place, name in enumerate(names) if isinstance(name, str)}
        return {index for index in found if index is not None}

    def _known(self, text: str, path: Path, issues: Issues, *, on_key: bool = False) -> int | None:
        index = self.index(text)
        if index is None:
            expected = ", ".join(self.names) or "none: the scenario has no stimulus"
            issues.say(path, f"no stimulus '{text}'", expected=expected, nearest=nearest(text, self.names), on="key" if on_key else "value")
        return index

    def _changed(self, stimulus: Stimulus, change: Settled, path: Path, issues: Issues) -> Stimulus:
        declared = self.capabilities[stimulus.do].settings
        settings = read_settings(declared, table(change, "with"), (*path, "with"), issues, partial=True)
        at, every, times = (part(change, name, int) for name in ("at", "every", "times"))
        changed = replace(
            stimulus,
            settings={**stimulus.settings, **settings},
            at=stimulus.at if at is None else at,
            every=every or stimulus.every,
            times=times or stimulus.times,
        )
        changed = replace(changed, told=_told(changed, declared))
        if {"at", "every", "times"} & change.keys():
            _check_timing(changed, path, self.closes, issues)
        return changed


def read_stimuli(
    settled: Settled, capabilities: Mapping[str, Capability], filled: tuple[str, ...], closes: int | None, issues: Issues
) -> Stimuli:
    """Read the stimuli of a scenario whose combination fills the roles ``filled``."""
    names: list[str] = []
    each: list[Stimulus | None] = []
    for index, raw in enumerate(part(settled, "stimulus", list) or []):
        path = ("stimulus", index)
        before = len(issues.found)
        stimulus = _read(raw or {}, path, capabilities, filled, issues)
        name = str((raw or {}).get("name", f"{(raw or {}).get('do', 'stimulus')}-{index}"))
        if name in names:
            issues.say((*path, "name"), f"stimulus '{name}' is named twice", expected="a name of its own")
        names.append(name)
        if stimulus:
            stimulus = replace(stimulus, name=name)
            _check_timing(stimulus, path, closes, issues)
        each.append(stimulus if len(issues.found) == before else None)
    return Stimuli(names=tuple(names), each=tuple(each), capabilities=capabilities, closes=closes)


def _read(raw: Settled, path: Path, capabilities: Mapping[str, Capability], filled: tuple[str, ...], issues: Issues) -> Stimulus | None:
    role, do, at = part(raw, "on", str), part(raw, "do", str), part(raw, "at", int)
    if role and role not in filled:
        issues.say((*path, "on"), f"the combination has no '{role}'", expected=", ".join(filled), nearest=nearest(role, filled))
    if do is None:
        return None
    if do not in capabilities:
        known = sorted(capabilities)
        issues.say((*path, "do"), f"no capability '{do}'", expected=", ".join(known) or "none", nearest=nearest(do, known))
        return None
    capability = capabilities[do]
    if role and role not in capability.roles:
        roles = ", ".join(sorted(capability.roles))
        issues.say((*path, "on"), f"capability '{do}' does not act on role '{role}'", expected=roles)
    settings = read_settings(capability.settings, table(raw, "with"), (*path, "with"), issues)
    if role is None or at is None:
        return None
    every, times = part(raw, "every", int), part(raw, "times", int)
    stimulus = Stimulus(name="", at=at, on=role, do=do, settings=settings, every=every, times=1 if times is None else times)
    return replace(stimulus, told=_told(stimulus, capability.settings))


def _told(stimulus: Stimulus, declared: Mapping[str, Setting]) -> str:
    """Write what is done the way a person would tell it."""
    again = f", every {duration_text(stimulus.every)}, {stimulus.times} times" if stimulus.every and stimulus.times > 1 else ""
    settings = ", ".join(f"{name} {declared[name].write(value)}" for name, value in stimulus.settings.items())
    return f"{stimulus.do} at {duration_text(stimulus.at)}{again}" + (f": {settings}" if settings else "")


def _check_timing(stimulus: Stimulus, path: Path, closes: int | None, issues: Issues) -> None:
    if stimulus.times > 1 and stimulus.every is None:
        issues.say((*path, "times"), "'times' without 'every'", expected="the time between repetitions, such as every = '2h'", on="key")
    elif stimulus.every is not None and stimulus.times == 1:
        issues.say((*path, "every"), "'every' without 'times'", expected="how often in all, such as times = 12", on="key")
    if closes is None:
        return
    last = stimulus.at + (stimulus.times - 1) * (stimulus.every or 0)
    if stimulus.at >= closes:
        what = f"stimulus after the window: due at {duration_text(stimulus.at)}, and the window closes at {duration_text(closes)}"
        issues.say((*path, "at"), what, expected="an earlier instant")
    elif last >= closes:
        what = f"stimulus after the window: the last is due at {duration_text(last)}, and the window closes at {duration_text(closes)}"
        issues.say((*path, "times"), what, expected="fewer, or sooner one after another")
