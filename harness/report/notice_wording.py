"""Every sentence a notice can say, as templates beside those of the report; the wording lint reads them all.

A notice holds no free text: what is filled in is a figure or a name from the sealed bundle, a date, or where to reply.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CAUSES", "NOTICES", "REMEDIATIONS", "tell"]

CAUSES: Mapping[str, str] = {
    "none": "no cause has been put forward",
    "hypothesised": "a hypothesis has been put forward and not been tested",
    "supported": "a hypothesis is supported by evidence of its own, which goes by its own bundle",
    "contested": "a hypothesis has been put forward and is contested",
    "withdrawn": "a hypothesis was put forward and has been withdrawn",
}
"""Status of the cause -> what may be said of it, and no word beyond."""

REMEDIATIONS: Mapping[str, str] = {
    "none": "no remediation has been put forward",
    "R0": "R0: a remediation has been proposed",
    "R1": "R1: the residual rate was bounded in a laboratory, under the conditions listed in its own bundle",
    "R2": "R2: the residual rate was bounded by a second party as well",
    "R3": "R3: field data agree with the bound",
    "R4": "R4: the population concerned has been retired",
    "RX": "a residual was observed with the remediation in place",
    "RD": "the bound holds for some of the conditions listed, and is not shown for others",
}
"""Status of the remediation -> what may be said of it."""

NOTICES: Mapping[str, str] = {
    "title-manufacturer": "Notice to the manufacturer",
    "title-parties": "Notice to SEC Parties",
    "title-captures": "Request for captures",
    "tlp-manufacturer": "TLP:AMBER+STRICT",
    "tlp-parties": "TLP:AMBER",
    "tlp-captures": "TLP:AMBER",
    "status-final": "final: the thresholds of the policy for this notice are met",
    "status-interim": "interim: sent ahead of the reply, since a degradation of a service is declared; a further version will follow",
    "tracking": "$issue, version $version, $date",
    "bundle": "tag manifest $seal (SHA-256, the first 16 digits), plan $plan",
    "bundle-plan": "plan $plan (SHA-256, the first 16 digits)",
    "policy": "$policy, SHA-256 $digest",
    "concerns": "This notice concerns $device of the combination below. It is sent to its manufacturer and to nobody else.",
    "concerns-parties": "This notice is sent to SEC Parties. It tells what was observed, at the level of roles.",
    "concerns-captures": (
        "A model, as configured, showed the pattern below. The evidence is simulated, so nothing here concerns a device. It is asked "
        "whether anybody who has devices has seen such a pattern, or can look."
    ),
    "observed": (
        "Grade $grade ($name). The treatment emitted superfluous alerts of $codes in $positive of $trials; the rate is $rate "
        "(95 %, valid at any stop). The test oracle classes them as superfluous by the rule of detector $detector: $sentence"
    ),
    "counted": "Counted $where, alerts of $role; a trial is positive with $rule.",
    "each": "A positive trial counted $much superfluous alerts.",
    "control": "Against $arm ($purpose): $more, $less, $ties; $comparison.",
    "control-more": "the treatment counted more in $blocks",
    "control-less": "the control in $blocks",
    "control-ties": "equal in $blocks",
    "void": "Block $block is void and counts for nothing: $reason.",
    "derivative": "Bundle $name, payload root $root, made for this recipient class. It is verified without the original:",
    "help-logs": "event and security logs of units of this model under a condition such as the one above",
    "help-notes": "notes on the firmware that bear on the alert codes above",
    "help-replicate": "a replication of plan $plan on units of your own; the plan is in the bundle",
    "help-parties-logs": "look for the codes above among the device alerts received, in windows such as the one above",
    "help-parties-capture": "capture at the counting point, and import the log: smets-harness import LOG",
    "help-captures": "logs or captures of windows with a condition such as the one above, whether or not the codes were seen in them",
    "reply-by": "A reply is asked for by $date, to $contact.",
    "reply-to": "Replies and corrections to $contact.",
    "right-of-reply": (
        "You may reply to this notice, wholly or in part, and say what you hold to be wrong or missing in it. A reply is filed with the "
        "issue under its own digest and goes, word for word, with any later notice on the issue. A reply that shows an error leads to a "
        "corrected version, sent to whoever had the earlier one."
    ),
    "reply-none": "No reply had been received by $date.",
    "reply-verbatim": "The manufacturer's reply, word for word (SHA-256 $digest):",
    "cause": "Cause: $status.",
    "remediation": "Remediation: $status.",
    "correct": (
        "Whoever holds this notice to be wrong may say so to the same address. A corrected or withdrawn version goes to each recipient of "
        "an earlier one."
    ),
    "asserts": (
        "This notice tells what was observed under the conditions listed. It takes no position on conformity to any requirement, on "
        "what lies behind the observation, on whose task anything is, or on what holds beyond the units and conditions listed."
    ),
}
"""What a notice can say, by name."""


def tell(name: str, /, **words: object) -> str:
    """Fill in the template ``name``; every word it needs must be given."""
    return Template(NOTICES[name]).substitute({key: str(word) for key, word in words.items()})
