"""Whether a derivative keeps to its own terms: who it is for, what such a recipient may be given, and what it claims to be."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from harness.errors import BundleError
from harness.evidence.attestations import ENVELOPE
from harness.evidence.derivative_readme import derivative_readme
from harness.evidence.disclosing import is_certificate_file
from harness.evidence.disclosure_choice import is_masked
from harness.evidence.disclosure_terms import ABOUT, COMMITTED, DISCLOSED, FEWEST, NOTICE, ORIGINAL, TERMS, WITHHELD
from harness.evidence.dsse import read_envelope
from harness.evidence.files import read_file
from harness.evidence.layout import ATTESTATIONS, DISCLOSURE, SALTED
from harness.evidence.leak_patterns import is_keyed_pseudonym, is_pseudonym
from harness.evidence.leaks import LeakScan
from harness.evidence.predicates import PLAN
from harness.evidence.problem import Problem, shown
from harness.evidence.recipients import reason_for
from harness.vocab.canonical import parse
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.evidence.case import Case
    from harness.evidence.disclosure_terms import Terms
    from harness.evidence.recipients import Reason

__all__ = ["name_problems", "terms_problems"]

_KNOWN: Final = frozenset({TERMS, DISCLOSED, WITHHELD, COMMITTED})
_ATTESTED: Final = ORIGINAL + ATTESTATIONS
_OWN = re.compile(r"data/(?:identity/([^/]+)\.json|inputs/profiles/([^/]+)\.toml)")
_CERTIFICATE: Final = frozenset({"X.509 certificate"})


def name_problems(case: Case) -> list[Problem]:
    """Return tag files that a derivative may not have: salts and digests of the original would tell what is withheld."""
    problems = []
    for name in case.inspection.tags.names:
        if name in SALTED:
            problems.append(Problem(code="E-DISC-LEAK", file=name, sentence="tells what the original's signatures keep to themselves"))
        elif name.startswith(DISCLOSURE) and name not in _KNOWN and not name.startswith(_ATTESTED):
            problems.append(Problem(code="E-DISC-UNKNOWN", file=name, sentence="is no file of a derivative"))
    return problems


def terms_problems(case: Case, terms: Terms, disclosed: tuple[str, ...], withheld: Mapping[Reason, int]) -> list[Problem]:
    """Return where a derivative breaks its terms, and whatever in it identifies somebody by its form."""
    realm = _realm(case)
    masked = realm is not None and is_masked(realm, disclosed)
    return [
        *_claim_problems(case, terms, realm, withheld),
        *_statement_problems(case, terms),
        *_rule_problems(case, terms, disclosed, masked=masked),
        *_leak_problems(case, masked=masked),
    ]


def _realm(case: Case) -> Realm | None:
    try:
        plan = parse(read_file(f"{case.directory}/{PLAN}"))
        target = plan.get("target") if isinstance(plan, dict) else None
        return Realm(str(target.get("realm"))) if isinstance(target, dict) else None
    except (OSError, BundleError, ValueError):
        return None


def _claim_problems(case: Case, terms: Terms, realm: Realm | None, withheld: Mapping[Reason, int]) -> list[Problem]:
    """Return what the terms say that the derivative does not bear out."""
    sealed = case.inspection.tags.sealed
    problems = []
    if realm is not None and terms.about != ABOUT[realm.value]:
        sentence = f"says that it is about a {terms.about}; evidence of realm {realm.value} is about a {ABOUT[realm.value]}"
        problems.append(Problem(code="E-GRADE", file=TERMS, sentence=sentence))
    if terms.purpose == NOTICE and terms.about != ABOUT[Realm.LABORATORY.value]:
        problems.append(Problem(code="E-GRADE", file=TERMS, sentence="says that it is a notice; simulated evidence opens none"))
    if terms.commitments != sha256(sealed[COMMITTED]).hexdigest():
        problems.append(Problem(code="E-SUBJ-DIGEST", file=TERMS, sentence=f"does not name the digest of {COMMITTED}"))
    if dict(terms.withheld) != dict(withheld) or terms.fewest < FEWEST:
        problems.append(Problem(code="E-DISC-GAP", file=TERMS, sentence=f"counts otherwise than {WITHHELD}"))
    if "README.txt" in sealed and sealed["README.txt"] != derivative_readme(terms):
        problems.append(Problem(code="E-CANON-BYTES", file="README.txt", sentence=f"is not what {TERMS} gives"))
    for signed in case.attestations.of("disclosure"):
        said = {name: value for name, value in signed.statement.predicate.items() if name not in {"role", "time"}}
        if said != terms.value():
            problems.append(Problem(code="E-SUBJ-DIGEST", file=TERMS, sentence=f"is not what {signed.stem} says"))
    return problems


def _statement_problems(case: Case, terms: Terms) -> list[Problem]:
    """Return statements of the original that the terms name and that are not there, or the other way round."""
    there = {}
    for name, octets in case.inspection.tags.sealed.items():
        if name.startswith(_ATTESTED) and name.endswith(ENVELOPE):
            try:
                payload = read_envelope(octets).payload
            except BundleError:
                continue
            there[name.removeprefix(_ATTESTED).removesuffix(ENVELOPE)] = sha256(payload).hexdigest()
    problems = []
    for stem in sorted(there.keys() | terms.derived_from.keys()):
        file = f"{_ATTESTED}{shown(stem)}{ENVELOPE}"
        if stem not in there:
            problems.append(Problem(code="E-SIG-MISSING", file=file, sentence=f"is not there, and {TERMS} names it"))
        elif there[stem] != terms.derived_from.get(stem):
            problems.append(Problem(code="E-SUBJ-DIGEST", file=file, sentence=f"is not a statement that {TERMS} names"))
    return problems


def _rule_problems(case: Case, terms: Terms, disclosed: tuple[str, ...], *, masked: bool) -> list[Problem]:
    """Return disclosed files that the recipient's class withholds, unless somebody decided otherwise who may."""
    problems = []
    for path in disclosed:
        reason = reason_for(path, masked=masked)
        if reason is None or not terms.recipient.withholds(reason) or _is_own(case, path, terms.recipient.maker):
            continue
        if path not in terms.also or not terms.recipient.may_be_given(reason):
            sentence = f"falls under {reason.value}, which is withheld from {terms.recipient.kind.words}"
            problems.append(Problem(code="E-DISC-LEAK", file=shown(path), sentence=sentence))
    return problems


def _is_own(case: Case, path: str, maker: str) -> bool:
    """Tell whether a file is about a device of the maker that the derivative is for."""
    match = _OWN.fullmatch(path)
    if not match or not maker:
        return False
    try:
        identity = parse(read_file(f"{case.directory}/data/identity/{match[1] or match[2]}.json"))
    except (OSError, BundleError):
        return False
    return isinstance(identity, dict) and str(identity.get("maker", "")).casefold() == maker.casefold()


def _leak_problems(case: Case, *, masked: bool) -> list[Problem]:
    scan = LeakScan(pseudonym=is_keyed_pseudonym if masked else is_pseudonym)
    problems = []
    for name in case.inspection.tree.files:
        try:
            found = scan.file(name, case.directory / name, known=_CERTIFICATE if is_certificate_file(name) else frozenset())
        except OSError:
            continue
        problems += [
            Problem(
                code="E-DISC-LEAK", file=shown(leak.file), sentence=f"holds what identifies somebody: {leak.kind} at offset {leak.offset}"
            )
            for leak in found
        ]
    return problems
