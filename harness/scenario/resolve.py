"""From a settled document to a scenario: every name resolved against what is there to be named."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import nearest
from harness.interfaces.target import FIDELITIES, fidelities_of
from harness.scenario.arms import Cast, arm_role, check_design, filled_roles, read_arms
from harness.scenario.fields import SCENARIO
from harness.scenario.form import LARGEST, LAST_SECOND
from harness.scenario.model import Outcome, Scenario, StopRule, Window
from harness.scenario.population import read_population
from harness.scenario.problem import Issues
from harness.scenario.settings import read_settings
from harness.scenario.shape import part, settle, table
from harness.scenario.stimuli import read_stimuli
from harness.vocab.alert import code_text
from harness.vocab.time import Epoch, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.interfaces.detector import Detector
    from harness.interfaces.target import Target
    from harness.scenario.document import Document
    from harness.scenario.model import Arm
    from harness.scenario.problem import Issue, Path, Problem
    from harness.scenario.profiles import Shelf
    from harness.scenario.shape import Settled

__all__ = ["Known", "Resolution", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a scenario can name: what a target does, which detectors and which device profiles there are."""

    target: Target
    detectors: Mapping[str, Detector]
    shelf: Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A scenario, or why there is none."""

    scenario: Scenario | None
    issues: tuple[Issue, ...]
    elsewhere: tuple[Problem, ...]
    """Problems in the device profiles that the scenario uses."""


def resolve(document: Document, known: Known) -> Resolution:
    """Check a document against everything that is known, and return what it comes to."""
    issues = Issues()
    settled = settle(SCENARIO, document.value, issues)
    filled = filled_roles(settled, issues)
    window = _window(settled, issues)
    _check_fidelity(window, known.target, issues)
    closes = window.settle + window.observe if window else None
    stimuli = read_stimuli(settled, known.target.capabilities(), filled, closes, issues)
    cast = Cast(known.shelf, known.target)
    arms = read_arms(settled, stimuli, cast, issues)
    exploratory = bool(settled.get("exploratory", True))
    if "arms" in settled:
        roles = [arm_role(name, table(table(settled, "arms"), name)) for name in arms]
        check_design(arms, roles, exploratory=exploratory, issues=issues)
    _check_codes(settled, issues)
    _check_seed(settled, issues)
    outcome = _outcome(settled, known, filled, issues)
    stop = _stop(settled, issues)
    population = read_population(settled, outcome, issues)
    _check_expectation(settled, arms, issues)
    _check_names_stay_out(settled, cast, issues)
    whole = tuple(arm for arm in arms.values() if arm)
    if issues.found or cast.problems or window is None or outcome is None or stop is None or len(whole) != len(arms):
        return Resolution(scenario=None, issues=tuple(issues.found), elsewhere=tuple(cast.problems.values()))
    scenario = _scenario(settled, document, window=window, arms=whole, outcome=outcome, stop=stop, cast=cast)
    return Resolution(scenario=replace(scenario, population=population), issues=(), elsewhere=())


def _scenario(
    settled: Settled,
    document: Document,
    *,
    window: Window,
    arms: tuple[Arm, ...],
    outcome: Outcome,
    stop: StopRule,
    cast: Cast,
) -> Scenario:
    models = sorted({model for arm in arms for model in arm.combination.devices.values() if model})
    return Scenario(
        id=str(settled["id"]),
        family=str(settled["family"]),
        question=str(settled["question"]),
        codes=_codes(settled),
        origin=str(settled["origin"]),
        not_examined=_texts(settled, "not-examined"),
        exploratory=bool(settled["exploratory"]),
        seed=str(settled["seed"]),
        window=window,
        arms=arms,
        outcome=outcome,
        stop=stop,
        expect={name: str(grade) for name, grade in table(settled, "expect").items()},
        profiles={model: cast.profiles[model] for model in models},
        factors={path: tuple(levels) for path, levels in table(settled, "factors").items() if isinstance(levels, list)},
        source=document.text,
        overrides=tuple(override.text for override in document.overrides),
    )


def _texts(settled: Settled, name: str) -> tuple[str, ...]:
    return tuple(text for text in part(settled, name, list) or [] if isinstance(text, str))


def _codes(settled: Settled) -> tuple[int, ...]:
    return tuple(code for code in part(settled, "codes", list) or [] if isinstance(code, int))


def _window(settled: Settled, issues: Issues) -> Window | None:
    found = table(settled, "window")
    start, settling, observe = part(found, "start", str), part(found, "settle", int), part(found, "observe", int)
    if start is None or settling is None or observe is None:
        return None
    closes = settling + observe
    if closes > LARGEST or Epoch.parse(start).seconds_at(closes) >= LAST_SECOND:
        what = f"the window closes {duration_text(closes)} after {start}"
        issues.say(("window", "observe"), what, expected="at most 104 days, and before a meter's clock ends in 2136")
    fidelity = part(found, "fidelity", str) or FIDELITIES[0]
    return Window(
        start=start,
        settle=settling,
        observe=observe,
        taps=_texts(found, "taps"),
        fidelity=fidelity,
        capture=part(found, "capture", bool) or False,
    )


def _check_fidelity(window: Window | None, target: Target, issues: Issues) -> None:
    can = fidelities_of(target)
    if window is not None and window.fidelity not in can:
        what = f"target '{target.name}' does not carry out '{window.fidelity}'"
        issues.say(("window", "fidelity"), what, expected=" or ".join(f"'{name}'" for name in can))


def _check_codes(settled: Settled, issues: Issues) -> None:
    from harness.wire.gbcs.catalogue import alert_codes

    known = alert_codes()
    for index, code in enumerate(part(settled, "codes", list) or []):
        if isinstance(code, int) and code not in known:
            what = f"alert code '{code_text(code)}' is not in the catalogue"
            issues.say(("codes", index), what, expected="a code of the catalogue", nearest=_nearest_code(code, known))


def _nearest_code(code: int, known: Iterable[int]) -> str:
    """Return the known code that differs in the fewest digits, and of those the closest number."""
    text = code_text(code)

    def distance(other: int) -> tuple[int, int]:
        return sum(one != two for one, two in zip(text, code_text(other), strict=True)), abs(other - code)

    return code_text(min(known, key=distance))


def _outcome(settled: Settled, known: Known, filled: tuple[str, ...], issues: Issues) -> Outcome | None:
    found = table(settled, "outcome")
    name, tap, role = part(found, "detector", str), part(found, "tap", str), part(found, "role", str)
    if role and role not in {*filled, "any"}:
        issues.say(("outcome", "role"), f"the combination has no '{role}'", expected=", ".join((*filled, "any")))
    taps = _texts(table(settled, "window"), "taps")
    if tap and taps and tap not in taps and not issues.about(("window", "taps")):
        issues.say(("outcome", "tap"), f"nobody listens at tap '{tap}'", expected=f"one of the window's taps: {', '.join(taps)}")
    if name and name not in known.detectors:
        expected = ", ".join(sorted(known.detectors)) or "none is installed"
        issues.say(("outcome", "detector"), f"no detector '{name}'", expected=expected, nearest=nearest(name, known.detectors))
    if not name or name not in known.detectors:
        return None
    settings = read_settings(known.detectors[name].settings, table(found, "with"), ("outcome", "with"), issues)
    more_than = part(found, "more-than", int)
    if tap is None or role is None or more_than is None:
        return None
    return Outcome(detector=name, settings=settings, tap=tap, role=role, more_than=more_than)


def _stop(settled: Settled, issues: Issues) -> StopRule | None:
    found = table(settled, "stop")
    exploratory = bool(settled.get("exploratory", False))
    at = part(found, "at", str) or ("C1" if exploratory else "C3")
    if exploratory and at != "C1":
        issues.say(("stop", "at"), f"an exploratory scenario is graded no higher than 'C1', not '{at}'", expected="C1")
    blocks, zero_blocks = part(found, "blocks", int), part(found, "zero-blocks", int)
    if blocks is None or zero_blocks is None:
        return None
    return StopRule(at=at, blocks=blocks, zero_blocks=zero_blocks)


def _check_seed(settled: Settled, issues: Issues) -> None:
    seed = part(settled, "seed", str)
    if seed is not None and seed == table(settled, "search").get("seed"):
        issues.say(("seed",), f"seed '{seed}' was used in the search", expected="another: trials of a search cannot confirm what it found")


def _check_expectation(settled: Settled, arms: Mapping[str, Arm | None], issues: Issues) -> None:
    for name, grade in table(settled, "expect").items():
        if name not in arms:
            issues.say(("expect", name), f"no arm '{name}'", expected=", ".join(arms), nearest=nearest(name, arms), on="key")
        if settled.get("exploratory") is True and grade in {"C2", "C3", "C4"}:
            issues.say(("expect", name), f"an exploratory scenario is graded no higher than 'C1', not '{grade}'", expected="C0, C1 or NR")


def _check_names_stay_out(settled: Settled, cast: Cast, issues: Issues) -> None:
    """Keep makers and models out of the words that a plan repeats; identities are disclosed one by one, or not at all."""
    names = {profile.model.model for profile in cast.profiles.values()} | {profile.maker for profile in cast.profiles.values()}
    words: dict[Path, object] = {(key,): settled.get(key) for key in ("question", "origin")}
    words |= {("not-examined", index): text for index, text in enumerate(part(settled, "not-examined", list) or [])}
    words |= {("impact", key): table(settled, "impact").get(key) for key in ("basis", "documented-degradation")}
    for path, text in words.items():
        for name in sorted(names):
            if isinstance(text, str) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE):
                issues.say(path, f"the text names '{name}'", expected="words that can be shared, such as 'this meter'")
