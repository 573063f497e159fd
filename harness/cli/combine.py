"""``smets-harness combine``: two laboratories' bundles taken together, the second as a replication of the first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import BundleError, UnavailableError, UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.bundle import Bundle
    from harness.evidence.time_stamp import TsaRoots
    from harness.evidence.trust_list import Holder, TrustList
    from harness.evidence.verify import Verification
    from harness.judge.combining import Combination
    from harness.plan.model import Plan
    from harness.vocab.canonical import Json
    from harness.vocab.outcome import Certainty

SUMMARY = "take two organisations' bundles together: whether the second replicates the first"
DESCRIPTION = """Take two organisations' bundles together, the second as a replication of the first.

Both are verified, and both verdicts are worked out anew. They must be signed by
different keys of different organisations in the trust list, hold no trial in common,
and be of the same plan; or the second scenario's origin names the first plan by its
digest. Grade C5 where the first holds C3 and the second reaches E of 20 against both
kinds of control on trials of its own; independent evidence multiplies. That the
physical units are others follows from the organisations, which answer for it.

Exit code 0 where C5 is reached, 6 where it is not, 1 or 6 where a bundle does not
verify, 4 where the two are not independent, 5 where evidence is simulated: a model
has no units to replicate with."""
EXAMPLES = """examples:
  smets-harness combine out/first-lab out/second-lab --trust trust.json
  smets-harness combine first second --trust trust.json --tsa-roots roots.pem --json"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of the two: what was verified, who signed it, and what it comes to."""

    folder: Path
    payload_root: str
    operator: Holder
    plan: Plan
    verdict: Certainty
    trials: frozenset[str]
    """SHA-256 of what is judged of each trial."""

    def document(self) -> dict[str, Json]:
        return {
            "payload-root": self.payload_root,
            "plan": self.plan.digest,
            "organisation": self.operator.organisation,
            "keyid": self.operator.key.keyid,
            "grade": str(self.verdict.worst_case),
        }


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the two bundles, and whose signatures count."""
    parser.add_argument("first", type=Path, help="the bundle whose claim is to be replicated")
    parser.add_argument("second", type=Path, help="the other organisation's bundle")
    parser.add_argument("--trust", type=Path, required=True, metavar="FILE", help="whose signatures count: trust.json")
    parser.add_argument("--tsa-roots", type=Path, metavar="PEM", help="roots of time-stamping authorities that are believed")


def run(args: argparse.Namespace, console: Console) -> int:
    """Verify both, insist that they are independent, and say what they come to together."""
    from harness.evidence.problem import Outcome
    from harness.evidence.time_stamp import NO_ROOTS, read_roots
    from harness.evidence.trust_list import read_trust
    from harness.judge.combining import combine

    trust = read_trust(args.trust)
    roots = read_roots(args.tsa_roots) if args.tsa_roots else NO_ROOTS
    for folder in (args.first, args.second):
        found = _verified(folder, trust, roots)
        if found.outcome is not Outcome.HOLDS:
            return _tell_refusal(folder, found, console)
    first, second = _side(args.first, trust, roots), _side(args.second, trust, roots)
    relation = _relation(first, second)
    both = combine(first.verdict, second.verdict)
    if both is None:
        raise UnavailableError("simulated evidence has no physical units to replicate with", expected="bundles of realm L")
    if console.as_json:
        console.json(_document(first, second, relation, both))
    else:
        _print(first, second, relation, both, console)
    return exit_codes.INCONCLUSIVE if both.lacking else exit_codes.AS_EXPECTED


def _verified(folder: Path, trust: TrustList, roots: TsaRoots) -> Verification:
    from harness.cli.compose import derive
    from harness.cli.policy_check import policy_problems
    from harness.evidence.verify import verify

    return verify(folder, derive=derive, policy=policy_problems, trust=trust, roots=roots)


def _tell_refusal(folder: Path, found: Verification, console: Console) -> int:
    from harness.evidence.problem import Outcome

    if console.as_json:
        told = [{"code": problem.code, "file": problem.file, "sentence": problem.sentence} for problem in found.problems]
        console.json({"bundle": str(folder), "outcome": str(found.outcome), "problems": told})
    else:
        console.data(f"not combined, because {folder} does not verify")
        for problem in found.problems:
            console.data(f"    {problem.code}  {problem.file}  {problem.sentence}")
    return exit_codes.DIFFERS if found.outcome is Outcome.CONTRADICTED else exit_codes.INCONCLUSIVE


def _side(folder: Path, trust: TrustList, roots: TsaRoots) -> _Side:
    from harness.cli.compose import told_of
    from harness.evidence.bundle import Bundle
    from harness.report.telling import judged

    bundle = Bundle.open(folder)
    told = told_of(bundle)
    return _Side(
        folder=folder,
        payload_root=bundle.payload_root,
        operator=_operator(folder, trust, roots),
        plan=told.plan,
        verdict=judged(told.plan, told.campaign),
        trials=_trials(bundle),
    )


def _operator(folder: Path, trust: TrustList, roots: TsaRoots) -> Holder:
    """Return who signed the run; of a derivative, the run that it was derived from."""
    import os

    from harness.evidence.attestations import read_attestations
    from harness.evidence.fixity import inspect
    from harness.evidence.layout import ATTESTATIONS
    from harness.evidence.original import original_attestations
    from harness.evidence.statement import KINDS
    from harness.evidence.verify import is_derivative

    inspection = inspect(os.fspath(folder))
    if is_derivative(inspection.tags):
        found = original_attestations(folder, inspection, trust, roots)
    else:
        names = [path.removeprefix(ATTESTATIONS) for path in inspection.tree.files if path.startswith(ATTESTATIONS)]
        found = read_attestations(f"{folder}/{ATTESTATIONS.rstrip('/')}", names, trust, roots, kinds=KINDS, required="run")
    if not found.of("run"):
        raise BundleError("E-SIG-MISSING no run is signed by a trusted key", where=str(folder), expected="'smets-harness sign'")
    return found.of("run")[0].holder


def _trials(bundle: Bundle) -> frozenset[str]:
    from harness.run.forms import judged_form

    form = judged_form(bundle.files)
    return frozenset(digest for path, digest in bundle.digests.items() if path.startswith(form))


def _relation(first: _Side, second: _Side) -> str:
    """Say how the plans relate; raises :class:`UsageError` where the two bundles are not independent, or not of one question."""
    if first.operator.key.keyid == second.operator.key.keyid:
        raise UsageError("the same key signed both", expected="the keys of two organisations")
    if first.operator.organisation.casefold().split() == second.operator.organisation.casefold().split():
        raise UsageError(f"both are signed by {first.operator.organisation}", expected="two organisations")
    if first.trials & second.trials:
        raise UsageError("the two hold trials in common", expected="trials that each carried out by itself")
    if first.plan.digest == second.plan.digest:
        return "the same plan"
    if first.plan.digest in second.plan.origin:
        return "a plan that declares itself derived"
    expected = f"the same plan, or an origin in the second scenario that names {first.plan.digest}"
    raise UsageError("the two are of different plans", where=str(second.folder), expected=expected)


def _document(first: _Side, second: _Side, relation: str, both: Combination) -> dict[str, Json]:
    from harness.judge.documents import rational

    return {
        "format": "smets-combination/1",
        "grade": str(both.grade),
        "first": first.document(),
        "second": second.document(),
        "relation": relation,
        "products": [
            {
                "role": one.role.value,
                "first": rational(one.first),
                "second": rational(one.second),
                "needed": rational(one.needed),
                "combined": rational(one.e_value),
            }
            for one in both.products
        ],
        "posterior-odds": None if both.posterior_odds is None else rational(both.posterior_odds),
        "lacking": list(both.lacking),
    }


def _print(first: _Side, second: _Side, relation: str, both: Combination, console: Console) -> None:
    from harness.report.figures import evidence, odds, threshold
    from harness.report.sentences import grade_name

    console.data(f"{console.style(str(both.grade), 'bold')}  {grade_name(both.grade)}")
    for name, side in (("first", first), ("second", second)):
        console.data(f"  {name:<7} {side.verdict.worst_case}, signed by {side.operator.organisation}; plan {side.plan.digest[:12]}")
    console.data(f"  plans   {relation}")
    for one in both.products:
        needed = f"needed {threshold(one.needed)} on its own"
        console.data(f"  against {one.role.value}: {evidence(one.first)} x {evidence(one.second)} ({needed}) = {evidence(one.e_value)}")
    if both.posterior_odds is not None:
        console.data(f"  a reader who held 10 to 1 against beforehand would now hold {odds(both.posterior_odds)} to 1 for it")
    for words in both.lacking:
        console.data(f"  lacking {words}")
