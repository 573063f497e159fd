"""Which tag files can be trusted: the tag manifests and what they list, weighed against each other.

Two tag manifests list every other tag file, by SHA-256 and by SHA-512. A tag file that either confirms
is as sealed; a tag manifest whose line the other one and the file refute was itself changed. So one
change anywhere outside ``data/`` is told by the name of the file that changed. Nothing but a signature
vouches for both tag manifests at once.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from hashlib import new
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.evidence.files import read_file
from harness.evidence.layout import ALGORITHMS, MANIFESTS, TAG_MANIFESTS, TAGS, is_further_tag, manifest, name_fault, parse_manifest
from harness.evidence.problem import Problem, short, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["TagFiles", "changed", "read_tags", "require_bundle", "set_aside", "was_a_bundle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFiles:
    """The tag files of a bundle as far as they are as sealed, and what is wrong with the others."""

    names: tuple[str, ...]
    """Every tag file that the bundle has or had, sorted; the tag manifests, which list them, apart."""
    sealed: Mapping[str, bytes]
    """Octets of the tag files that a tag manifest confirms."""
    manifests: Mapping[str, bytes]
    """Octets of the tag manifests that are there, as sealed or not; a signature vouches for these."""
    listed: Mapping[str, Mapping[str, str]]
    """By algorithm, ``payload path -> digest``; only from manifests that are as sealed and well formed."""
    changes: tuple[Problem, ...]
    """Tag files that are not as sealed."""
    faults: tuple[Problem, ...]
    """Manifests that are as sealed but not as this format writes them; nothing of them is used."""

    @property
    def is_signed(self) -> bool:
        """Whether there are tag files that only a bundle made to be signed has."""
        return any(is_further_tag(name) for name in self.names)


def was_a_bundle(folder: Path) -> bool:
    """Return whether the folder still has one of the files that only a bag has."""
    return any((folder / name).is_file() for name in ("bagit.txt", *MANIFESTS.values(), *TAG_MANIFESTS.values()))


def set_aside(folder: Path) -> Path:
    """Return where an earlier bundle stands while a new one takes its place in two steps."""
    return folder.parent / f".{folder.name}.replaced"


def require_bundle(folder: Path) -> None:
    """Raise :class:`UsageError`, naming the nearest bundle around, where the folder is none."""
    if was_a_bundle(folder):
        return
    what = "not an evidence bundle" if folder.exists() else "no such folder"
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    around = [set_aside(folder.absolute()), *folder.absolute().parents, *inside]
    found = next((str(place) for place in around if was_a_bundle(place)), "")
    raise UsageError(what, where=str(folder), expected="a folder that holds bagit.txt and data/", nearest=found)


def read_tags(folder: str) -> TagFiles:
    """Read every tag file once and weigh the tag manifests against each other and against the files."""
    manifests, changes = _read_all(folder, TAG_MANIFESTS.values())
    said = {algorithm: parse_manifest(manifests.get(TAG_MANIFESTS[algorithm], b""), algorithm) for algorithm in ALGORITHMS}
    names = (*sorted({*TAGS, *_further(folder, said)}),)
    present, missing = _read_all(folder, names)
    changes += missing
    sealed: dict[str, bytes] = {}
    refuted: dict[str, str] = {}
    for name in names:
        if name not in present:
            continue
        found = {algorithm: new(algorithm, present[name]).hexdigest() for algorithm in ALGORITHMS}
        votes = {algorithm: said[algorithm][name] == found[algorithm] for algorithm in ALGORITHMS if name in said[algorithm]}
        if any(votes.values()):
            sealed[name] = present[name]
            refuted.update({algorithm: name for algorithm, agrees in votes.items() if not agrees})
        elif votes:
            algorithm = next(iter(votes))
            changes.append(changed(name, algorithm, said[algorithm][name], found[algorithm]))
    for algorithm in ALGORITHMS:
        changes += _tag_manifest_changes(algorithm, manifests, said[algorithm], refuted, names)
    listed, faults = _listed(sealed)
    return TagFiles(names=names, sealed=sealed, manifests=manifests, listed=listed, changes=tuple(changes), faults=tuple(faults))


def _further(folder: str, said: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the further tag files that were sealed: both tag manifests list them, or one does and the file agrees."""
    for name in sorted({name for lines in said.values() for name in lines if is_further_tag(name)}):
        if all(name in lines for lines in said.values()):
            yield name
            continue
        octets = _read_all(folder, [name])[0].get(name)
        if octets is not None and any(lines.get(name) == new(algorithm, octets).hexdigest() for algorithm, lines in said.items()):
            yield name


def changed(file: str, algorithm: str, expected: str, found: str) -> Problem:
    """Return the problem of a file whose digest is not the sealed one."""
    return Problem(
        code="E-FILE-DIGEST", file=file, sentence=f"was changed after sealing; expected {algorithm} {short(expected)}, found {short(found)}"
    )


def _read_all(folder: str, names: Iterable[str]) -> tuple[dict[str, bytes], list[Problem]]:
    present, problems = {}, []
    for name in names:
        path = f"{folder}/{name}"
        try:
            regular = stat.S_ISREG(os.lstat(path).st_mode)
            if regular:
                present[name] = read_file(path)
            else:
                problems.append(Problem(code="E-FILE-MISSING", file=name, sentence="is no longer a regular file, as which it was sealed"))
        except FileNotFoundError:
            always = "; every bundle has it" if not is_further_tag(name) else ""
            problems.append(Problem(code="E-FILE-MISSING", file=name, sentence=f"was removed after sealing{always}"))
        except OSError as error:
            problems.append(Problem(code="U-READ", file=name, sentence=f"could not be read: {error.strerror}"))
    return present, problems


def _tag_manifest_changes(
    algorithm: str, manifests: Mapping[str, bytes], said: Mapping[str, str], refuted: Mapping[str, str], names: tuple[str, ...]
) -> list[Problem]:
    """Return what is wrong with a tag manifest itself: a refuted line, or not the lines it was sealed with."""
    name = TAG_MANIFESTS[algorithm]
    if name not in manifests:
        return []
    if algorithm in refuted:
        sentence = f"was changed after sealing; its line for {refuted[algorithm]} is refuted by that file and by the other tag manifest"
    elif set(said) != set(names) or manifest(said) != manifests[name]:
        sentence = f"was changed after sealing; expected one line each, sorted, for {', '.join(names)}"
    else:
        return []
    return [Problem(code="E-FILE-DIGEST", file=name, sentence=sentence)]


def _listed(sealed: Mapping[str, bytes]) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """Return what the sealed manifests list; nothing of one with a fault is used."""
    listed: dict[str, dict[str, str]] = {}
    faults = []
    for algorithm, name in MANIFESTS.items():
        if name not in sealed:
            continue
        digests = parse_manifest(sealed[name], algorithm)
        fault = _manifest_fault(name, sealed[name], digests, listed.get("sha256"))
        if fault:
            faults.append(fault)
        else:
            listed[algorithm] = digests
    return listed, faults


def _manifest_fault(name: str, octets: bytes, digests: Mapping[str, str], other: Mapping[str, str] | None) -> Problem | None:
    """Return what keeps a manifest that is as sealed from being one of this format, or ``None``."""
    wrong = next(((path, fault) for path in digests if (fault := name_fault(path))), None)
    if wrong:
        return Problem(code="E-NAME", file=name, sentence=f"lists '{shown(wrong[0])}', which {wrong[1]}")
    if not digests or manifest(digests) != octets:
        sentence = "is not spelt as this format spells it; expected 'digest  path' lines, sorted, each path once"
        return Problem(code="E-CANON-BYTES", file=name, sentence=sentence)
    if other and (apart := other.keys() ^ digests.keys()):
        sentence = f"does not list the files of {MANIFESTS['sha256']}: '{min(apart)}' is in one of them only"
        return Problem(code="E-CANON-BYTES", file=name, sentence=sentence)
    return None
