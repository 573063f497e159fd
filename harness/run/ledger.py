"""What the trials of a campaign came to: outcomes at hand, findings on a disk and never all in memory."""

from __future__ import annotations

import os
from tempfile import TemporaryFile
from typing import TYPE_CHECKING
from weakref import finalize

from harness.errors import BenchError
from harness.judge.documents import finding_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness.run.trial import TrialResult
    from harness.vocab.outcome import TrialOutcome

__all__ = ["Ledger"]

_CHUNK = 1 << 18


class Ledger:
    """Results of trials in the order in which they were entered.

    Iterating gives every finding as canonical JSON lines, in pieces of any size, as often as wanted. They
    are kept in a file that has no name, so it is gone as soon as nobody needs it.
    """

    __slots__ = ("__weakref__", "_descriptor", "_folder", "_length", "outcomes", "unread")

    def __init__(self, folder: Path | None = None) -> None:
        """Keep findings on the disk that holds ``folder``, or where temporary files go."""
        self.outcomes: dict[str, TrialOutcome] = {}
        self.unread = 0
        """Messages at the counting point, within the windows, that could not be decoded."""
        self._folder = folder
        self._length = 0
        try:
            with TemporaryFile(dir=folder) as stream:
                self._descriptor = os.dup(stream.fileno())
        except OSError as error:
            raise self._refused(error) from error
        finalize(self, os.close, self._descriptor)

    def enter(self, results: Iterable[TrialResult]) -> None:
        """Take the results of some trials, all of them or, where it is interrupted, none.

        Raises :class:`BenchError` where the disk refuses.
        """
        length, unread = self._length, self.unread
        outcomes = {}
        for result in results:
            found = b"".join([finding_line(result.trial, finding) for finding in result.findings])
            self._write(found, length)
            length += len(found)
            unread += result.unread
            outcomes[result.trial] = result.outcome
        self._length, self.unread = length, unread
        self.outcomes.update(outcomes)

    def __iter__(self) -> Iterator[bytes]:
        """Go through the findings from the first one on."""
        for at in range(0, self._length, _CHUNK):
            yield os.pread(self._descriptor, min(_CHUNK, self._length - at), at)

    def _write(self, octets: bytes, at: int) -> None:
        left = memoryview(octets)
        try:
            while left:
                written = os.pwrite(self._descriptor, left, at)
                left, at = left[written:], at + written
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> BenchError:
        where = str(self._folder or "the folder for temporary files")
        return BenchError(f"findings could not be kept: {error.strerror or error}", where=where, expected="room and leave to write")
