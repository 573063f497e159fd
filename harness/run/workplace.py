"""Where a campaign keeps what it has recorded until the bundle is sealed.

A journal is written under a temporary name, flushed to the disk and renamed, so a journal that is
there is whole: whatever kills the process, resuming finds complete trials and nothing else. A capture
is put in its place before its journal, so where the journal is there the capture is whole as well; one without
a journal is of a trial that will be carried out again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from harness.errors import BenchError, UsageError
from harness.run.forms import PCAPNG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["Workplace"]


_RECORDED = frozenset({"captures", "traces", "trials"})
"""Folders of what trials leave; everything else is the plan's."""


class Workplace:
    """A folder beside the bundle: the sealed plan, and the journals and captures so far."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``; nothing is created yet."""
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether an earlier run left its plan here."""
        return (self.folder / "data" / "plan" / "plan.json").is_file()

    def open(self, plan_files: Mapping[str, bytes]) -> None:
        """Create the folder with the sealed plan in it; what is there already is kept, but captures without a journal.

        Raises :class:`BenchError` where the disk refuses.
        """
        for capture in sorted((self.folder / "data" / "captures").glob(f"*{PCAPNG}")):
            if not self.journal_path(capture.stem).is_file():
                capture.unlink()
        for name, octets in plan_files.items():
            path = self.folder / name
            if not path.is_file() or path.read_bytes() != octets:
                with self._writing(path) as stream:
                    stream.write(octets)

    def plan_files(self) -> dict[str, bytes]:
        """Read back what :meth:`open` was given."""
        data = self.folder / "data"
        paths = sorted(
            path for path in data.rglob("*") if path.is_file() and path.parent.name not in _RECORDED and not path.name.startswith(".")
        )
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def journal_path(self, trial: str) -> Path:
        """Return where the journal of a trial stands once it is whole."""
        return self.folder / "data" / "trials" / f"{trial}.jsonl"

    def trace_path(self, trial: str) -> Path:
        """Return where the trace of a trial stands once it is whole."""
        return self.folder / "data" / "traces" / f"{trial}.jsonl"

    def capture_path(self, trial: str) -> Path:
        """Return where the capture of a trial stands, where there is one and the journal is whole."""
        return self.folder / "data" / "captures" / f"{trial}{PCAPNG}"

    def keep_trace(self, trial: str, octets: bytes) -> None:
        """Keep the trace of a trial under its name; the disk may take its time, for it follows from the journal.

        Raises :class:`BenchError` where the disk refuses.
        """
        with self._writing(self.trace_path(trial), flushed=False) as stream:
            stream.write(octets)

    @contextmanager
    def journal(self, trial: str) -> Iterator[BinaryIO]:
        """Give a stream for one journal; it appears under its name only when it is whole and on the disk."""
        with self._writing(self.journal_path(trial)) as stream:
            yield stream

    @contextmanager
    def capture(self, trial: str) -> Iterator[BinaryIO]:
        """Give a stream for one capture, to be closed before that of its journal; where nothing is written there is none."""
        path = self.capture_path(trial)
        with self._writing(path) as stream:
            yield stream
        if not path.stat().st_size:
            path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second process from working in the same folder; raises :class:`UsageError` where one does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError("another process is carrying out this plan", where=str(self.folder), expected="one at a time") from None
            yield

    def clear(self) -> None:
        """Forget an earlier run: remove its plan and everything that was recorded."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def remove(self) -> None:
        """Remove the folder, once everything in it is sealed."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _writing(self, path: Path, *, flushed: bool = True) -> Iterator[BinaryIO]:
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb", buffering=1 << 20) as stream:
                yield stream
                if flushed:
                    stream.flush()
                    os.fsync(stream.fileno())
            part.replace(path)
        except BaseException as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            if not isinstance(error, OSError):
                raise
            raise BenchError(
                f"could not be written: {error.strerror or error}",
                where=str(path),
                expected="room and leave to write; trials recorded before this one are kept, and 'run --resume' goes on from them",
            ) from error
