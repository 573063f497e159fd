"""Comparing two bundles file by file, as they are, whether or not they are as sealed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from harness.errors import BenchError, BundleError
from harness.evidence.files import first_difference, read_file, walk
from harness.evidence.layout import JSON, MANIFESTS, payload_root
from harness.evidence.problem import shown
from harness.evidence.trust import require_bundle
from harness.vocab.canonical import canonical, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.evidence.files import Tree
    from harness.vocab.canonical import Json

__all__ = ["Difference", "FileDifference", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDifference:
    """How one file differs between two bundles."""

    path: str
    kind: str
    """``only in a``, ``only in b`` or ``differs``."""
    byte: int = 0
    """First byte that differs, counted from 1; 0 where the file is in one bundle only."""
    line: int = 0
    """Line of a JSON file that differs first, counted from 1; 0 for other files."""
    member: str = ""
    """Where in that line the values part, such as ``.with.mean`` or ``.entries[2]``."""
    a: str = ""
    """Canonical JSON of the member in the one bundle; empty where it has none."""
    b: str = ""
    """Likewise in the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two bundles differ."""

    a_root: str
    """Payload root, from the manifest as it is; empty where there is no manifest."""
    b_root: str
    same: int
    """Files that are the same in both."""
    files: tuple[FileDifference, ...]
    """Files that are not, sorted by path."""


def compare(a: Path, b: Path) -> Difference:
    """Compare the bundles in folders ``a`` and ``b``, tag files and all.

    Raises :class:`UsageError` where either is no bundle, :class:`BundleError` where one holds
    something other than files and folders, and :class:`BenchError` where one cannot be read.
    """
    for folder in (a, b):
        require_bundle(folder)
    ones, others = _files(a), _files(b)
    found = []
    try:
        for path in sorted(ones | others):
            if path in ones and path in others:
                found.append(_compare_file(a, b, path))
            else:
                found.append(FileDifference(path=shown(path), kind="only in a" if path in ones else "only in b"))
        roots = [
            payload_root(read_file(os.fspath(folder / name))) if (name := MANIFESTS["sha256"]) in files else ""
            for folder, files in ((a, ones), (b, others))
        ]
    except OSError as error:
        raise BenchError(f"could not be read: {error.strerror}", where=str(error.filename or "")) from error
    different = tuple(item for item in found if item)
    return Difference(a_root=roots[0], b_root=roots[1], same=len(found) - len(different), files=different)


def _files(folder: Path) -> set[str]:
    tree: Tree = walk(os.fspath(folder))
    for path, kind in tree.odd.items():
        raise BundleError(f"E-NAME is {kind}", where=f"{folder}/{shown(path)}", expected="files and folders only")
    for path, why in tree.unreadable.items():
        raise BenchError(f"could not be listed: {why}", where=f"{folder}/{shown(path)}")
    return set(tree.files)


def _compare_file(a: Path, b: Path, path: str) -> FileDifference | None:
    byte = first_difference(a / path, b / path)
    if not byte:
        return None
    line, one, other = _differing_line(a / path, b / path) if path.endswith(JSON) else (0, b"", b"")
    if not one or not other:
        return FileDifference(path=shown(path), kind="differs", byte=byte, line=line)
    try:
        member, a_value, b_value = _differing_member(parse(one), parse(other))
    except BundleError:
        return FileDifference(path=shown(path), kind="differs", byte=byte, line=line)
    return FileDifference(path=shown(path), kind="differs", byte=byte, line=line, member=member, a=a_value, b=b_value)


def _differing_line(a: Path, b: Path) -> tuple[int, bytes, bytes]:
    """Return the number of the first line that differs, and that line of either file; empty past its end."""
    with a.open("rb") as ones, b.open("rb") as others:
        for number, (one, other) in enumerate(zip_longest(ones, others, fillvalue=b""), 1):
            if one != other:
                return number, one, other
    return 0, b"", b""


def _differing_member(a: Json, b: Json) -> tuple[str, str, str]:
    """Return the path of the first member that differs, in canonical order, and its two spellings."""
    ones, others = _members(a), _members(b)
    if ones and others and isinstance(a, dict) is isinstance(b, dict):
        steps = sorted(ones.keys() | others.keys()) if isinstance(a, dict) else list(ones | others)
        for step in steps:
            one, other = _spelling(ones, step), _spelling(others, step)
            if one and other and one != other:
                member, one, other = _differing_member(ones[step], others[step])
                return step + member, one, other
            if one != other:
                return step, one, other
    return "", canonical(a).decode(), canonical(b).decode()


def _members(value: Json) -> dict[str, Json]:
    if isinstance(value, dict):
        return {f".{key}": inner for key, inner in value.items()}
    return {f"[{index}]": inner for index, inner in enumerate(value)} if isinstance(value, list) else {}


def _spelling(members: Mapping[str, Json], step: str) -> str:
    return canonical(members[step]).decode() if step in members else ""
