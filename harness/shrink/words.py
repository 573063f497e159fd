"""What a person reads of a search; figures and names are filled in, nothing else is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["screen_lines", "shrink_lines"]

_ENDINGS = {
    "found": "observed with these conditions, and not without any one of them:",
    "not repeatable": "the whole did not reproduce in 25 % of trials or more, so leaving out would tell nothing; a longer window may help",
    "controls failed": "the positive control was not seen each time, or the sham was not silent: nothing was searched",
}
_SIMULATED = "simulated: shows what the model does, and grades no device"


def shrink_lines(record: Mapping[str, object]) -> Iterator[str]:
    """Yield what a search for the smallest trigger came to."""
    factors = {str(one["path"]): one for one in _tables(record, "factors")}
    needed = _texts(record, "needed")
    yield _ENDINGS[str(record["ending"])] if needed else "observed with every one of these conditions left out:"
    if record["ending"] == "found":
        for name in needed:
            yield f"  {name}: {factors[name]['treated']} (without: {factors[name]['reference']})"
        for edge in _tables(record, "edges"):
            yield f"  narrowed {edge['path']}: observed at {edge['reproduces']}, not at {edge['does-not']}"
        for name in _texts(record, "dropped"):
            yield f"  dropped  {name}: {factors[name]['treated']} (observed with {factors[name]['reference']} as well)"
    yield f"trials     {record['trials']} in {len(_tables(record, 'asked'))} questions, {record['strategy']}"
    yield from _grade(record)


def screen_lines(record: Mapping[str, object]) -> Iterator[str]:
    """Yield what a screen came to: conflicts, levels by evidence, what to follow up."""
    for conflict in _tables(record, "conflicts"):
        levels = " with ".join(f"{name} = {level}" for name, level in cast("Mapping[str, object]", conflict["levels"]).items())
        yield f"left out   {levels}: {conflict['reason']}"
    ranked = _tables(record, "levels")
    width = max(len(f"{one['factor']} = {one['level']}") for one in ranked)
    yield f"{'level':<{width}}  {'with it':>9}  {'without':>9}  {'E':>10}"
    for one in ranked:
        name = f"{one['factor']} = {one['level']}"
        e_value = cast("Mapping[str, str] | None", one["e-value"])
        evidence = "not dealt" if e_value is None else _short(e_value["decimal"])
        mark = "  follow up" if one["follow"] else ""
        own, other = f"{one['positive']}/{one['trials']}", f"{one['other-positive']}/{one['other-trials']}"
        yield f"{name:<{width}}  {own:>9}  {other:>9}  {evidence:>10}{mark}"
    followed = [f"{one['factor']} = {one['level']}" for one in ranked if one["follow"]]
    for control in _tables(record, "controls"):
        yield f"{control['role']:<{width}}  {control['positive']}/{control['trials']} positive" + (
            "" if control["held"] else "  not as it must be"
        )
    yield f"follow up  {'; '.join(followed) or 'nothing: no level stands out, at a share of chance findings of 5 % (e-BH)'}"
    yield from _grade(record)


def _grade(record: Mapping[str, object]) -> Iterator[str]:
    yield f"grade      {record['ceiling']} at most: a search compares nothing that was sealed beforehand"
    if record["realm"] == "S":
        yield f"           {_SIMULATED}"


def _short(decimal: str) -> str:
    whole, _, rest = decimal.partition(".")
    return whole if len(whole) > 2 else f"{whole}.{rest[:2]}"


def _tables(record: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    return cast("Sequence[Mapping[str, object]]", record[name])


def _texts(record: Mapping[str, object], name: str) -> Sequence[str]:
    return cast("Sequence[str]", record[name])
