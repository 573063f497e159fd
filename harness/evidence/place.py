"""Putting a finished folder in its place at one stroke, whatever interrupts the work.

Where the system can exchange two folders (Linux, ``renameat2``), the new one takes the place of the old
one in a single step. Elsewhere the old one is first set aside as ``.<name>.replaced``; work that breaks
off between the two steps leaves it there whole, and the next seal puts it back.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from harness.errors import BenchError, UsageError
from harness.evidence.files import walk
from harness.evidence.trust import set_aside, was_a_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["disk_error", "exchange", "put_in_place", "replace_in_two_steps", "workspace"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def disk_error(what: str, error: OSError, directory: Path) -> BenchError:
    """Return the error that says what could not be done, why, and what there is in ``directory`` now."""
    kept = "the bundle that was there before is untouched" if directory.exists() else "nothing was sealed"
    return BenchError(f"{what}: {error.strerror or error}; {kept}", where=str(directory))


@contextmanager
def workspace(directory: Path) -> Iterator[Path]:
    """Give a fresh folder beside ``directory``, locked, and cleared away in the end unless it was moved.

    What an interrupted seal left behind is put back or cleared away first. Raises :class:`UsageError`
    where ``directory`` is something else than a bundle, and :class:`BenchError` where another process
    is sealing in the same place or the disk does not allow it.
    """
    _refuse_other_things(directory)
    fresh = directory.with_name(f".{directory.name}.sealing")
    with ExitStack() as held:
        try:
            directory.parent.mkdir(parents=True, exist_ok=True)
            _recover(directory, fresh)
            fresh.mkdir()
            for folder in (fresh, directory):
                if folder.exists():
                    held.callback(os.close, _lock(folder))
        except OSError as error:
            raise disk_error("could not make room beside it", error, directory) from error
        held.callback(shutil.rmtree, fresh, ignore_errors=True)
        yield fresh


def _refuse_other_things(directory: Path) -> None:
    taken = directory.exists() and not was_a_bundle(directory)
    if taken and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError("is there already and is not a bundle", where=str(directory), expected="a bundle to replace, or a name not taken")


def _recover(directory: Path, fresh: Path) -> None:
    """Undo what an interrupted seal left behind."""
    aside = set_aside(directory)
    if aside.exists() and not directory.exists():
        aside.rename(directory)
    for leftover in (aside, fresh):
        if leftover.exists():
            lock = _lock(leftover)
            shutil.rmtree(leftover)
            os.close(lock)


def _lock(folder: Path) -> int:
    """Return a descriptor that locks the folder until it is closed, or the process ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise BenchError("another process is sealing in this place", where=str(folder)) from error
    return descriptor


def put_in_place(fresh: Path, directory: Path) -> None:
    """Flush the finished folder ``fresh`` to the disk and let it stand in ``directory``.

    Whatever stood there is in ``fresh`` afterwards. Raises :class:`BenchError` naming the file.
    """
    tree = walk(os.fspath(fresh))
    for path in (*tree.files, *sorted(tree.folders), "."):
        _flush(fresh / path, path, directory)
    try:
        if not directory.exists():
            fresh.rename(directory)
        elif not exchange(fresh, directory):
            replace_in_two_steps(fresh, directory)
    except OSError as error:
        raise disk_error("the bundle could not be put in its place", error, directory) from error
    _flush(directory.parent, directory.parent.name, directory)


def _flush(place: Path, name: str, directory: Path) -> None:
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise disk_error(f"{name} could not be flushed to the disk", error, directory) from error


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return ``False`` where the system cannot do so."""
    import ctypes  # only where a bundle is replaced

    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    return renameat2 is not None and renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0


def replace_in_two_steps(fresh: Path, directory: Path) -> None:
    """Set the old folder aside, move the new one in, and leave the old one where the new one was."""
    aside = set_aside(directory)
    directory.rename(aside)
    try:
        fresh.rename(directory)
    except OSError:
        aside.rename(directory)
        raise
    aside.rename(fresh)
