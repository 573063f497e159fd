"""What a finding says, in one place and in neutral words: by rule, a sentence with named figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.vocab.alert import code_text

if TYPE_CHECKING:
    from harness.vocab.alert import Finding

__all__ = ["SENTENCES", "sentence"]

SENTENCES: Final = {
    "same-octets-again": (
        "{codes} from {originator} with originator counter {counter} was observed again at '{tap}', "
        "octet for octet, {after} after it was first observed there."
    ),
    "same-event-new-counter": (
        "{codes} from {originator} was observed at '{tap}' with originator counter {counter}, for an event that the alert with "
        "originator counter {first_counter} had reported already."
    ),
    "same-code-new-event": (
        "{codes} from {originator} was observed at '{tap}' again, {after} after the last one and with an event time of its own; "
        "in between neither its opposite nor a cause was observed."
    ),
    "pair-beyond-allowed": (
        "{codes} from {originator} were observed at '{tap}' as pair number {number} within {within}; {pairs} were allowed for."
    ),
    "alert-beyond-count": (
        "{codes} from {originator} was observed at '{tap}' as alert number {number} within {within}; {count} were allowed for. "
        "Alerts that were called for are not counted."
    ),
    "no-cause-observed": "{codes} from {originator} was observed at '{tap}', and nothing that calls for it was observed in the trial.",
    "sent-while-switched-off": (
        "{codes} from {originator} was observed at '{tap}' while the device's configuration said not to send it to the WAN."
    ),
}
"""By :attr:`harness.vocab.alert.Finding.rule`; ``{codes}`` and ``{originator}`` come from the finding itself."""


def sentence(finding: Finding) -> str:
    """Return what a finding of one of these rules says; a rule from elsewhere is named as it stands."""
    template = SENTENCES.get(finding.rule)
    if template is None:
        return finding.rule
    codes = " and ".join(code_text(code) for code in finding.codes)
    return template.format_map({"codes": codes, "originator": finding.originator, **finding.facts})
