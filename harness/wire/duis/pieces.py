"""A stream in pieces of UTF-8: UTF-16 is turned into it, every other encoding is left to the parser."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PIECE", "pieces_of"]

PIECE: Final = 1 << 14
"""Octets read at a time; few, because what is left of them at a document's end is handed to the next one's parser."""

_UTF_16: Final = re.compile(rb"\xff\xfe|\xfe\xff|(?P<little><\0[^\0]\0)|(?P<big>\0<\0[^\0])")
"""How a stream of UTF-16 starts: with a byte order mark, or with a tag."""


def pieces_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the octets of a stream; what stands for no character is left in them, for the parser to refuse."""
    piece = stream.read(PIECE)
    while 0 < len(piece) < 4 and (more := stream.read(PIECE)):
        piece += more
    marked = _UTF_16.match(piece)
    if marked is None:
        while piece:
            yield piece
            piece = stream.read(PIECE)
        return
    decoder = getincrementaldecoder({"little": "utf-16-le", "big": "utf-16-be"}.get(marked.lastgroup or "", "utf-16"))("surrogatepass")
    while piece:
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
        piece = stream.read(PIECE)
    yield decoder.getstate()[0]
