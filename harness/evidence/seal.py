"""Sealing: a payload becomes a bundle, wholly or not at all.

The bundle is written to a hidden folder beside its place, flushed to the disk and only then put in its
place, so that whoever looks finds the earlier bundle or the new one and nothing in between, whatever
interrupts the work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256, sha512
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import BenchError, BundleError
from harness.evidence.files import chunks
from harness.evidence.layout import ALGORITHMS, manifest, name_fault, payload_root, tag_manifests, tags
from harness.evidence.place import disk_error, put_in_place, workspace
from harness.vocab.canonical import parse
from harness.vocab.journal import check_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.evidence.files import Source

__all__ = ["seal"]


def seal(directory: Path, files: Mapping[str, Source]) -> str:
    """Seal ``files`` (payload path such as ``data/plan/plan.json`` -> octets, or a file to copy) as a bundle.

    Files are copied piece by piece and never held whole, JSON documents excepted; JSON is looked at line by
    line, to make sure that it is canonical, unless it was made piece by piece for this very bundle. A bundle
    that stands in ``directory`` already is replaced. Returns the payload root.

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
        is_foreign = isinstance(source, (bytes, Path))
        reader = {".json": _document, ".jsonl": _objects}.get(Path(path).suffix, _pieces) if is_foreign else _pieces
        try:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (self.folder / path).open("xb") as stream:
                for piece in reader(path, source):
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
        for name, octets in (contents | tag_manifests(contents)).items():
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


def _document(path: str, source: Source) -> Iterator[bytes]:
    """Yield the octets of a JSON document, known to be canonical."""
    octets = b"".join(_pieces(path, source))
    if not octets:
        raise BundleError("E-CANON-BYTES is empty", where=path, expected="canonical JSON and one line feed")
    end = octets.find(b"\n") + 1 or len(octets)
    parse(octets[:end], where=path)
    if end < len(octets):
        raise BundleError("E-CANON-BYTES goes on after its first line", where=path, expected="canonical JSON and one line feed")
    yield octets


def _objects(path: str, source: Source) -> Iterator[bytes]:
    """Yield the octets of JSON lines some at a time, each line known to be a canonical object."""
    line = 1
    for octets in _whole_lines(_pieces(path, source)):
        line += check_lines(octets, where=path, line=line)
        yield octets


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces that end with a line feed; the last one may lack it."""
    rest = b""
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield rest + piece[:end]
            rest = b""
        rest += piece[end:]
    if rest:
        yield rest
