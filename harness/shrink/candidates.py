"""Which conditions a search may leave out: the differences between the arms of a scenario, its stimuli and its factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from harness.errors import ScenarioError, nearest
from harness.scenario.arms import arm_role
from harness.scenario.factors import ABSENT, CARRIES, PRESENT, factor_path, stimulus_names, treatment_name
from harness.scenario.problem import path_text
from harness.vocab.identity import NO_DEVICE, ROLES
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from harness.interfaces.setting import Setting
    from harness.scenario.factors import Raw
    from harness.scenario.model import DeviceProfile, Level
    from harness.scenario.problem import Path

__all__ = ["Candidate", "candidates", "chosen", "extra_conditions", "inside_device", "treatment_table"]

NOT_SAID = "as by default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One condition of the treatment, and what stands in its place where it is left out."""

    path: Path
    treated: str
    """How it stands in the treatment, for people."""
    reference: Level
    """How it stands where it is left out."""
    origin: str
    """What made it a candidate: an arm's name, ``stimulus``, ``factors``, ``inside`` or ``command line``."""

    @property
    def name(self) -> str:
        """The path as ``--set`` and ``[factors]`` write it."""
        return path_text(self.path)


def candidates(
    document: Mapping[str, object], extra: Sequence[str] = (), inside: Mapping[str, Sequence[Candidate]] | None = None
) -> tuple[Candidate, ...]:
    """Return every condition that can be left out, in order: differences to the controls, stimuli, factors, and ``extra``.

    ``extra`` are paths, or ``path=reference``, from the command line. A role of ``inside`` is not varied as a whole
    device but by what it holds (:func:`inside_device`). The document is a scenario that loads.
    Raises :class:`ScenarioError` for an extra path that names nothing.
    """
    found: dict[Path, Candidate] = {}
    treated = _effective(document, _arms(document, ArmRole.TREATMENT)[0][1])
    taken_apart = [candidate for held in (inside or {}).values() for candidate in held]
    for candidate in (*_against_arms(document, treated), *_stimuli(treated), *_factors(document, treated), *taken_apart):
        settings_vary = any(path[:2] == candidate.path for path in found if len(path) > 2)
        as_a_whole = candidate.path[0] == "combination" and candidate.path[1] in (inside or {})
        if candidate.path not in found and not as_a_whole and not (candidate.origin == "stimulus" and settings_vary):
            found[candidate.path] = candidate
    found |= {candidate.path: candidate for candidate in extra_conditions(document, extra)}
    return tuple(found.values())


def extra_conditions(document: Mapping[str, object], texts: Sequence[str]) -> tuple[Candidate, ...]:
    """Return conditions as a command line names them: ``path``, of what can be absent, or ``path=reference``.

    Raises :class:`ScenarioError` for a path that names nothing, or that no single arm can have otherwise.
    """
    return tuple(_extra(document, _effective(document, _arms(document, ArmRole.TREATMENT)[0][1]), texts))


def inside_device(profile: DeviceProfile, reference: DeviceProfile | None, declared: Mapping[str, Setting]) -> tuple[Candidate, ...]:
    """Return what makes a simulated device differ inside from a reference, or from one with every default.

    That is every setting that differs, and every mechanism that the reference does not carry.
    """
    against = dict(reference.settings) if reference else {name: setting.default for name, setting in declared.items()}
    carried = {use.name for use in reference.mechanisms} if reference else set()
    found = []
    for name, setting in declared.items():
        value, other = profile.settings.get(name), against.get(name)
        written = None if other is None else setting.write(other)
        if value is not None and value != other and isinstance(written, (str, int)):
            path: Path = ("device", profile.role, "with", name)
            found.append(Candidate(path=path, treated=_text(cast("Level", setting.write(value))), reference=written, origin="inside"))
    for use in profile.mechanisms:
        if use.name not in carried:
            path = ("device", profile.role, CARRIES, use.name)
            found.append(Candidate(path=path, treated=PRESENT, reference=ABSENT, origin="inside"))
    return tuple(found)


def chosen(known: Sequence[Candidate], names: Iterable[str], document: Mapping[str, object]) -> tuple[Candidate, ...]:
    """Return the candidates that are named; raises :class:`ScenarioError` with the nearest name for one that is none."""
    by_name = {candidate.name: candidate for candidate in known}
    found = []
    for name in names:
        try:
            spelt = path_text(factor_path(name, document))
        except ScenarioError:
            spelt = name
        if spelt not in by_name:
            expected = ", ".join(by_name) or "none: treatment and controls do not differ"
            raise ScenarioError(f"no factor '{name}'", expected=expected, nearest=nearest(name, by_name))
        found.append(by_name[spelt])
    return tuple(found)


def _arms(document: Mapping[str, object], *roles: ArmRole) -> list[tuple[str, Raw]]:
    arms = cast("Mapping[str, Raw]", document.get("arms", {}))
    return [(name, arm) for name, arm in arms.items() if arm_role(name, arm) in roles]


def _effective(document: Mapping[str, object], arm: Raw) -> dict[Path, Level]:
    """Return every value of an arm that a factor can vary, by path, with what the arm changes filled in."""
    values: dict[Path, Level] = {}
    combination = {**dict.fromkeys(ROLES, NO_DEVICE), **cast("Raw", document["combination"]), **cast("Raw", arm.get("combination", {}))}
    values |= {("combination", name): cast("Level", value) for name, value in combination.items()}
    names = stimulus_names(document)
    changes = {_named(name, names): change for name, change in cast("Mapping[str, Raw]", arm.get("stimulus", {})).items()}
    left_out = {_named(str(name), names) for name in cast("Sequence[object]", arm.get("without", ()))}
    for name, raw in zip(names, cast("Sequence[Raw]", document.get("stimulus", ())), strict=True):
        values["stimulus", name] = ABSENT if name in left_out else PRESENT
        if name not in left_out:
            change = changes.get(name, {})
            settings = {**cast("Raw", raw.get("with", {})), **cast("Raw", change.get("with", {}))}
            values |= {("stimulus", name, "with", key): cast("Level", value) for key, value in settings.items()}
            timing = {**raw, **change}
            values |= {("stimulus", name, key): cast("Level", timing[key]) for key in ("at", "every", "times") if key in timing}
    return values


def _named(text: str, names: Sequence[str]) -> str:
    return text if text in names or not text.isdecimal() else names[int(text)]


def _against_arms(document: Mapping[str, object], treated: Mapping[Path, Level]) -> Iterator[Candidate]:
    """Yield what the controls change; of a stimulus that a control leaves out, the whole."""
    for arm, raw in _arms(document, ArmRole.CONDITION_CONTROL, ArmRole.DEVICE_CONTROL):
        control = _effective(document, raw)
        for path, reference in control.items():
            value = treated.get(path)
            absent = len(path) > 2 and treated.get(path[:2]) == ABSENT
            if value != reference and not absent:
                yield Candidate(path=path, treated=_text(value), reference=reference, origin=arm)


def _stimuli(treated: Mapping[Path, Level]) -> Iterator[Candidate]:
    for path, value in treated.items():
        if path[0] == "stimulus" and len(path) == 2 and value == PRESENT:
            yield Candidate(path=path, treated=PRESENT, reference=ABSENT, origin="stimulus")


def _factors(document: Mapping[str, object], treated: Mapping[Path, Level]) -> Iterator[Candidate]:
    """Yield the scenario's factors, each against the first of its levels that is not the treatment's."""
    for name, levels in cast("Mapping[str, Sequence[Level]]", document.get("factors", {})).items():
        path = factor_path(name, document)
        value = treated.get(path)
        if path[0] != "window":
            reference = next(level for level in levels if level != value)
            yield Candidate(path=path, treated=_text(value), reference=reference, origin="factors")


def _extra(document: Mapping[str, object], treated: Mapping[Path, Level], texts: Sequence[str]) -> Iterator[Candidate]:
    for text in texts:
        name, given, reference = text.partition("=")
        path = factor_path(name, document)
        if path[0] == "window":
            what = f"'{name}' belongs to the whole scenario"
            raise ScenarioError(what, expected="what one arm can have otherwise: a device, a stimulus")
        is_presence = (path[0] == "stimulus" and len(path) == 2) or CARRIES in path
        if not given and not is_presence:
            raise ScenarioError(f"nothing says what stands in place of '{name}'", expected=f"{name}=VALUE")
        yield Candidate(
            path=path, treated=_text(treated.get(path)), reference=_level(reference) if given else ABSENT, origin="command line"
        )


def _level(text: str) -> Level:
    return int(text) if text.isdecimal() and text.isascii() else {"true": True, "false": False}.get(text, text)


def _text(value: Level | None) -> str:
    return NOT_SAID if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def treatment_table(document: Mapping[str, object]) -> Raw:
    """Return the treatment's table as the document has it."""
    return cast("Mapping[str, Raw]", document["arms"])[treatment_name(document)]
