"""Where a campaign keeps what it has recorded until the bundle is sealed.

A journal is written under a temporary name, flushed to the disk and renamed, so a journal that is
there is whole: whatever kills the process, resuming finds complete trials and nothing else.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from harness.errors import BenchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["Workplace"]


class Workplace:
    """A folder beside the bundle: the sealed plan and the journals so far."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``; nothing is created yet."""
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether an earlier run left its plan here."""
        return (self.folder / "data" / "plan" / "plan.json").is_file()

    def open(self, plan_files: Mapping[str, bytes]) -> None:
        """Create the folder with the sealed plan in it; what is there already is kept.

        Raises :class:`BenchError` where the disk refuses.
        """
        for name, octets in plan_files.items():
            path = self.folder / name
            if not path.is_file() or path.read_bytes() != octets:
                with self._writing(path) as stream:
                    stream.write(octets)

    def plan_files(self) -> dict[str, bytes]:
        """Read back what :meth:`open` was given."""
        data = self.folder / "data"
        paths = sorted(
            path for path in data.rglob("*") if path.is_file() and path.parent.name != "trials" and not path.name.startswith(".")
        )
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def journal_path(self, trial: str) -> Path:
        """Return where the journal of a trial stands once it is whole."""
        return self.folder / "data" / "trials" / f"{trial}.jsonl"

    @contextmanager
    def journal(self, trial: str) -> Iterator[BinaryIO]:
        """Give a stream for one journal; it appears under its name only when it is whole and on the disk."""
        with self._writing(self.journal_path(trial)) as stream:
            yield stream

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
        """Forget an earlier run: remove its plan and its journals."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def remove(self) -> None:
        """Remove the folder, once everything in it is sealed."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _writing(self, path: Path) -> Iterator[BinaryIO]:
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb", buffering=1 << 20) as stream:
                yield stream
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
