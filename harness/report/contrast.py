"""Two bundles as two values to set side by side: what each sealed, read as it stands and judged anew by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from harness.errors import BundleError, ScenarioError
from harness.vocab.canonical import canonical, parse
from harness.vocab.outcome import parse_grade
from harness.vocab.roles import ArmRole, Realm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from harness.vocab.canonical import Json
    from harness.vocab.outcome import Grade

    Read = Callable[[str], bytes]
    """Gives a payload file as it was sealed."""
    Object = Mapping[str, Json]

__all__ = ["PlanDifference", "Side", "SideArm", "SideComparison", "plan_differences", "side"]

_PLAN, _CERTAINTY, _IMPACT = "data/plan/plan.json", "data/results/certainty.json", "data/results/impact.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideArm:
    """One arm of one bundle."""

    name: str
    role: ArmRole
    positive: int
    trials: int
    low: Fraction
    high: Fraction
    """95 % bounds of its rate."""
    grade: str
    devices: tuple[tuple[str, str], ...]
    """Role and pseudonym, or model where names are wanted and at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideComparison:
    """Evidence of one bundle against one of its control arms."""

    arm: str
    e_value: Fraction
    needed: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two bundles."""

    letter: str
    """``A`` or ``B``."""
    root: str
    """Payload root, hexadecimal."""
    scenario: str
    question: str
    grade: Grade
    """The grade that is printed: what the worst case leaves."""
    realm: Realm
    policy: str
    harness: str
    blocks: int
    voids: int
    stopped: str
    arms: tuple[SideArm, ...]
    comparisons: tuple[SideComparison, ...]
    loads: Mapping[str, tuple[Fraction, Fraction, Fraction]]
    """By counting point: alerts a day for 1,000 installed, P5, P50 and P95; empty where none was worked out."""
    plan: Json
    """The plan with devices numbered by role instead of their pseudonyms, which are another's in each plan."""

    @property
    def treatment(self) -> SideArm | None:
        """The treatment arm, once it has trials."""
        return next((arm for arm in self.arms if arm.role is ArmRole.TREATMENT), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDifference:
    """One member of ``plan.json`` in which two plans part; empty text where one has no such member."""

    member: str
    a: str
    b: str


def side(letter: str, root: str, files: Iterable[str], read: Read, *, named: bool = False) -> Side:
    """Read one bundle's plan and verdict; ``named`` says device models where ``data/identity/`` is there.

    Raises :class:`BundleError` where a file it needs is missing or lacks what it must have.
    """
    held = set(files)
    plan, verdict = _object(read, _PLAN), _object(read, _CERTAINTY)
    names = dict(_names(plan, held, read)) if named else {}
    try:
        return _side(letter, root, (plan, verdict, _object(read, _IMPACT) if _IMPACT in held else {}), names)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError, ScenarioError) as error:
        raise BundleError(f"plan and verdict do not go together: {error}", where=_CERTAINTY) from None


def _object(read: Read, path: str) -> dict[str, Json]:
    value = parse(read(path), where=path)
    if not isinstance(value, dict):
        raise BundleError("is no JSON object", where=path)
    return value


def _side(letter: str, root: str, sealed: tuple[Object, Object, Object], names: Mapping[str, str]) -> Side:
    """Return the side that plan, verdict and impact give."""
    plan, verdict, impact = sealed
    planned = cast("list[dict[str, Json]]", plan["arms"])
    policy, harness = cast("dict[str, str]", plan["policy"]), cast("dict[str, str]", plan["harness"])
    return Side(
        letter=letter,
        root=root,
        scenario=str(plan["scenario"]),
        question=str(plan["question"]),
        grade=parse_grade(str(verdict["worst-case"])),
        realm=Realm(cast("dict[str, str]", plan["target"])["realm"]),
        policy=f"{policy['id']} {policy['digest'][:12]}",
        harness=f"{harness['version']} {harness['digest'][:12]}",
        blocks=_whole(verdict["blocks"]),
        voids=len(cast("dict[str, str]", verdict["void-blocks"])),
        stopped=str(verdict["stopped"]),
        arms=tuple(_arm(arm, planned, names) for arm in cast("list[dict[str, Json]]", verdict["arms"])),
        comparisons=tuple(
            SideComparison(arm=str(planned[_whole(one["arm"])]["name"]), e_value=_exact(one["e-value"]), needed=_exact(one["needed"]))
            for one in cast("list[dict[str, Json]]", verdict["comparisons"])
        ),
        loads=dict(_loads(impact)),
        plan=_numbered(plan, names),
    )


def _arm(arm: Mapping[str, Json], planned: list[dict[str, Json]], names: Mapping[str, str]) -> SideArm:
    design = planned[_whole(arm["arm"])]
    return SideArm(
        name=str(design["name"]),
        role=ArmRole(str(arm["role"])),
        positive=_whole(arm["positive"]),
        trials=_whole(arm["trials"]),
        low=_exact(arm["rate-low"]),
        high=_exact(arm["rate-high"]),
        grade=str(arm["grade"]),
        devices=tuple((role, names.get(device, device)) for role, device in cast("dict[str, str]", design["devices"]).items()),
    )


def _whole(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no count")
    return value


def _exact(value: Json) -> Fraction:
    found = Fraction(cast("dict[str, str]", value)["exact"])
    if found < 0:
        raise ValueError(f"{found} is negative")
    return found


def _loads(impact: Mapping[str, Json]) -> Iterator[tuple[str, tuple[Fraction, Fraction, Fraction]]]:
    for point in cast("list[dict[str, Json]]", impact.get("points", [])):
        if isinstance(point["load"], dict):
            yield str(point["tap"]), (_exact(point["load"]["p5"]), _exact(point["load"]["p50"]), _exact(point["load"]["p95"]))


def _names(plan: Mapping[str, Json], held: set[str], read: Read) -> Iterator[tuple[str, str]]:
    for pseudonym in cast("dict[str, Json]", plan.get("devices", {})):
        path = f"data/identity/{pseudonym}.json"
        if path in held:
            identity = _object(read, path)
            yield pseudonym, f"{identity.get('model')}@{identity.get('firmware')}"


def _numbered(plan: Mapping[str, Json], names: Mapping[str, str]) -> Json:
    """Return the plan with each pseudonym replaced by its name, or by its role and a number in the order of use."""
    order: dict[str, str] = {}
    for arm in cast("list[dict[str, dict[str, str]]]", plan["arms"]):
        for role, device in arm["devices"].items():
            order.setdefault(device, names.get(device) or f"{role}-{1 + sum(told.startswith(f'{role}-') for told in order.values())}")

    def renamed(value: Json) -> Json:
        if isinstance(value, str):
            return order.get(value, value)
        if isinstance(value, dict):
            return {order.get(str(name), str(name)): renamed(inner) for name, inner in value.items()}
        return [renamed(inner) for inner in value] if isinstance(value, list) else value

    return renamed(dict(plan))


def plan_differences(a: Side, b: Side) -> tuple[PlanDifference, ...]:
    """Return where two plans part, member by member, in the order of their names."""
    ones, others = dict(_leaves(a.plan, "")), dict(_leaves(b.plan, ""))
    return tuple(
        PlanDifference(member=member, a=ones.get(member, ""), b=others.get(member, ""))
        for member in sorted(ones.keys() | others.keys())
        if ones.get(member) != others.get(member)
    )


def _leaves(value: Json, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{where}.{name}" if where else name)
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            step = str(inner["name"]) if isinstance(inner, dict) and isinstance(inner.get("name"), str) else str(place)
            yield from _leaves(inner, f"{where}.{step}")
    else:
        yield where, value if isinstance(value, str) else canonical(value).decode()
