"""One table of exit codes for every command."""

from __future__ import annotations

__all__ = ["AS_EXPECTED", "DIFFERS", "INCONCLUSIVE", "INTERNAL", "INTERRUPTED", "NOTHING", "TABLE", "USAGE", "VOID"]

AS_EXPECTED = 0
DIFFERS = 1
INTERRUPTED = 2
INTERNAL = 3
USAGE = 4
NOTHING = 5
INCONCLUSIVE = 6
VOID = 7

TABLE = {
    AS_EXPECTED: "as expected",
    DIFFERS: "not as expected, or differs",
    INTERRUPTED: "interrupted; what was recorded so far is a valid bundle, and 'run --resume' goes on",
    INTERNAL: "internal: a promise of the harness itself was broken",
    USAGE: "usage or configuration",
    NOTHING: "nothing applicable",
    INCONCLUSIVE: "inconclusive, or cannot tell",
    VOID: "void: the bench let the experiment down",
}
