"""Level V7: whether each printed grade follows from the sealed outcomes under the sealed policy, and every word is neutral."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.errors import BundleError
from harness.evidence.layout import RESULTS
from harness.evidence.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.evidence.bundle import Bundle
    from harness.plan.model import Plan
    from harness.vocab.canonical import Json
    from harness.vocab.outcome import Certainty

__all__ = ["policy_problems"]

_CERTAINTY, _OUTCOMES = f"{RESULTS}certainty.json", f"{RESULTS}outcomes.jsonl"
_PRINTED = ("report.txt", "report.html", "junit.xml")
_GRADE = re.compile(r"\b(?:C[0-9]|NR|inconclusive)-[A-Z] u=[0-9]+(?: (?:consistent|frequent|intermittent|rare)\b)?")


def policy_problems(bundle: Bundle) -> list[Problem]:
    """Return where a bundle does not keep to the policy that its plan was sealed under: ``E-GRADE`` and ``E-WORDING``.

    The grade is worked out anew from plan, assignment and outcomes, without any trial (that these follow from the
    trials is level V5's question; that a signed statement says the same grade, :mod:`harness.evidence.predicates`
    asks at the same level). Raises what reading the bundle raises, and :class:`UsageError` never: a
    policy other than the one at hand leaves the grade open (``U-TOOL``).
    """
    from harness.cli.wording_check import wording_problems

    return [*_grade_problems(bundle), *wording_problems(bundle)]


def _grade_problems(bundle: Bundle) -> list[Problem]:
    from harness.cli.compose import POLICY_FILE, plan_of
    from harness.judge.policy import POLICY
    from harness.vocab.canonical import digest, parse

    absent = next((path for path in (POLICY_FILE, _CERTAINTY, _OUTCOMES) if path not in bundle.files), "")
    if absent:
        return [Problem(code="U-READ", file=absent, sentence="is not in this bundle, so the grade cannot be worked out anew")]
    plan = plan_of(bundle.files, bundle.read)
    sealed = digest(parse(bundle.read(POLICY_FILE), where=POLICY_FILE))
    if sealed != plan.policy["digest"]:
        return [
            Problem(
                code="E-GRADE",
                file=POLICY_FILE,
                sentence=f"has digest {sealed[:16]}…; the plan was sealed under {plan.policy['digest'][:16]}…",
            )
        ]
    if sealed != POLICY.digest():
        sentence = f"is policy {plan.policy['id']} {sealed[:16]}…; the tool at hand grades by {POLICY.version} {POLICY.digest()[:16]}…"
        return [Problem(code="U-TOOL", file=POLICY_FILE, sentence=sentence)]
    verdict = _verdict(plan, bundle)
    return [*_certainty_problems(bundle, verdict), *_printed_problems(bundle, verdict)]


def _verdict(plan: Plan, bundle: Bundle) -> Certainty:
    """Judge the sealed outcomes; raises :class:`BundleError` where they are not those of whole blocks of the plan."""
    from harness.judge.certainty import certainty
    from harness.judge.outcome_reading import read_outcomes
    from harness.run.campaign import block_rows, question_of

    outcomes = read_outcomes(bundle.read(_OUTCOMES), where=_OUTCOMES)
    blocks = [block for block in plan.blocks if all(trial.trial in outcomes for trial in block.trials)]
    known = {trial.trial for block in blocks for trial in block.trials}
    if odd := sorted(outcomes.keys() - known):
        raise BundleError(f"trial {odd[0]} is of no whole block of the plan", where=_OUTCOMES, expected="whole blocks")
    return certainty((row for block in blocks for row in block_rows(plan, block, outcomes)), question_of(plan))


def _certainty_problems(bundle: Bundle, verdict: Certainty) -> Iterator[Problem]:
    """Compare every grade of ``certainty.json`` with the one that follows."""
    from harness.vocab.canonical import parse

    sealed = parse(bundle.read(_CERTAINTY), where=_CERTAINTY)
    if not isinstance(sealed, dict):
        raise BundleError("the verdict is no object", where=_CERTAINTY)
    arms = sealed.get("arms")
    given = {str(arm.get("arm")): arm.get("grade") for arm in arms if isinstance(arm, dict)} if isinstance(arms, list) else {}
    pairs = [
        ("its grade", sealed.get("grade"), verdict.grade),
        ("its worst case", sealed.get("worst-case"), verdict.worst_case),
        *((f"its arm {arm.arm}", given.pop(str(arm.arm), None), arm.grade) for arm in verdict.arms),
    ]
    yield from (_differs(_CERTAINTY, what, said, str(follows)) for what, said, follows in pairs if said != str(follows))
    yield from (_differs(_CERTAINTY, f"its arm {arm}", said, "no grade") for arm, said in given.items())


def _printed_problems(bundle: Bundle, verdict: Certainty) -> Iterator[Problem]:
    """Compare the grade that each report prints first with what the worst case leaves, and any other with those that follow."""
    from harness.report.legible import legible

    printed = str(verdict.worst_case)
    known = {printed, str(verdict.grade), *(str(arm.grade) for arm in verdict.arms)}
    for path in (RESULTS + name for name in _PRINTED):
        if path not in bundle.files:
            continue
        passages = [passage.text for passage in legible(path, bundle.read(path))]
        lines = [" ".join(passages)] if path.endswith(".txt") else passages
        found = [grade for text in lines for grade in _GRADE.findall(" ".join(text.split()))]
        if not found or found[0] != printed:
            yield _differs(path, "the grade that it prints first", found[0] if found else None, printed)
        yield from (_differs(path, "a grade that it prints", grade, printed) for grade in sorted({*found[1:]} - known))


def _differs(file: str, what: str, said: Json, follows: str) -> Problem:
    found = "nothing" if said is None else str(said)
    return Problem(code="E-GRADE", file=file, sentence=f"{what} is {found}; from the sealed outcomes follows {follows}")
