"""Who may be given what: recipient classes, reasons for withholding, and the reason that each path falls under.

A path that no rule knows is withheld from everybody, because nobody has looked at what it may hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from harness.errors import UsageError, nearest

__all__ = ["ALWAYS_DISCLOSED", "CLASSES", "RULES", "Reason", "Recipient", "RecipientClass", "Rule", "reason_for", "recipient"]


class Reason(StrEnum):
    """Why something is withheld; told to the recipient, one for each withheld commitment."""

    INSTALLATION = "R-INSTALLATION"
    """Tells of an installation: its devices, keys, addresses or supply point."""
    PERSONAL = "R-PERSONAL"
    """Could tell of a person or a home."""
    THIRD_PARTY_DEVICE = "R-THIRD-PARTY-DEVICE"
    """Tells which model of which maker a pseudonym stands for."""
    COMMERCIAL = "R-COMMERCIAL"
    """Belongs to somebody's trade."""
    SECURITY_MATERIAL = "R-SECURITY-MATERIAL"
    """Could help to attack something; and whatever no rule knows."""


_PERSONAL: Final = frozenset({Reason.INSTALLATION, Reason.PERSONAL, Reason.SECURITY_MATERIAL})
"""What is withheld from everybody, whatever anybody asks for."""
_ALL: Final = frozenset(Reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientClass:
    """A kind of recipient."""

    name: str
    words: str
    """Who that is, for a sentence."""
    tlp: str
    """Label of the Traffic Light Protocol 2.0."""
    tlp_words: str
    """How far the recipient may pass it on."""
    gate: str
    """The notice of the policy that must be open (:mod:`harness.judge.gates`)."""
    withheld: frozenset[Reason]
    named: bool = False
    """Whether it is one maker, to whom the identities of its own devices are disclosed."""


CLASSES = {
    entry.name: entry
    for entry in (
        RecipientClass(
            name="sec-parties",
            words="the SEC Parties",
            tlp="TLP:AMBER",
            tlp_words="within the recipient's organisation and to its clients, as far as they need it",
            gate="parties-notice",
            withheld=_ALL,
        ),
        RecipientClass(
            name="manufacturer",
            words="one manufacturer",
            tlp="TLP:AMBER+STRICT",
            tlp_words="within the recipient's organisation alone, where it is needed",
            gate="maker-notice",
            withheld=_ALL,
            named=True,
        ),
        RecipientClass(
            name="dcc",
            words="the DCC",
            tlp="TLP:AMBER+STRICT",
            tlp_words="within the recipient's organisation alone, where it is needed",
            gate="parties-notice",
            withheld=_ALL - {Reason.THIRD_PARTY_DEVICE},
        ),
        RecipientClass(
            name="public",
            words="the public",
            tlp="TLP:CLEAR",
            tlp_words="without limit",
            gate="register-listing",
            withheld=_ALL,
        ),
    )
}
"""Every class by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who a disclosure is for."""

    kind: RecipientClass
    maker: str = ""
    """Whose devices' identities are disclosed; empty for all classes but ``manufacturer``."""

    @property
    def text(self) -> str:
        """The recipient as the command line has it, such as ``sec-parties`` or ``manufacturer:Alder Instruments``."""
        return f"{self.kind.name}:{self.maker}" if self.kind.named else self.kind.name

    def withholds(self, reason: Reason | None) -> bool:
        """Tell whether what falls under a reason is withheld; whatever falls under none is not."""
        return reason is not None and reason in self.kind.withheld

    def may_be_given(self, reason: Reason) -> bool:
        """Tell whether somebody may decide to disclose one file all the same."""
        return reason not in _PERSONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which reason the paths of one form fall under; ``None`` where there is none to withhold them."""

    form: str
    """A regular expression for the whole path."""
    reason: Reason | None


ALWAYS_DISCLOSED = ("data/plan/assignment.jsonl", "data/plan/plan.json", "data/plan/policy.json")
"""What every disclosure holds: the plan statement names the digests of these, which a guess could be held against."""

_TRIALS = r"data/trials/[^/]+\.jsonl"
RULES = (
    Rule(form=r"data/plan/(?:assignment\.jsonl|plan\.json|policy\.json)", reason=None),
    Rule(form=r"data/subject/[^/]+\.json", reason=None),
    Rule(form=r"data/traces/[^/]+\.jsonl", reason=None),
    Rule(form=r"data/results/[^/]+\.(?:html|jsonl?|txt|xml)", reason=None),
    Rule(form=r"data/identity/[^/]+\.json", reason=Reason.THIRD_PARTY_DEVICE),
    Rule(form=r"data/inputs/(?:overrides\.json|scenario\.toml|profiles/[^/]+\.toml)", reason=Reason.THIRD_PARTY_DEVICE),
    Rule(form=r"data/inputs/firmware/.+", reason=Reason.COMMERCIAL),
    Rule(form=_TRIALS, reason=Reason.INSTALLATION),
    Rule(form=r"data/captures/[^/]+\.(?:keys|pcapng)", reason=Reason.SECURITY_MATERIAL),
    Rule(form=r"data/raw/.+", reason=Reason.INSTALLATION),
)
"""What stands where in a bundle, and why it might be withheld; the first that fits counts."""


def recipient(text: str) -> Recipient:
    """Read a recipient as the command line has it; raises :class:`UsageError` for any other."""
    name, colon, maker = text.partition(":")
    kind = CLASSES.get(name)
    if kind is None or kind.named is not bool(colon and maker.strip()):
        shapes = [f"{entry.name}:MAKER" if entry.named else entry.name for entry in CLASSES.values()]
        raise UsageError(f"no class of recipients '{text}'", where="--to", expected=", ".join(shapes), nearest=nearest(name, CLASSES))
    return Recipient(kind=kind, maker=maker.strip())


def reason_for(path: str, *, masked: bool) -> Reason | None:
    """Return the reason that a path falls under, or ``None``.

    ``masked`` tells that journals were masked before they were recorded, as an imported field log's are: then the
    bundle has no traces, and its journals name nobody.
    """
    if masked and re.fullmatch(_TRIALS, path):
        return None
    return next((rule.reason for rule in RULES if re.fullmatch(rule.form, path)), Reason.SECURITY_MATERIAL)
