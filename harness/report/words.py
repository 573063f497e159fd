"""The wording lint: words that may not leave the lab, and what to say instead.

A report states what was counted under which conditions. It does not say that a device is at odds with
anything, why it did what it did, or what it would do elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BANNED", "Rule", "Wording", "lint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Phrases that are not used, and what to say instead."""

    phrases: tuple[str, ...]
    """Regular expressions of whole words, matched whatever the case."""
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A phrase that was found, where (counted from 1), and what to say instead."""

    line: int
    column: int
    phrase: str
    instead: str

    def __str__(self) -> str:
        """Write ``3:14 'phrase': say …``."""
        return f"{self.line}:{self.column} '{self.phrase}': say {self.instead}"


BANNED = (
    Rule(
        phrases=(
            r"faulty",
            r"faults?",
            r"defective",
            r"defects?",
            r"fail(?:s|ed|ing|ure|ures)?",
            r"broken",
            r"bug(?:s|gy)?",
            r"malfunction(?:s|ed|ing)?",
            r"non-?complian(?:t|ce)",
            r"negligen(?:t|ce)",
            r"unsafe",
            r"dangerous",
            r"hazard(?:s|ous)?",
        ),
        instead="'emitted n alerts of code ..., which the oracle classes as superfluous (rule ...)'",
    ),
    Rule(
        phrases=(r"caus(?:es|ed|ing)", r"due\s+to", r"root\s+cause\s+(?:is|was)", r"responsib(?:le\s+for|ility)", r"to\s+blame"),
        instead="'was present in k of n trials, and without it ... in k of n', or 'hypothesis, status ...'",
    ),
    Rule(phrases=(r"always", r"never", r"(?<!at )(?<!at\n)all", r"every\s+time"), instead="'k of n', with the interval and the units"),
    Rule(
        phrases=(r"fix(?:ed|es)?", r"resolv(?:ed|es)", r"eliminat(?:ed|es)", r"cured"),
        instead="'below rate r under the conditions listed (95 %)'",
    ),
    Rule(phrases=(r"prov(?:es|ed|en)", r"proof", r"confirm(?:s|ed|ation)"), instead="'grade Cn under policy v'"),
    Rule(phrases=(r"not\s+affected", r"unaffected", r"no\s+issues?"), instead="'not reproduced at rate r or more under condition C'"),
)
"""What the lint knows: each rule with the neutral way to say it."""

_PATTERNS = tuple((re.compile(rf"\b(?:{'|'.join(rule.phrases)})\b", re.IGNORECASE), rule.instead) for rule in BANNED)


def lint(text: str, *, quoted: Iterable[str] = ()) -> tuple[Wording, ...]:
    """Return every banned phrase of a text, in order of place; nothing where the text may leave the lab.

    ``quoted`` names passages that are quoted as they stand, such as an alert code's name in the
    catalogue; inside them nothing is found.
    """
    for passage in quoted:
        text = text.replace(passage, re.sub(r"\S", "_", passage)) if passage else text
    found = [
        Wording(
            line=text.count("\n", 0, match.start()) + 1,
            column=match.start() - text.rfind("\n", 0, match.start()),
            phrase=match.group(),
            instead=instead,
        )
        for pattern, instead in _PATTERNS
        for match in pattern.finditer(text)
    ]
    return tuple(sorted(found, key=lambda wording: (wording.line, wording.column)))
