"""Reading a bundle: only octets that are as sealed ever come out of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from harness.errors import BenchError, BundleError, nearest
from harness.evidence.files import chunks, digest_file, read_file
from harness.evidence.layout import MANIFESTS, payload_root
from harness.evidence.problem import FixityError, Problem
from harness.evidence.trust import TagFiles, changed, read_tags, require_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from harness.evidence.files import Source

__all__ = ["Bundle"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A sealed bundle, open for reading; every read is checked against the manifest."""

    directory: Path
    payload_root: str
    digests: Mapping[str, str]
    """SHA-256 of every payload file by its path, such as ``data/plan/plan.json``, sorted bytewise."""

    @classmethod
    def open(cls, directory: Path) -> Bundle:
        """Open the bundle in ``directory``.

        Raises :class:`UsageError` where there is none, naming the nearest one around, and
        :class:`FixityError` where its manifest is not as sealed.
        """
        require_bundle(directory)
        return cls.of(directory, read_tags(os.fspath(directory)))

    @classmethod
    def of(cls, directory: Path, tags: TagFiles) -> Bundle:
        """Return the bundle whose tag files were read already; raises :class:`FixityError` as above."""
        name = MANIFESTS["sha256"]
        if "sha256" not in tags.listed:
            unconfirmed = Problem(code="E-FILE-DIGEST", file=name, sentence="is confirmed by no tag manifest")
            raise FixityError(next((problem for problem in (*tags.changes, *tags.faults) if problem.file == name), unconfirmed))
        return cls(directory=directory, payload_root=payload_root(tags.sealed[name]), digests=tags.listed["sha256"])

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all payload files, sorted bytewise."""
        return tuple(self.digests)

    def read(self, path: str) -> bytes:
        """Return a payload file as it was sealed.

        Raises :class:`FixityError` where it is missing or was changed, :class:`BenchError` where it
        cannot be read, and :class:`BundleError` with the nearest path where the bundle never had it.
        """
        octets = self._had(path, read_file)
        self._check(path, sha256(octets).hexdigest())
        return octets

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a payload file piece by piece; that it is as it was sealed is known at its end.

        Raises as :meth:`read` does, after the last piece where the file was changed.
        """
        state = sha256()
        for piece in self._had(path, _begun):
            state.update(piece)
            yield piece
        self._check(path, state.hexdigest())

    def holds(self, path: str, source: Source) -> bool:
        """Tell whether a payload file, as it was sealed, is these octets; neither is held whole.

        Raises as :meth:`read` does.
        """
        found = self._had(path, digest_file)[0]
        self._check(path, found)
        given = sha256()
        for piece in chunks(source):
            given.update(piece)
        return given.hexdigest() == found

    def _had(self, path: str, work: Callable[[str], _T]) -> _T:
        """Return what some work with a payload file gives."""
        if path not in self.digests:
            raise BundleError(f"this bundle has no file '{path}'", where=str(self.directory), nearest=nearest(path, self.digests))
        try:
            return work(f"{self.directory}/{path}")
        except FileNotFoundError as error:
            raise FixityError(Problem(code="E-FILE-MISSING", file=path, sentence="was removed after sealing")) from error
        except OSError as error:
            raise BenchError(f"could not be read: {error.strerror}", where=f"{self.directory}/{path}") from error

    def _check(self, path: str, found: str) -> None:
        if found != self.digests[path]:
            raise FixityError(changed(path, "sha256", self.digests[path], found))


def _begun(path: str) -> Iterator[bytes]:
    """Return the pieces of a file whose first one was read; raises :class:`OSError` here and now where it cannot be."""
    rest = chunks(Path(path))
    return chain((next(rest, b""),), rest)
