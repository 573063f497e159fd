"""The terms of a disclosure: for whom, how far it may be passed on, what it is a statement about, what was held back.

They stand in ``disclosure/terms.json`` and in the signed disclosure statement alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from harness.errors import BundleError
from harness.evidence.layout import COMMITMENTS, DISCLOSURE
from harness.evidence.recipients import CLASSES, Reason, Recipient
from harness.vocab.canonical import document, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.canonical import Json

__all__ = [
    "ABOUT",
    "COMMITTED",
    "DISCLOSED",
    "FEWEST",
    "FORMAT",
    "NOTICE",
    "ORIGINAL",
    "REQUEST_FOR_CAPTURES",
    "TERMS",
    "WITHHELD",
    "Terms",
    "read_terms",
]

FORMAT = "smets-disclosure/1"

TERMS = f"{DISCLOSURE}terms.json"
DISCLOSED = f"{DISCLOSURE}disclosed.txt"
"""``commitment salt path`` of everything disclosed, a line each, sorted by commitment."""
WITHHELD = f"{DISCLOSURE}withheld.txt"
"""``commitment reason`` of everything withheld, likewise: neither name nor salt nor size."""
ORIGINAL = f"{DISCLOSURE}original/"
"""Where the commitments and attestations of the original stand, as they were signed."""

COMMITTED = ORIGINAL + COMMITMENTS
"""The original's list of salted commitments, as it was signed."""

NOTICE: Final = "notice"
REQUEST_FOR_CAPTURES: Final = "request-for-captures"

ABOUT: Final = {"S": "model", "L": "device", "F": "device"}
"""What evidence of a realm can be a statement about."""

FEWEST: Final = 5
"""Devices that must stand behind a figure of a field capture, at the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one disclosure."""

    recipient: Recipient
    purpose: str
    """:data:`NOTICE`, for which the policy's gate must be open, or :data:`REQUEST_FOR_CAPTURES`."""
    about: str
    """``model`` for simulated evidence, ``device`` for any other."""
    interim: bool
    """Whether it goes out before those concerned could reply."""
    derived_from: Mapping[str, str]
    """SHA-256 of every statement of the original, by stem."""
    commitments: str
    """SHA-256 of the original's commitments."""
    also: tuple[str, ...]
    """Paths that somebody decided to disclose although the recipient's class does not ask for it."""
    fewest: int
    """Devices that must stand behind a figure of a field capture."""
    traces_withheld: int
    """Trials of which neither trace nor journal is disclosed, so that the results cannot be had again."""
    withheld: Mapping[Reason, int]
    """How many files are withheld for each reason."""

    @property
    def tlp(self) -> str:
        """The label of the Traffic Light Protocol 2.0."""
        return self.recipient.kind.tlp

    def value(self) -> dict[str, Json]:
        """Return the terms as canonical JSON."""
        named: dict[str, Json] = {"maker": self.recipient.maker} if self.recipient.kind.named else {}
        return {
            "about": self.about,
            "also": list(self.also),
            "commitments": {"digest": {"sha256": self.commitments}, "name": COMMITTED},
            "derivedFrom": {stem: {"sha256": digest} for stem, digest in sorted(self.derived_from.items())},
            "fewest": self.fewest,
            "format": FORMAT,
            "interim": self.interim,
            "purpose": self.purpose,
            "recipient": {"class": self.recipient.kind.name, **named},
            "tlp": self.tlp,
            "tracesWithheld": self.traces_withheld,
            "withheld": {reason.value: self.withheld[reason] for reason in sorted(self.withheld)},
        }


def read_terms(octets: bytes) -> Terms:
    """Read ``disclosure/terms.json``; raises :class:`BundleError` where it is not as this format writes it."""
    try:
        found = _terms(parse(octets))
    except (BundleError, KeyError, TypeError, ValueError):
        found = None
    if found is None or document(found.value()) != octets:
        raise BundleError("E-CANON-BYTES is not as this format writes it", where=TERMS, expected=f"the members of {FORMAT}")
    return found


def _terms(value: Any) -> Terms:  # noqa: ANN401 - a JSON edge: whatever is not as expected raises, and the caller says so
    who = value["recipient"]
    return Terms(
        recipient=Recipient(kind=CLASSES[who["class"]], maker=str(who.get("maker", ""))),
        purpose=_one_of(value["purpose"], (NOTICE, REQUEST_FOR_CAPTURES)),
        about=_one_of(value["about"], tuple(ABOUT.values())),
        interim=value["interim"] is True,
        derived_from={stem: str(digest["sha256"]) for stem, digest in value["derivedFrom"].items()},
        commitments=str(value["commitments"]["digest"]["sha256"]),
        also=tuple(map(str, value["also"])),
        fewest=int(value["fewest"]),
        traces_withheld=int(value["tracesWithheld"]),
        withheld={Reason(reason): int(number) for reason, number in value["withheld"].items()},
    )


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(value)
    return value
