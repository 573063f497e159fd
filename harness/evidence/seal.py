"""Sealing: a payload becomes a bundle, wholly or not at all.

The bundle is written to a hidden folder beside its place, flushed to the disk and only then put in its
place, so that whoever looks finds the earlier bundle or the new one and nothing in between, whatever
interrupts the work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import new, sha256, sha512
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import BenchError, BundleError
from harness.evidence.files import chunks
from harness.evidence.layout import ALGORITHMS, JSON, TAG_MANIFESTS, manifest, name_fault, payload_root, tags
from harness.evidence.place import disk_error, put_in_place, workspace
from harness.vocab.canonical import parse, parse_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.evidence.files import Source

__all__ = ["seal"]


def seal(directory: Path, files: Mapping[str, Source]) -> str:
    """Seal ``files`` (payload path such as ``data/plan/plan.json`` -> octets, or a file to copy) as a bundle.

    Files are copied piece by piece and never held whole; JSON is held line by line, to make sure that
    it is canonical. A bundle that stands in ``directory`` already is replaced. Returns the payload root.

    Raises :class:`BundleError` for a name or content the format does not permit, :class:`UsageError`
    where something else stands in the way, and :class:`BenchError` where the disk does not allow it;
    in every case what was there before is untouched.
    """
    _check_names(files)
    directory = directory.resolve()
    with workspace(directory) as fresh:
        payload = _Payload(folder=fresh, directory=directory)
        for path in sorted(files):
            payload.add(path, files[path])
        root = payload.finish()
        put_in_place(fresh, directory)
    return root


def _check_names(files: Mapping[str, Source]) -> None:
    for path in sorted(files):
        fault = name_fault(path)
        if fault:
            raise BundleError(f"E-NAME {fault}", where=path)
        above = next((path[:cut] for cut, letter in enumerate(path) if letter == "/" and path[:cut] in files), "")
        if above:
            raise BundleError(f"E-NAME lies below '{above}', which is a file", where=path)


@dataclass(slots=True, kw_only=True)
class _Payload:
    """The payload as far as it is written: digests by algorithm and path, and its length."""

    folder: Path
    """Where it is written."""
    directory: Path
    """Where it is to stand; for messages."""
    digests: dict[str, dict[str, str]] = field(default_factory=lambda: {algorithm: {} for algorithm in ALGORITHMS})
    octets: int = 0

    def add(self, path: str, source: Source) -> None:
        """Copy one file into the payload, reading it once."""
        first, second = sha256(), sha512()
        pieces = _canonical_lines(path, source) if path.endswith(JSON) else _pieces(path, source)
        try:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (self.folder / path).open("xb") as stream:
                for piece in pieces:
                    stream.write(piece)
                    first.update(piece)
                    second.update(piece)
                    self.octets += len(piece)
        except OSError as error:
            raise disk_error(f"{path} could not be written", error, self.directory) from error
        self.digests["sha256"][path], self.digests["sha512"][path] = first.hexdigest(), second.hexdigest()

    def finish(self) -> str:
        """Write all tag files and return the payload root."""
        manifests = {algorithm: manifest(digests) for algorithm, digests in self.digests.items()}
        contents = tags(manifests, octets=self.octets, files=len(self.digests["sha256"]))
        listed = contents.items()
        tag_manifests = {
            TAG_MANIFESTS[algorithm]: manifest({name: new(algorithm, octets).hexdigest() for name, octets in listed})
            for algorithm in ALGORITHMS
        }
        for name, octets in (contents | tag_manifests).items():
            try:
                (self.folder / name).write_bytes(octets)
            except OSError as error:
                raise disk_error(f"{name} could not be written", error, self.directory) from error
        return payload_root(manifests["sha256"])


def _pieces(path: str, source: Source) -> Iterator[bytes]:
    """Yield the octets of a source; a source that is a link or cannot be read is refused by name."""
    if isinstance(source, Path) and (source.is_symlink() or (source.exists() and not source.is_file())):
        raise BundleError(f"E-NAME its source {source} is not a regular file", where=path)
    try:
        yield from chunks(source)
    except OSError as error:
        raise BenchError(f"its source {source!s} could not be read: {error.strerror}", where=path) from error


def _canonical_lines(path: str, source: Source) -> Iterator[bytes]:
    """Yield the octets of a JSON source line by line, each known to be canonical."""
    count = 0
    for count, line in enumerate(_lines(_pieces(path, source)), 1):
        if path.endswith(".jsonl"):
            parse_line(line, where=f"{path}:{count}")
        elif count > 1:
            raise BundleError("E-CANON-BYTES goes on after its first line", where=path, expected="canonical JSON and one line feed")
        else:
            parse(line, where=path)
        yield line
    if not count and path.endswith(".json"):
        raise BundleError("E-CANON-BYTES is empty", where=path, expected="canonical JSON and one line feed")


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their line feeds; the last one may lack it."""
    rest: list[bytes] = []
    for piece in pieces:
        *whole, last = piece.split(b"\n")
        for part in whole:
            yield b"".join((*rest, part, b"\n"))
            rest.clear()
        if last:
            rest.append(last)
    if rest:
        yield b"".join(rest)
