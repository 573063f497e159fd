"""A claimed trigger as a fresh experiment: each factor left out, all of them alone, the component in another house."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

from harness.errors import ScenarioError, UsageError
from harness.scenario.arms import arm_role
from harness.scenario.factors import stimulus_names
from harness.scenario.writing import toml_text
from harness.shrink.candidates import candidates, chosen, extra_conditions, treatment_table
from harness.shrink.record import Claim
from harness.shrink.variants import arm_at, arm_without
from harness.vocab.canonical import canonical
from harness.vocab.identity import NO_DEVICE, ROLES
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.scenario.factors import Raw
    from harness.scenario.model import Level
    from harness.scenario.problem import Path
    from harness.shrink.candidates import Candidate

__all__ = ["claim_without_search", "fresh_seed", "isolating"]

_NEEDED = (ArmRole.CONDITION_CONTROL, ArmRole.DEVICE_CONTROL, ArmRole.POSITIVE_CONTROL, ArmRole.SHAM)
"""Arms that the scenario must bring along: C4 stands on a controlled observation (C3)."""

Levels = list[tuple["Path", "Level"]]


def fresh_seed(claim: Claim) -> str:
    """Return a seed that follows from the claim, and is not the seed of any search."""
    asked = canonical({"source": claim.source, "needed": list(claim.needed), "record": claim.record})
    return f"isolate-{sha256(asked).hexdigest()[:12]}"


def isolating(claim: Claim, document: Mapping[str, object], *, seed: str, baseline: Sequence[str] = ()) -> str:
    """Return the scenario that puts a claimed trigger to the test, as TOML that can be read, checked and run by itself.

    ``document`` is the claim's scenario; ``baseline`` are ``path=value`` texts by which the reference baseline
    differs from the treatment besides what the search left out. No trial of a search can be part of it: it has
    another plan, another seed (:class:`UsageError` where it has not), and names the search.
    Raises :class:`ScenarioError` where the scenario lacks controls, or the claim names every factor and nothing sets
    a baseline apart.
    """
    if seed in {claim.seed, str(document.get("seed", "1"))}:
        raise UsageError(f"seed '{seed}' was used in the search", expected="another seed: trials of a search cannot confirm what it found")
    needed = list(chosen(claim.factors, claim.needed, document))
    others = [candidate for candidate in claim.factors if candidate.name not in claim.needed]
    arms = cast("Mapping[str, Raw]", document["arms"])
    _check_arms(arms)
    added: Raw = {}
    for candidate in needed:
        added[_name("factor-control", candidate, added)] = _as(ArmRole.FACTOR_CONTROL, arm_without(document, [candidate]))
    apart = _baseline(document, needed, others, baseline)
    added["factors-alone"] = _as(ArmRole.FACTORS_ALONE, arm_at(document, apart))
    swapped = _swapped(needed, apart)
    if swapped and arm_at(document, swapped) != arm_at(document, apart):
        added["factors-alone-swap"] = _as(ArmRole.FACTORS_ALONE, arm_at(document, swapped))
    own = {name: raw for name, raw in arms.items() if arm_role(name, raw) not in {ArmRole.FACTOR_CONTROL, ArmRole.FACTORS_ALONE}}
    return _written(claim, document, own | added, seed, {name: _comment(name, needed) for name in added})


def _check_arms(arms: Mapping[str, Raw]) -> None:
    there = {arm_role(name, raw) for name, raw in arms.items()}
    missing = [role.value for role in _NEEDED if role not in there]
    if missing:
        raise ScenarioError(
            f"the scenario has no {' and no '.join(missing)}",
            expected="both kinds of control, a positive control and a sham: C4 stands on C3",
        )


def _as(role: ArmRole, arm: Raw) -> Raw:
    """Return an arm's table with its role first."""
    return {"role": role.value, **{name: value for name, value in arm.items() if name != "role"}}


def _name(role: str, candidate: Candidate, taken: Mapping[str, object]) -> str:
    """Return a name for an arm that tells what it leaves out, such as ``factor-control-hover-mean``."""
    words = "-".join(str(step) for step in candidate.path[1:] if step != "with")
    name = f"{role}-{''.join(letter if letter.isalnum() else '-' for letter in words.lower()).strip('-')}"
    return name if name not in taken else f"{name}-{len(taken)}"


def _baseline(document: Mapping[str, object], needed: Sequence[Candidate], others: Sequence[Candidate], texts: Sequence[str]) -> Levels:
    """Return how the reference baseline differs from the treatment: what is not claimed at its reference, idle roles empty."""
    claimed = {candidate.path for candidate in needed}
    levels: Levels = [(candidate.path, candidate.reference) for candidate in others if not _is_part(candidate.path, claimed)]
    levels += [(("combination", role), NO_DEVICE) for role in _idle_roles(document, claimed, levels)]
    for extra in extra_conditions(document, texts):
        if extra.path in claimed:
            raise ScenarioError(f"'{extra.name}' is claimed", expected="a baseline that differs in what is not claimed")
        levels = [(path, level) for path, level in levels if path != extra.path] + [(extra.path, extra.reference)]
    return levels


def _is_part(path: Path, claimed: set[Path]) -> bool:
    """Tell whether a condition is the stimulus of a claimed setting, or a setting of a claimed stimulus."""
    return any(other[: len(path)] == path or path[: len(other)] == other for other in claimed)


def _idle_roles(document: Mapping[str, object], claimed: set[Path], levels: Levels) -> list[str]:
    """Return the roles that no claimed condition touches, and whose alerts are not counted."""
    counted = cast("Raw", document["outcome"]).get("role", "any")
    if counted == "any":
        return []
    absent = {path[1] for path, level in levels if path[0] == "stimulus" and len(path) == 2}
    acting = {str(raw["on"]) for name, raw in _stimuli(document) if name not in absent}
    kept = {"hub", str(counted), *acting, *(str(path[1]) for path in claimed if path[0] in ("combination", "device"))}
    placed = {str(path[1]) for path, _ in levels if path[0] == "combination"}
    filled = {**cast("Raw", document["combination"]), **cast("Raw", treatment_table(document).get("combination", {}))}
    return [role for role in ROLES if role not in kept | placed and filled.get(role, NO_DEVICE) != NO_DEVICE]


def _stimuli(document: Mapping[str, object]) -> list[tuple[str, Raw]]:
    return list(zip(stimulus_names(document), cast("Sequence[Raw]", document.get("stimulus", ())), strict=True))


def _swapped(needed: Sequence[Candidate], apart: Levels) -> Levels:
    """Return the treatment with every other component swapped, where a component is claimed and another has a reference."""
    if not any(candidate.path[0] in ("combination", "device") for candidate in needed):
        return []
    return [(path, level) for path, level in apart if path[0] == "combination" and level != NO_DEVICE]


def _comment(name: str, needed: Sequence[Candidate]) -> str:
    if name == "factors-alone":
        return "enough: the claimed conditions alone, on the reference baseline"
    if name == "factors-alone-swap":
        return "follows the component: the claimed one, all others swapped"
    of = {_name("factor-control", candidate, {}): candidate.name for candidate in needed}
    return f"needed: the treatment without {of.get(name, 'this condition')}"


def _written(claim: Claim, document: Mapping[str, object], arms: Raw, seed: str, comments: Mapping[str, str]) -> str:
    kept = {name: value for name, value in document.items() if name not in {"factors", "exploratory", "search", "expect"}}
    treatment = next(name for name, raw in arms.items() if arm_role(name, cast("Raw", raw)) is ArmRole.TREATMENT)
    stop = cast("Raw", document.get("stop", {}))
    whole: Raw = {
        **kept,
        "id": f"{document['id']}-isolated",
        "seed": seed,
        "arms": arms,
        "stop": {"blocks": 60, **stop, "at": "C4"},
        "expect": {**cast("Raw", document.get("expect", {})), treatment: "C4"},
        "search": {"record": claim.record, "seed": claim.seed, "plans": list(claim.plans)},
    }
    header = (
        "A claimed trigger, put to the test by smets-harness isolate. Claimed: "
        + ", ".join(claim.needed)
        + ".\nEvery trial is a fresh one: the seed is not the search's, and no plan of the search is used again."
    )
    return toml_text(whole, header=header, comments={f"arms.{name}": text for name, text in comments.items()})


def claim_without_search(document: Mapping[str, object], source: str, names: Sequence[str]) -> Claim:
    """Return a claim that rests on no search: the named factors of a scenario.

    Raises :class:`ScenarioError` with the nearest name for one that is no factor of it.
    """
    known = candidates(document, [name for name in names if "=" in name])
    named = chosen(known, [name.partition("=")[0] for name in names], document)
    return Claim(source=source, factors=known, needed=tuple(one.name for one in named), seed=str(document.get("seed", "1")))
