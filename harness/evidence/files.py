"""Files as bytes on a disk: walking a folder, reading, digesting and comparing, each file read once."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Source = bytes | Path | Iterable[bytes]
    """Where the octets of a file come from: given as they are, in another file, or piece by piece, as often as wanted.

    What comes piece by piece is the harness's own, made by :mod:`harness.vocab.canonical` a moment ago."""

__all__ = ["CHUNK", "Tree", "chunks", "digest_file", "first_difference", "read_file", "walk"]

CHUNK = 1 << 18
"""Octets read at a time from a large file."""

_FIRST = 1 << 16
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True, kw_only=True)
class Tree:
    """What a folder holds, by path relative to it; links are told of and never followed."""

    files: list[str] = field(default_factory=list)
    """Regular files."""
    empty: list[str] = field(default_factory=list)
    """Folders with nothing in them, without a trailing slash."""
    folders: set[str] = field(default_factory=set)
    odd: dict[str, str] = field(default_factory=dict)
    """Whatever is neither file nor folder, with what it is: ``a symbolic link``, ``a pipe``…"""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Folders that could not be listed, with the reason."""


def walk(root: str) -> Tree:
    """Return everything below ``root``, sorted bytewise within each kind."""
    tree = Tree()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(f"{root}/{folder}") as listing:
                entries = list(listing)
        except OSError as error:
            tree.unreadable[folder] = error.strerror or str(error)
            continue
        if folder and not entries:
            tree.empty.append(folder)
        for entry in entries:
            path = prefix + entry.name
            if entry.is_file(follow_symlinks=False):
                tree.files.append(path)
            elif entry.is_dir(follow_symlinks=False):
                tree.folders.add(path)
                waiting.append(path)
            else:
                tree.odd[path] = _kind(entry)
    tree.files.sort()
    tree.empty.sort()
    return tree


def _kind(entry: os.DirEntry[str]) -> str:
    mode = entry.stat(follow_symlinks=False).st_mode
    kinds = {stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device file")


def read_file(path: str) -> bytes:
    """Return a whole regular file; a symbolic link is refused with :class:`OSError`."""
    descriptor = os.open(path, _FLAGS)
    try:
        parts = [os.read(descriptor, _FIRST)]
        while parts[-1]:
            parts.append(os.read(descriptor, CHUNK))
    finally:
        os.close(descriptor)
    return b"".join(parts)


def digest_file(path: str, *, also_sha512: bool = False) -> tuple[str, str, int]:
    """Read a file once; return its SHA-256, its SHA-512 (empty unless asked for) and its length.

    Measured on one core: 10 KiB files at the rate of ``open``, ``read`` and SHA-256 themselves, large
    files at the speed of SHA-256. SHA-512 beside it halves both, hence only where it is needed.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        octets = os.read(descriptor, _FIRST)
        first, second, length = sha256(octets), sha512(octets if also_sha512 else b""), len(octets)
        if octets := os.read(descriptor, _FIRST):
            buffer = memoryview(bytearray(CHUNK))
            piece = memoryview(octets)
            while piece:
                first.update(piece)
                if also_sha512:
                    second.update(piece)
                length += len(piece)
                piece = buffer[: os.readv(descriptor, [buffer])]
    finally:
        os.close(descriptor)
    return first.hexdigest(), second.hexdigest() if also_sha512 else "", length


def chunks(source: Source) -> Iterator[bytes]:
    """Yield the octets of a source piece by piece and no piece empty; of files only regular ones are read, never a link."""
    if isinstance(source, bytes):
        yield from (source,) if source else ()
        return
    if not isinstance(source, Path):
        yield from filter(None, source)
        return
    descriptor = os.open(source, _FLAGS)
    try:
        while octets := os.read(descriptor, CHUNK):
            yield octets
    finally:
        os.close(descriptor)


def first_difference(one: Source, other: Source) -> int:
    """Return the first byte that differs, counted from 1 as ``cmp`` does; 0 where there is none.

    Where one source is the beginning of the other, that is the byte after its end.
    """
    ones, others = chunks(one), chunks(other)
    left, right, before = b"", b"", 0
    while True:
        left, right = left or next(ones, b""), right or next(others, b"")
        common = min(len(left), len(right))
        if left[:common] != right[:common]:
            return before + _common_prefix(left, right, common) + 1
        if not common:
            return before + 1 if left or right else 0
        left, right, before = left[common:], right[common:], before + common


def _common_prefix(left: bytes, right: bytes, length: int) -> int:
    """Return how many octets agree, knowing that they do not agree over ``length``."""
    low, high = 0, length
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if left[low:middle] == right[low:middle] else (low, middle)
    return low
