"""A stream of XML to DUIS messages as trees: one document or many, in flat memory, never trusting what it reads.

A log may be a document with many messages inside elements of its own, documents one after another, or one message a line.
Where a document ends, the next begins at the octet that follows. Where one is damaged, the octets from the damaged message's
start on are searched for the next message, so that one that was swallowed by the damage of another is found again; the
elements around it are opened anew, because the declaration of its namespace may stand there.

The octets ``<!DOCTYPE`` reach no parser, not even inside a comment: what they begin is refused with the message after it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple
from xml.parsers import expat

from harness.wire.duis.errors import DuisError
from harness.wire.duis.pieces import PIECE, pieces_of
from harness.wire.duis.trees import OtherEncodingError, RefusedError, Trees
from harness.wire.duis.values import NAMESPACE, DuisProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.wire.duis.trees import Node

__all__ = ["MAX_SIZE", "Message", "messages_in"]

MAX_SIZE: Final = 1 << 20
"""Octets of one message, and of one comment or tag outside of messages."""

_PATIENCE: Final = 1 << 24
"""What may be gone back over beyond once the stream, in octets; after that, what damage swallowed is lost with it."""
_DOCTYPE: Final = b"<!DOCTYPE"
_BLANK: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*")

_PREFIX: Final = rb"(?:[^\s<>/=:\"']{1,64}:)?"
_BEGIN: Final = re.compile(rb"<\?xml\s|<%bResponse[\s/>]|(?<=\n)<%bRequest[\s/>]" % (_PREFIX, _PREFIX))
"""Where a message may begin; a request at a line's start only, because there are responses that hold an element of that name."""
_END: Final = re.compile(rb"</%bResponse\s*>|<\?xml\s" % _PREFIX)
"""Where a message is over."""
_OVERLAP: Final = 128
"""More octets than what either of the two finds has, white space at its end apart."""

_TOO_LONG: Final = (f"more than {MAX_SIZE} octets", "a message, comment or tag of at most that many")
_MISPLACED: Final = expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]
_INVALID: Final = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_BROKEN_OFF: Final = frozenset(
    expat.errors.codes[text]
    for text in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN, expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION)
)


class Message(NamedTuple):
    """A message as it stands in the stream."""

    root: Node
    signed: bool
    simulated: bool
    octets: bytes
    """All of it but the closing tag."""
    line: int
    column: int

    def position(self, node: Node) -> tuple[int, int]:
        """Return line and column of an element of the message."""
        at = node.at - self.root.at
        breaks = self.octets.count(b"\n", 0, at)
        if not breaks:
            return self.line, self.column + at
        return self.line + breaks, at - self.octets.rfind(b"\n", 0, at)


def messages_in(stream: BinaryIO) -> Iterator[Message | DuisProblem]:
    """Yield every message of a stream, and every part of it that is none."""
    documents = _Documents()
    for piece in pieces_of(stream):
        yield from documents.feed(piece)
    yield from documents.close()


def _problem(damaged: tuple[int, int], found: tuple[int, int], what: str, expected: str) -> DuisProblem:
    """Return a problem of what begins in one place, found in another."""
    return DuisProblem(error=DuisError(what, line=found[0], column=found[1], expected=expected), line=damaged[0], column=damaged[1])


class _Documents:
    """Where reading stands: the octets that may be gone back to, and the document they are of.

    Offsets count octets from the start of the stream.
    """

    __slots__ = (
        "_base",
        "_clear",
        "_encoding",
        "_fed",
        "_mark",
        "_place",
        "_ready",
        "_rewound",
        "_seeking",
        "_shown",
        "_start",
        "_trees",
        "_window",
    )

    def __init__(self) -> None:
        self._window = b""
        self._base = 0
        """Offset of the window's first octet."""
        self._mark = (0, 1, 0)
        """An offset, its line, and the offset of that line's first octet: what positions are counted from."""
        self._seeking: re.Pattern[bytes] | None = None
        """What is looked for after damage; ``None`` while a document is read."""
        self._clear = 0
        """Up to where no document type declaration stands in what is still to be read."""
        self._rewound = 0
        """Octets that were gone back over, so far, to find messages that were swallowed by the damage of others."""
        self._ready: list[Message | DuisProblem] = []
        self._trees = Trees()
        self._encoding = "UTF-8"
        self._shown = False
        """Whether a message or a problem of the document was seen."""
        self._begin(0)

    def feed(self, piece: bytes) -> list[Message | DuisProblem]:
        """Take the next octets; return what is complete."""
        self._window += piece
        while self._found() and not self._read():
            pass
        oldest = self._oldest()
        self._mark = (oldest, *self._line(oldest))
        self._window = self._window[oldest - self._base :]
        self._base = oldest
        return self._taken()

    def close(self) -> list[Message | DuisProblem]:
        """Return what the end of the stream shows."""
        while self._found() and not (self._read() and self._finish()):
            pass
        return self._taken()

    def _taken(self) -> list[Message | DuisProblem]:
        ready, self._ready = self._ready, []
        return ready

    def _open(self, at: int, encoding: str = "UTF-8", wrappers: tuple[bytes, ...] = ()) -> None:
        """Go on at an offset, in a document that begins there or inside elements with these opening tags."""
        self._begin(at)
        self._encoding = encoding
        self._shown = bool(wrappers)
        self._trees.leave()
        self._trees = Trees(encoding, wrappers)

    def _begin(self, at: int) -> None:
        self._start = self._fed = at
        self._mark = (at, *self._line(at))
        self._place = self._mark[1], at - self._mark[2] + 1
        """Line and column of the document's first octet."""

    def _skip(self) -> None:
        """Leave out white space before the document."""
        blank = _BLANK.match(self._window, self._start - self._base)
        if blank and blank.end() > blank.start():
            self._begin(self._base + blank.end())

    def _read(self) -> bool:
        """Read what there is; tell whether all of it was, and the document goes on."""
        if self._fed == self._start:
            self._skip()
        end = self._base + len(self._window)
        since = max(self._base, self._start, self._clear - len(_DOCTYPE))
        at = self._window.find(_DOCTYPE, since - self._base) if self._clear < end else -1
        if at < 0:
            self._clear = end
            return self._parse(end)
        doctype = self._base + at
        if doctype <= self._fed or self._parse(doctype):
            expected = "none: no entity is declared here, and nothing outside the log is fetched"
            self._refuse(doctype, "a document type declaration", expected, sought=_BEGIN if self._trees.rooted else _END)
        return False

    def _parse(self, end: int, *, final: bool = False) -> bool:
        """Hand the parser what it has not had, up to an offset; tell whether it took it."""
        trees = self._trees
        try:
            trees.parse(self._window[self._fed - self._base : end - self._base], final=final)
        except RefusedError as refused:
            self._collect()
            self._refuse(self._start + refused.at, refused.what, refused.expected, sought=_BEGIN if trees.rooted else _END)
        except OtherEncodingError as other:
            self._open(self._start, str(other))
        except expat.ExpatError as error:
            self._collect()
            self._ill_formed(error.code)
        else:
            self._collect()
            self._fed = end
            oldest = self._oldest()
            if end - oldest <= MAX_SIZE:
                return True
            self._refuse(oldest, *_TOO_LONG)
        return False

    def _collect(self) -> None:
        """Take the messages that are complete, with their places."""
        for root, begin, end, signed, simulated in self._trees.complete:
            at = self._start + begin
            self._mark = (at, *self._line(at))
            line, column = self._mark[1], at - self._mark[2] + 1
            if end - begin > MAX_SIZE:
                self._ready.append(_problem((line, column), (line, column), *_TOO_LONG))
            else:
                octets = self._window[at - self._base : self._start + end - self._base]
                self._ready.append(Message(root, signed, simulated, octets, line, column))
            self._shown = True
        self._trees.complete.clear()

    def _finish(self) -> bool:
        """Tell the parser that the stream is over; tell whether the document was, too."""
        if self._fed == self._start:
            return True
        if not self._parse(self._fed, final=True):
            return False
        self._over()
        return True

    def _over(self) -> None:
        if not self._shown:
            expected = f"an element Response of {NAMESPACE}"
            self._ready.append(_problem(self._place, self._place, "a document without a DUIS message", expected))

    def _oldest(self) -> int:
        """Return the offset of the first octet that may still be gone back to."""
        if self._seeking is not None:
            return self._fed
        begin = self._trees.begin
        return self._start + (self._trees.at if begin is None else begin)

    def _ill_formed(self, code: int) -> None:
        """Go on after an error of the parser: with a new document where the last was over, else with the next message."""
        at = self._start + self._trees.error_at
        if self._trees.over:
            self._over()
            self._open(at)
            return
        expected = "the rest of the message" if code in _BROKEN_OFF else "well-formed XML"
        again = at if code in (_INVALID, _MISPLACED) else at + 1
        self._refuse(at, f"not well-formed: {expat.ErrorString(code)}", expected, again=again)

    def _refuse(self, at: int, what: str, expected: str, *, again: int = 0, sought: re.Pattern[bytes] = _BEGIN) -> None:
        """Give up on what is being read, and look for the next message, at the earliest at ``again``."""
        trees, found = self._trees, self._position(at)
        if trees.begin is None:
            damaged = found if trees.wrappers else self._place
            self._fed = max(self._start + 1, again or at + 1)
        else:
            damaged = self._position(self._start + trees.begin)
            self._fed = self._start + trees.begin + 1
        self._ready.append(_problem(damaged, found, what, expected))
        self._shown = True
        self._seeking = sought
        end = self._base + len(self._window)
        if end - self._fed > 2 * PIECE:
            self._rewound += end - self._fed
            if self._rewound > end + _PATIENCE:
                self._fed = end

    def _found(self) -> bool:
        """Look for the next message where one was damaged; tell whether there is a document to read."""
        while self._seeking is not None:
            found = self._seeking.search(self._window, self._fed - self._base)
            if found is None:
                self._fed = max(self._fed, self._base + len(self._window) - _OVERLAP)
                return False
            at = self._base + found.start()
            if found[0].startswith(b"<?xml"):
                self._seeking = None
                self._open(at)
            elif self._seeking is _END:
                self._seeking, self._fed = _BEGIN, self._base + found.end()
            else:
                self._seeking = None
                self._open(at, self._encoding, tuple(self._trees.wrappers))
        return True

    def _position(self, at: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        line, first = self._line(at)
        return line, at - first + 1

    def _line(self, at: int) -> tuple[int, int]:
        """Return the line of an offset, and the offset of that line's first octet."""
        mark, line, first = self._mark
        begin, end = mark - self._base, at - self._base
        breaks = self._window.count(b"\n", begin, end)
        if not breaks:
            return line, first
        return line + breaks, self._base + self._window.rfind(b"\n", begin, end) + 1
