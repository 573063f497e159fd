"""What a notice rests on: a bundle that is as sealed and follows from its trials, a gate that is open, and a command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from harness.cli.compose import told_of
from harness.errors import BundleError, InternalError, ScenarioError, UnavailableError, UsageError
from harness.evidence.bundle import Bundle
from harness.evidence.files import read_file
from harness.evidence.layout import BLINDING, TAG_MANIFESTS
from harness.judge.documents import certainty_document
from harness.judge.gates import BANDS, open_gates
from harness.judge.impact_document import impact_document
from harness.report.document import summary
from harness.report.notice import Derivative, Notice
from harness.report.notice_wording import NOTICES
from harness.report.resolved import figures_in, printable, unresolved
from harness.report.telling import judged, tell
from harness.report.words import lint
from harness.vocab.canonical import document, parse
from harness.vocab.roles import ArmRole, Realm

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.judge.gates import Threshold
    from harness.plan.model import Plan
    from harness.report.story import Story
    from harness.vocab.canonical import Json

__all__ = ["notice_of", "require_neutral", "working_days"]

_T = TypeVar("_T")

_GATES = {"manufacturer": "maker-notice", "parties": "parties-notice"}
_RECIPIENTS = {"manufacturer": "manufacturer", "parties": "sec-parties"}
_TERMS = "disclosure/terms.json"
_LISTING = "register-listing"


def notice_of(args: argparse.Namespace) -> Notice:
    """Return the notice that a command line asks for.

    Raises :class:`UnavailableError` where the gate is closed, :class:`UsageError` where something that the notice must
    say is missing, and :class:`BundleError` where the bundle's verdict does not follow from its trials.
    """
    bundle = Bundle.open(args.bundle)
    plan, story = _story(bundle)
    identities = dict(_identities(plan))
    common = Notice(
        kind="captures",
        story=story,
        seal=_seal(bundle),
        issue=_one_line(args.issue, "--issue"),
        version=args.version,
        date=_day(args.date, "--date").isoformat(),
        contact=_one_line(args.contact, "--contact"),
    )
    if args.request_for_captures:
        return common
    interim = _require_open(args, story)
    derivative = _derivative(args)
    if args.to == "manufacturer":
        role = args.about or story.measure.role
        return replace(
            common,
            kind="manufacturer",
            story=_named(story, _own(plan, identities, role)),
            about=role,
            interim=interim,
            derivative=derivative,
            reply_by=_day(_needed(args.reply_by, "--reply-by"), "--reply-by").isoformat(),
        )
    names = _listed_names(args, story, identities)
    reply, digest = _reply(args.reply)
    return replace(
        common,
        kind="parties",
        story=_named(story, names),
        interim=interim,
        derivative=derivative,
        reply=reply,
        reply_digest=digest,
        cause=args.cause,
        remediation=args.remediation,
    )


def _seal(bundle: Bundle) -> str:
    """Return the digest of the tag manifest where the bundle's secret line stands behind it, else nothing."""
    if not (bundle.directory / BLINDING).is_file():
        return ""
    return sha256(read_file(str(bundle.directory / TAG_MANIFESTS["sha256"]))).hexdigest()


def _story(bundle: Bundle) -> tuple[Plan, Story]:
    told = told_of(bundle)
    verdict = judged(told.plan, told.campaign)
    path = "data/results/certainty.json"
    if bundle.read(path) != document(certainty_document(verdict)):
        raise BundleError("the sealed verdict does not follow from the sealed trials; no notice rests on it", where=path)
    return told.plan, tell(told, verdict)


def _require_open(args: argparse.Namespace, story: Story) -> bool:
    """Insist that the policy's gate for this notice is open; return whether it opens for an interim notice alone."""
    if story.realm is Realm.SIMULATED:
        raise UnavailableError(
            f"simulated evidence opens no notice about a device: {story.grade}",
            expected="evidence from devices (realm L or F), or --request-for-captures",
        )
    gate = next(gate for gate in story.policy.gates if gate.name == _GATES[args.to])
    band = story.impact.band if story.impact and story.impact.band else BANDS[0]
    waited = working_days(_day(args.told, "--told"), _day(args.date, "--date")) if args.told else 0
    if gate.name not in open_gates(story.grade, band, waited=waited, gates=story.policy.gates):
        found = f"{story.grade}, impact {band}, {waited} working days to reply"
        raise UnavailableError(f"the gate '{gate.name}' is closed: {found}", expected=" or ".join(map(_spelt, gate.thresholds)))
    final = replace(gate, thresholds=tuple(threshold for threshold in gate.thresholds if not threshold.interim))
    return gate.name not in open_gates(story.grade, band, waited=waited, gates=(final,))


def _spelt(threshold: Threshold) -> str:
    days = f" after {threshold.reply_days} working days" if threshold.reply_days else ""
    return f"{threshold.level}, u={threshold.units} and {threshold.band}{days}{' (interim)' if threshold.interim else ''}"


def working_days(start: date, end: date) -> int:
    """Return the working days after ``start`` up to and including ``end``: Monday to Friday, whatever is a holiday somewhere."""
    return sum((start + timedelta(days=past)).weekday() < 5 for past in range(1, max(0, (end - start).days) + 1))


def _identities(plan: Plan) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for pseudonym in plan.devices:
        octets = plan.attachments.get(f"data/identity/{pseudonym}.json")
        identity = parse(octets) if octets else None
        if isinstance(identity, dict):
            yield pseudonym, identity


def _own(plan: Plan, identities: Mapping[str, Mapping[str, Json]], role: str) -> dict[str, str]:
    """Return the names of the devices that come from the maker of the treatment's device in ``role``."""
    treatment = next(arm for arm in plan.arms if arm.role is ArmRole.TREATMENT)
    if role not in treatment.devices:
        raise UsageError(f"no device fills the role '{role}' in the treatment", where="--about", expected=", ".join(treatment.devices))
    pseudonym = treatment.devices[role]
    if pseudonym not in identities:
        raise UnavailableError(
            f"the bundle does not hold the identity of {pseudonym}, its {role}", expected="the bundle as it was sealed, for a manufacturer"
        )
    maker = identities[pseudonym].get("maker")
    return {name: _model(identity) for name, identity in identities.items() if identity.get("maker") == maker}


def _model(identity: Mapping[str, Json]) -> str:
    return f"{identity.get('model')}@{identity.get('firmware')}"


def _listed_names(args: argparse.Namespace, story: Story, identities: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    if not args.names:
        return {}
    band = story.impact.band if story.impact and story.impact.band else BANDS[0]
    if _LISTING not in open_gates(story.grade, band, gates=story.policy.gates):
        raise UnavailableError(
            f"the gate '{_LISTING}' is closed, so no device is named to the parties: {story.grade}", expected="no --names"
        )
    return {name: _model(identity) for name, identity in identities.items()}


def _named(story: Story, names: Mapping[str, str]) -> Story:
    """Say the given names in the combinations of a story, and pseudonyms for every other device."""
    arms = (replace(arm, combination=tuple((role, names.get(device, device)) for role, device in arm.combination)) for arm in story.arms)
    return replace(story, arms=tuple(arms))


def _derivative(args: argparse.Namespace) -> Derivative:
    folder: Path = _needed(args.derivative, "--derivative", "a bundle that 'smets-harness disclose' made for this recipient class")
    found = Bundle.open(folder)
    expected = f"one that 'smets-harness disclose' made for {_RECIPIENTS[args.to]}"
    try:
        terms = parse(read_file(f"{folder}/{_TERMS}"), where=_TERMS)
    except OSError:
        raise UsageError("is no derived bundle", where=str(folder), expected=expected) from None
    recipient = terms.get("recipient") if isinstance(terms, dict) else None
    made_for = recipient.get("class") if isinstance(recipient, dict) else None
    if made_for != _RECIPIENTS[args.to]:
        raise UsageError(f"was made for {made_for}", where=str(folder), expected=expected)
    return Derivative(name=folder.resolve().name, root=found.payload_root)


def _needed(value: _T | None, option: str, expected: str = "a value") -> _T:
    if value is None:
        raise UsageError("a notice cannot do without it", where=option, expected=expected)
    return value


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no date", where=option, expected="a date such as 2026-05-01") from None


def _one_line(text: str, option: str) -> str:
    if not text.strip() or not text.isprintable():
        raise UsageError(f"{text!r} cannot stand in a notice", where=option, expected="printable text on one line")
    return text.strip()


def _reply(path: Path | None) -> tuple[str | None, str]:
    if path is None:
        return None, ""
    try:
        octets = path.read_bytes()
        return octets.decode(), sha256(octets).hexdigest()
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8 text", where=str(path)) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None


def require_neutral(notice: Notice, text: str) -> None:
    """Insist that a notice has no banned word and no figure without a field, the manufacturer's own reply apart.

    Raises :class:`ScenarioError` where the scenario's author, or the command line, brought such a word, and
    :class:`InternalError` for a figure that stands in no field.
    """
    story = notice.story
    own = "\n".join(line for line in text.splitlines() if not line.startswith("  | "))
    if found := lint(own, quoted=(code.name for code in story.codes)):
        what = f"the notice would say '{found[0].phrase}', brought by the scenario or the command line"
        raise ScenarioError(what, expected=found[0].instead)
    derived = notice.derivative.name if notice.derivative else ""
    given: Json = [notice.issue, notice.version, notice.date, notice.contact, notice.reply_by, derived]
    measured: Json = impact_document(story.impact) if story.impact else None
    known = printable([summary(story), given, measured]) | figures_in(" ".join([*NOTICES.values(), _digests(notice)]))
    places = frozenset(str(place) for place in range(1, 100))
    if odd := unresolved(own, known | places):
        raise InternalError(f"a notice would print {odd[0]}, which stands in no field", where=notice.issue)


def _digests(notice: Notice) -> str:
    roots = [notice.seal, notice.story.plan_digest, notice.story.policy.digest(), notice.derivative.root if notice.derivative else ""]
    return " ".join([*(root[:16] for root in roots), notice.reply_digest])
