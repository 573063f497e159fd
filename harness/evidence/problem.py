"""What a verification may say: stable codes, problems, outcomes.

Codes that start with ``E-`` contradict the bundle; codes that start with ``U-`` say that something
could not be told. A code keeps its meaning for good, so that other programs may rely on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.errors import BundleError, InternalError

__all__ = ["CODES", "FixityError", "Outcome", "Problem", "outcome_of", "short", "shown"]

CODES = {
    "E-NAME": "a name, path or kind of file that a bundle may not hold",
    "E-CANON-FLOAT": "JSON with a binary float, or with a value that has no canonical form",
    "E-CANON-INT": "JSON with an integer beyond 2**53",
    "E-CANON-KEY": "JSON with a key that is not ASCII",
    "E-CANON-BYTES": "a file that is not spelt the one way this format spells it",
    "E-FILE-DIGEST": "a file was changed after sealing",
    "E-FILE-MISSING": "a file was removed after sealing",
    "E-FILE-EXTRA": "a file or an empty folder was added after sealing",
    "E-SIG-MISSING": "a statement that the bundle must carry is not there",
    "E-SIG-PARSE": "an envelope or a statement that is not spelt the one way this format spells it",
    "E-SIG-TYPE": "a statement of another type than its name says, or than its signer may make",
    "E-SIG-INVALID": "a signature, or a time stamp, that does not verify; treat every file as unauthenticated",
    "E-ATT-COPY": "a file of attestations/ that is not what the verified envelopes give",
    "E-SUBJ-DIGEST": "a file is not the one that was signed",
    "E-MERKLE-ROOT": "commitments that do not give the signed root, or that the payload does not give",
    "E-TIME-ORDER": "times that cannot be: a plan after its trials, an end before its start, a grade before the run",
    "E-DISC-UNKNOWN": "something disclosed that was never committed to",
    "E-DISC-DIGEST": "something disclosed that is not what was committed to",
    "E-DISC-GAP": "commitments neither disclosed nor declared withheld",
    "E-DISC-LEAK": "something disclosed that tells what is withheld",
    "E-RECOMP-DIFF": "a result is not what the sealed trials give",
    "E-RERUN-DIFF": "a payload file is not what running the sealed plan again gives",
    "E-GRADE": "a grade, or a signed claim, that does not follow from the sealed results and policy",
    "E-WORDING": "a sentence with words that the policy does not permit",
    "U-FIXITY": "not examined, because it is not as sealed",
    "U-READ": "not examined, because the disk or the bench did not allow it",
    "U-KEY": "signed with a key that is not in the trust list",
    "U-TSA": "a time stamp by an authority that is not among the given roots",
    "U-WITHHELD": "not examined, because what it rests on is withheld",
    "U-TOOL": "not examined, because the tool at hand is not the one that sealed the bundle",
}


class FixityError(BundleError):
    """A file of a bundle is not as it was sealed."""

    def __init__(self, problem: Problem) -> None:
        """Tell of ``problem``, which stays at hand as an attribute."""
        super().__init__(f"{problem.code} {problem.sentence}", where=problem.file)
        self.problem = problem


class Outcome(StrEnum):
    """What one level, or a whole verification, came to."""

    HOLDS = "holds"
    CONTRADICTED = "contradicted"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing that verification has to say about one file of a bundle."""

    file: str
    """Path within the bundle, as :func:`shown` writes it; folders end with ``/``."""
    code: str
    sentence: str
    """Continues from the file's name: what changed, what was expected, what was found."""

    def __post_init__(self) -> None:
        """Refuse a code that is not in :data:`CODES`."""
        if self.code not in CODES:
            raise InternalError(f"'{self.code}' is not a code of verification", expected=", ".join(CODES))

    @classmethod
    def of(cls, error: BundleError, file: str, *, code: str, line: int = 0) -> Problem:
        """Return the problem that ``error`` tells of; ``code`` counts where the error carries none."""
        first, _, rest = error.what.partition(" ")
        sentence = f"{error.what if first not in CODES else rest}{f'; expected {error.expected}' if error.expected else ''}"
        return cls(code=first if first in CODES else code, file=file, sentence=f"line {line}: {sentence}" if line else sentence)


def outcome_of(codes: frozenset[str]) -> Outcome:
    """Return what these codes amount to: a contradiction outweighs whatever could not be told."""
    if any(code.startswith("E-") for code in codes):
        return Outcome.CONTRADICTED
    return Outcome.CANNOT_TELL if codes else Outcome.HOLDS


def shown(path: str) -> str:
    """Return a file name that is safe to print: control characters and stray bytes are escaped."""
    return path if path.isascii() and path.isprintable() else path.encode("unicode_escape").decode("ascii")


def short(digest: str) -> str:
    """Return the first 16 digits of a hexadecimal digest, for a sentence."""
    return f"{digest[:16]}…"
