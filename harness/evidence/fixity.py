"""Fixity: whether every file is as it was sealed, with none missing and none added.

The payload is read once. Its SHA-256 is compared with ``manifest-sha256.txt``; SHA-512 is computed only
where that manifest is not itself as sealed, where a SHA-256 does not agree (so that a wrong line is told
from a changed file), or where a thorough verification is asked for. No change is missed for it: a change
of a payload file changes its SHA-256, and both manifests are covered by both tag manifests. What only a
thorough verification finds is a bundle that was *sealed* with a wrong SHA-512.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from hashlib import sha256, sha512
from typing import TYPE_CHECKING

from harness.evidence.files import Tree, digest_file, read_file, walk
from harness.evidence.layout import ALGORITHMS, ATTESTATIONS, JSON, MANIFESTS, PAYLOAD, TAG_MANIFESTS
from harness.evidence.problem import Problem, shown
from harness.evidence.trust import TagFiles, changed, read_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Protocol, TypeVar

    _T = TypeVar("_T")

    Examine = Callable[[str, bytes], Problem | None]
    """Looks at one payload file that is as sealed, and says what is wrong with what it holds."""

    class Spread(Protocol):
        """Does what ``map`` does, in whatever order and on however many processors."""

        def __call__(self, work: Callable[[str], _T], paths: Iterable[str], /) -> Iterable[_T]:
            """Yield what the work gives for each path, in the order of the paths."""


__all__ = ["Inspection", "Spread", "inspect"]

_LARGE = 1 << 20
"""Octets from which a file is worth a processor of its own."""


@dataclass(slots=True, kw_only=True)
class Inspection:
    """What one reading pass over a bundle found."""

    tree: Tree
    tags: TagFiles
    problems: list[Problem] = field(default_factory=list)
    """What is not as sealed, and what could not be read."""
    contents: list[Problem] = field(default_factory=list)
    """What was found wrong within files that are as sealed."""
    octets: int = 0
    """Length of the payload files that are as sealed."""

    @property
    def unsealed(self) -> list[str]:
        """What was sealed, tag files among it, and is not known to be as it was."""
        return sorted({problem.file for problem in self.problems if problem.code != "E-FILE-EXTRA"})


def inspect(folder: str, *, thorough: bool = False, examine: Examine | None = None, spread: Spread = map) -> Inspection:
    """Read the bundle in ``folder`` once, and hand JSON that is as sealed to ``examine``.

    ``spread`` does what ``map`` does, and may do so on several processors: large files are digested by it.
    """
    inspection = Inspection(tree=walk(folder), tags=read_tags(folder))
    inspection.problems += inspection.tags.changes
    listed = inspection.tags.listed
    if listed:
        _inspect_payload(folder, inspection, thorough=thorough, examine=examine, spread=spread)
    else:
        unlisted = "was not examined: neither payload manifest is as sealed"
        inspection.problems.append(Problem(code="U-FIXITY", file=PAYLOAD, sentence=unlisted))
    inspection.problems += _additions(inspection.tree, inspection.tags, next(iter(listed.values()), None))
    inspection.problems += [
        Problem(code="U-READ", file=f"{shown(path)}/", sentence=f"could not be listed: {why}")
        for path, why in inspection.tree.unreadable.items()
    ]
    return inspection


def _inspect_payload(folder: str, inspection: Inspection, *, thorough: bool, examine: Examine | None, spread: Spread) -> None:
    listed = inspection.tags.listed
    algorithm = next(iter(listed))
    expected, other = listed[algorithm], listed.get("sha512", {})
    both = thorough or algorithm == "sha512"
    files = frozenset(inspection.tree.files)
    disagreeing: dict[str, tuple[str, str]] = {}
    ahead = _ahead(folder, [path for path in expected if path in files], both=both, spread=spread) if spread is not map else {}
    for path, sealed in expected.items():
        if path not in files:
            inspection.problems += _missing(path, inspection.tree)
            continue
        try:
            first, second, length, octets = ahead.get(path) or _digest(
                f"{folder}/{path}", both=both, keep=examine is not None and path.endswith(JSON)
            )
            if first != sealed and not second:
                second = digest_file(f"{folder}/{path}", also_sha512=True)[1]
        except OSError as error:
            inspection.problems.append(Problem(code="U-READ", file=path, sentence=f"could not be read: {error.strerror}"))
            continue
        if (first if algorithm == "sha256" else second) != sealed or (thorough and other.get(path, second) != second):
            disagreeing[path] = first, second
            continue
        inspection.octets += length
        if examine is not None and octets is not None and (wrong := examine(path, octets)):
            inspection.contents.append(wrong)
    inspection.problems += _judge(disagreeing, listed)


def _ahead(folder: str, paths: list[str], *, both: bool, spread: Spread) -> dict[str, tuple[str, str, int, None]]:
    """Return what is to be known of large files that nobody looks into, each digested on a processor of its own.

    A file that cannot be read is left out, for whoever reads it next to tell of.
    """

    def digested(path: str) -> tuple[str, tuple[str, str, int, None]] | None:
        try:
            return path, (*digest_file(f"{folder}/{path}", also_sha512=both), None)
        except OSError:
            return None

    return dict(filter(None, spread(digested, [path for path in paths if not path.endswith(JSON) and _is_large(f"{folder}/{path}")])))


def _is_large(place: str) -> bool:
    try:
        return os.lstat(place).st_size >= _LARGE
    except OSError:
        return False


def _digest(place: str, *, both: bool, keep: bool) -> tuple[str, str, int, bytes | None]:
    """Return SHA-256, SHA-512 where both are asked for, length, and the octets where they are kept."""
    if not keep:
        return *digest_file(place, also_sha512=both), None
    octets = read_file(place)
    return sha256(octets).hexdigest(), sha512(octets).hexdigest() if both else "", len(octets), octets


def _judge(disagreeing: Mapping[str, tuple[str, str]], listed: Mapping[str, Mapping[str, str]]) -> list[Problem]:
    """Name the file, or whichever manifest it and the other manifest refute together."""
    problems = []
    origins = {digest: path for digests in listed.values() for path, digest in digests.items()} if disagreeing else {}
    for path, found in disagreeing.items():
        digests = dict(zip(ALGORITHMS, found, strict=True))
        refuted = [algorithm for algorithm in listed if listed[algorithm][path] != digests[algorithm]]
        if len(refuted) < len(listed):
            sentence = f"has a line for {path} that the file and the other manifest refute"
            problems.append(Problem(code="E-FILE-DIGEST", file=MANIFESTS[refuted[0]], sentence=sentence))
            continue
        problem = changed(path, refuted[0], listed[refuted[0]][path], digests[refuted[0]])
        origin = origins.get(digests[refuted[0]], "")
        problems.append(replace(problem, sentence=f"{problem.sentence}, which was sealed as {origin}") if origin else problem)
    return problems


def _missing(path: str, tree: Tree) -> list[Problem]:
    """Return the problem of a listed file that is not there; a folder that could not be listed hides no loss."""
    if path.startswith(tuple(f"{folder}/" for folder in tree.unreadable)):
        return []
    if path in tree.odd or path in tree.folders:
        sentence = f"was a file when sealed; {tree.odd.get(path, 'a folder')} stands in its place"
        return [Problem(code="E-FILE-MISSING", file=path, sentence=sentence)]
    return [Problem(code="E-FILE-MISSING", file=path, sentence="was removed after sealing")]


def _additions(tree: Tree, tags: TagFiles, listed: Mapping[str, str] | None) -> list[Problem]:
    """Return everything that was not there when the bundle was sealed; without a list, outside ``data/`` only.

    What lies among the attestations of a signed bundle is judged by what is signed, in :mod:`harness.evidence.attestations`.
    """
    expected = {*tags.names, *TAG_MANIFESTS.values()} | (listed or {}).keys()
    elsewhere = ATTESTATIONS if tags.is_signed else None
    parents = {path[:cut] for path in listed or () for cut, letter in enumerate(path) if letter == "/"} if tree.empty else set()
    judged = dict.fromkeys(tree.files, "was added") | {path: f"is {kind} that was added" for path, kind in tree.odd.items()}
    judged |= {f"{path}/": "is an empty folder that was added" for path in tree.empty if path not in parents}
    return [
        Problem(code="E-FILE-EXTRA", file=shown(path), sentence=f"{what} after sealing")
        for path, what in judged.items()
        if path not in expected
        and (listed is not None or not path.startswith(PAYLOAD))
        and (elsewhere is None or not path.startswith(elsewhere))
    ]
