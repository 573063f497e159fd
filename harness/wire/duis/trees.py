"""One XML document to the messages in it, as trees, within bounds.

Expat does the parsing. It is told its encoding, so that it does not choose one itself, and it never sees a document type
declaration (:mod:`harness.wire.duis.documents` holds them back), so that no entity is ever declared, expanded or fetched.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from xml.parsers import expat

from harness.wire.duis.values import NAMESPACE, SIMULATED

__all__ = [
    "MAX_AROUND",
    "MAX_ATTRIBUTE",
    "MAX_ATTRIBUTES",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "Node",
    "OtherEncodingError",
    "RefusedError",
    "Tree",
    "Trees",
]

MAX_DEPTH: Final = 32
"""Elements inside one another: around messages, and again in a message; its signature is skipped, and bounded by its size."""
MAX_AROUND: Final = 1 << 14
"""Octets of the opening tags around a message, taken together."""
MAX_ELEMENTS: Final = 1 << 14
"""In one message."""
MAX_ATTRIBUTES: Final = 32
"""Of one element."""
MAX_ATTRIBUTE: Final = 4096
"""Characters of one attribute's name and value."""

_MESSAGES: Final = frozenset({f"{NAMESPACE}}}Response", f"{NAMESPACE}}}Request", "Response", "Request"})
_SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#}Signature"
_SPECIAL: Final = frozenset({f"{NAMESPACE}}}Response", "Response", _SIGNATURE})
_UNICODE: Final = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE")
"""All of them come as UTF-8, whatever the declaration still says."""
_EIGHT_BITS: Final = ("US-ASCII", "ISO-8859-1", "WINDOWS-1252")
_TAG: Final = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


class Node(NamedTuple):
    """An element as it is read; names have their namespace in front, parted by ``}``."""

    name: str
    attributes: dict[str, str]
    at: int
    """Octets from the start of the document."""
    texts: list[str]
    children: list[Node]


_new: Final = tuple.__new__
"""Makes a node in two thirds of the time that ``Node(...)`` takes."""


class Tree(NamedTuple):
    """One message: its root, and how many octets stand in the document before its opening and its closing tag."""

    root: Node
    begin: int
    end: int
    signed: bool
    """Whether it had an XML signature, which is skipped."""
    simulated: bool
    """Whether it had the processing instruction that says so."""


class RefusedError(Exception):
    """What the document asks for is not done; ``at`` counts octets from its start."""

    def __init__(self, at: int, what: str, expected: str) -> None:
        super().__init__(what)
        self.at = at
        self.what = what
        self.expected = expected


class OtherEncodingError(Exception):
    """The document declares an encoding, which is the error's text, other than the one it is read in."""


class Trees:
    """A document while it is read: hand it octets, take the trees that are complete."""

    __slots__ = (
        "_before",
        "_elements",
        "_encoding",
        "_parser",
        "_signed",
        "_simulated",
        "_skipped",
        "_stack",
        "begin",
        "complete",
        "rooted",
        "wrappers",
    )

    def __init__(self, encoding: str = "UTF-8", wrappers: tuple[bytes, ...] = ()) -> None:
        """Read a document from its start, or go on in the midst of one, inside elements with these opening tags."""
        self.complete: list[Tree] = []
        self.wrappers = list(wrappers)
        """The opening tags around messages, as they were written."""
        self.rooted = bool(wrappers)
        """Whether the document's first element was seen."""
        self.begin: int | None = None
        """Where the message that is being read begins; ``None`` between messages."""
        self._encoding = encoding
        self._before = sum(map(len, wrappers))
        self._stack: list[Node] = []
        self._elements = 0
        """In this message, so far."""
        self._signed = False
        """Whether this message has a signature."""
        self._simulated = False
        self._skipped = 0
        """Elements of the signature that are open."""
        self._parser = parser = expat.ParserCreate(encoding, "}")
        parser.buffer_text = True
        for tag in wrappers:
            parser.Parse(tag, False)
        parser.XmlDeclHandler = self._declared
        parser.StartCdataSectionHandler = self._marked
        parser.ProcessingInstructionHandler = self._instructed
        self._listen()

    @property
    def at(self) -> int:
        """How far the document was understood: where the tag, comment or text begins that is not yet complete."""
        return max(0, self._parser.CurrentByteIndex - self._before)

    @property
    def error_at(self) -> int:
        """Where the document is not well-formed."""
        return max(0, self._parser.ErrorByteIndex - self._before)

    @property
    def over(self) -> bool:
        """Whether the document's first element was closed."""
        return self.rooted and not self._stack and not self.wrappers

    def parse(self, octets: bytes, *, final: bool) -> None:
        """Take the next octets.

        Raises :class:`RefusedError`, :class:`OtherEncodingError`, and :class:`xml.parsers.expat.ExpatError` where the
        document is not well-formed; it cannot be gone on with then.
        """
        self._parser.Parse(octets, final)

    def leave(self) -> None:
        """Be done with the document: parser and trees hold each other, and this lets go of the parser at once."""
        del self._parser

    def _listen(self) -> None:
        parser = self._parser
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._text

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        name = (encoding or "UTF-8").upper()
        if name in _UNICODE or name == self._encoding:
            return
        if name not in _EIGHT_BITS:
            raise self._refused(f"encoding '{encoding}'", ", ".join((*_UNICODE, *_EIGHT_BITS)))
        raise OtherEncodingError(name)

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            self._check(attributes)
        stack = self._stack
        if not stack:
            self._begun(name, attributes)
            return
        self._elements = elements = self._elements + 1
        if elements > MAX_ELEMENTS:
            raise self._refused("too many elements in one message", f"at most {MAX_ELEMENTS}")
        if len(stack) >= MAX_DEPTH:
            raise self._too_deep()
        if name in _SPECIAL and self._special(name):
            return
        node = _new(Node, (name, attributes, self._parser.CurrentByteIndex - self._before, [], []))
        stack[-1].children.append(node)
        stack.append(node)

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        """Take the first element of a message, or one around messages."""
        self.rooted = True
        if name in _MESSAGES:
            self.begin = self.at
            self._elements = 1
            self._signed = self._simulated = False
            self._stack.append(Node(name, attributes, self.begin, [], []))
            return
        if len(self.wrappers) >= MAX_DEPTH:
            raise self._too_deep()
        found = _TAG.match(self._parser.GetInputContext() or b"")
        self.wrappers.append(found[0] if found else b"")
        if sum(map(len, self.wrappers)) > MAX_AROUND:
            raise self._refused("too long tags around messages", f"at most {MAX_AROUND} octets of them")

    def _special(self, name: str) -> bool:
        """Refuse a message inside another; tell whether the element is the message's signature, which is skipped."""
        if name != _SIGNATURE:
            raise self._refused("a message begins inside another", "the rest of the first")
        if len(self._stack) > 1:
            return False
        self._signed = True
        self._skipped = 1
        parser = self._parser
        parser.StartElementHandler = self._opened_skipped
        parser.EndElementHandler = self._closed_skipped
        parser.CharacterDataHandler = None
        return True

    def _closed(self, _name: str) -> None:
        stack = self._stack
        if not stack:
            self.wrappers.pop()
            return
        node = stack.pop()
        if not stack:
            self.complete.append(Tree(node, node.at, self.at, self._signed, self._simulated))
            self.begin = None

    def _text(self, text: str) -> None:
        if self._stack:
            self._stack[-1].texts.append(text)

    def _marked(self) -> None:
        """Refuse a CDATA section outside a message: the message that it may hold is found as one that damage swallowed."""
        if not self._stack:
            raise self._refused("a CDATA section outside any message", "messages that are elements")

    def _instructed(self, target: str, _text: str) -> None:
        self._simulated = self._simulated or target == SIMULATED

    def _opened_skipped(self, _name: str, _attributes: dict[str, str]) -> None:
        self._skipped += 1

    def _closed_skipped(self, _name: str) -> None:
        self._skipped -= 1
        if not self._skipped:
            self._listen()

    def _check(self, attributes: dict[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            raise self._refused(f"{len(attributes)} attributes of one element", f"at most {MAX_ATTRIBUTES}")
        for name, value in attributes.items():
            if len(name) + len(value) > MAX_ATTRIBUTE:
                raise self._refused("an attribute that is too long", f"at most {MAX_ATTRIBUTE} characters")

    def _too_deep(self) -> RefusedError:
        return self._refused("elements nested too deep", f"at most {MAX_DEPTH}")

    def _refused(self, what: str, expected: str) -> RefusedError:
        return RefusedError(self.at, what, expected)
