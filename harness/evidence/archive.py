r"""One file to send: a bundle as an uncompressed ustar archive, the same bytes that GNU tar writes.

Nothing in it depends on when, where or by whom it was written: files only, sorted, of owner 0, of instant 0.
The same with GNU tar, in the bundle's folder::

    find * -type f | LC_ALL=C sort | tar -cf ../bundle.tar --format=ustar --no-recursion --numeric-owner \
      --owner=0 --group=0 --mode=0644 --mtime=@0 -T -
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from harness.errors import BundleError
from harness.evidence.files import chunks, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["archive"]

_BLOCK, _RECORD = 512, 20 * 512
_NAME, _PREFIX = 100, 155


def archive(directory: Path) -> Iterator[bytes]:
    """Yield the archive of a bundle's folder piece by piece, names relative to the folder.

    Raises :class:`BundleError` for a name or size that ustar cannot hold, a link, or a file that changes
    its length meanwhile, and :class:`OSError` where a file cannot be read.
    """
    tree = walk(os.fspath(directory))
    for path in (*tree.odd, *tree.unreadable):
        raise BundleError("is no regular file that can be read", where=path)
    written = 0
    for path in tree.files:
        size = (directory / path).lstat().st_size
        yield _header(path, size)
        left = size
        for piece in chunks(directory / path):
            left -= len(piece)
            yield piece
        if left:
            raise BundleError("changed its length while it was read", where=path)
        padding = -size % _BLOCK
        yield bytes(padding)
        written += _BLOCK + size + padding
    yield bytes(2 * _BLOCK + -(written + 2 * _BLOCK) % _RECORD)


def _header(path: str, size: int) -> bytes:
    """Return the header block of one file, as POSIX.1-1988 has it."""
    prefix, name = _split(path.encode())
    if len(name) > _NAME or len(prefix) > _PREFIX or size >= 1 << 33:
        raise BundleError("does not fit into an archive", where=path, expected="a shorter name, and less than 8 GiB")
    before = name.ljust(_NAME, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"%011o\0" % 0
    after = b"0" + bytes(_NAME) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + prefix.ljust(_PREFIX, b"\0") + bytes(12)
    return before + b"%06o\0 " % sum(before + b" " * 8 + after) + after


def _split(path: bytes) -> tuple[bytes, bytes]:
    """Return prefix and name; a path that fits is all name."""
    if len(path) <= _NAME:
        return b"", path
    at = path.rfind(b"/", 0, _PREFIX + 1)
    return path[: max(at, 0)], path[at + 1 :]
