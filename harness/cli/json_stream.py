"""JSON objects out of a stream, one at a time: an array of them, or one after another, however they are laid out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.vocab.canonical import Json

__all__ = ["json_objects"]

_PIECE = 1 << 16
_LONGEST = 1 << 26
"""Characters of one object that are read at most."""
_SPACE = " \t\r\n"
_MARGIN = 32
"""An error nearer than this to the end of what was read may only mean that more is needed."""


def json_objects(stream: TextIO, name: str) -> Iterator[tuple[int, dict[str, Json]]]:
    """Yield each object with the line on which it starts; raises :class:`UsageError` where the stream is not JSON, or not of objects.

    Memory does not grow with the stream, only with its largest object.
    """
    return _Objects(stream, name).read()


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name in members if sum(name == other for other, _ in pairs) > 1)
        raise _RefusedError(f"member '{twice}' stands twice in one object")
    return members


def _refuse(word: str) -> Json:
    raise _RefusedError(f"{word} is not JSON")


class _RefusedError(Exception):
    """A value is JSON to the parser, and not to us."""


class _Objects:
    """Cuts objects out of text that arrives in pieces."""

    __slots__ = ("_at", "_decoder", "_ended", "_held", "_line", "_name", "_stream")

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._held = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._decoder = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse)

    def read(self) -> Iterator[tuple[int, dict[str, Json]]]:
        """Yield objects until the end."""
        first = self._next()
        within = first == "["
        if within:
            self._pass(1)
        count = 0
        while (mark := self._next()) and not (within and mark == "]"):
            if count and within:
                if mark != ",":
                    raise self._fault(f"found {mark!r}", "',' or ']'")
                self._pass(1)
                mark = self._next()
            if mark != "{":
                raise self._fault(f"found {mark!r}" if mark else "the input ends", "an object, '{'")
            line = self._line
            yield line, self._object()
            count += 1
        if within:
            if not mark:
                raise self._fault("the input ends", "']'")
            self._pass(1)
            if rest := self._next():
                raise self._fault(f"found {rest!r} after the array", "nothing more")

    def _next(self) -> str:
        """Pass white space; return the character that comes next, empty at the end."""
        while True:
            held = self._held
            while self._at < len(held) and held[self._at] in _SPACE:
                self._pass(1)
            if self._at < len(held) or not self._more(_PIECE):
                return self._held[self._at : self._at + 1]

    def _object(self) -> dict[str, Json]:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated string") or error.pos > len(self._held) - _MARGIN
                if not unfinished or not self._more(max(_PIECE, len(self._held) - self._at)):
                    self._pass(error.pos - self._at)
                    raise self._fault(error.msg[0].lower() + error.msg[1:], "JSON") from None
            except (_RefusedError, ValueError, RecursionError) as error:
                what = "nested too deep" if isinstance(error, RecursionError) else str(error)
                raise self._fault(f"in the object that starts here: {what}", "JSON as decode writes it") from None
            else:
                self._pass(end - self._at)
                found: dict[str, Json] = value
                return found

    def _more(self, count: int) -> bool:
        """Read on; return whether there was anything."""
        if self._ended:
            return False
        if len(self._held) - self._at > _LONGEST:
            raise self._fault(f"an object of more than {_LONGEST} characters", "one message an object")
        try:
            piece = self._stream.read(count)
        except UnicodeDecodeError as error:
            raise self._fault(f"not UTF-8: {error.reason}", "JSON in UTF-8") from None
        self._held = self._held[self._at :] + piece
        self._at = 0
        self._ended = not piece
        return bool(piece)

    def _pass(self, count: int) -> None:
        self._line += self._held.count("\n", self._at, self._at + count)
        self._at += count

    def _fault(self, what: str, expected: str) -> UsageError:
        return UsageError(what, where=f"{self._name}:{self._line}", expected=expected)
