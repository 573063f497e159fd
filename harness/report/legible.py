"""What a person reads or hears of a file that leaves the lab, passage by passage, each with its place.

Of a page that is its text, its titles and what a screen reader speaks; of XML every text and every
attribute; of JSON every string value; of anything else every line. Markup, style and names of members
are nobody's words.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from harness.vocab.canonical import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.vocab.canonical import Json

__all__ = ["Passage", "legible", "spoken_findings"]

_SPOKEN = frozenset({"aria-label", "data-label", "title", "alt"})
_INLINE = frozenset({"a", "bdi", "br", "code", "em", "small", "span", "strong"})
_UNREAD = frozenset({"style", "script"})
_SAYS = re.compile(rb'"says":"((?:[^"\\]|\\.)*)"')
_FIGURE = re.compile(rb"[\w.:-]*\d[\w.:-]*")


class Passage(NamedTuple):
    """A stretch of text, and where it stands: ``line 12``, ``.arms[0].name``, or a tag with its line."""

    where: str
    text: str


def legible(path: str, octets: bytes) -> Iterator[Passage]:
    """Yield what is read of a file, by the ending of its name; octets that are not UTF-8 are shown as U+FFFD.

    Raises :class:`BundleError` where JSON is not canonical.
    """
    if path.endswith(".html"):
        yield from _Marked(octets.decode(errors="replace"), spoken=_SPOKEN).passages
    elif path.endswith(".xml"):
        yield from _Marked(octets.decode(errors="replace"), spoken=None).passages
    elif path.endswith(".json"):
        yield from _of_json(parse(octets, where=path), "")
    elif path.endswith(".jsonl"):
        for number, record in enumerate(octets.splitlines(keepends=True), 1):
            yield from _of_json(parse(record, where=f"{path}:{number}"), f"line {number} ")
    else:
        for number, line in enumerate(octets.decode(errors="replace").splitlines(), 1):
            yield Passage(f"line {number}", line)


def spoken_findings(octets: bytes) -> frozenset[str]:
    """Return the distinct sentences of whole lines of ``findings.jsonl``, each figure in them as ``#``.

    A busy log has millions of findings and a handful of sentences; no figure is a banned word.
    """
    distinct = {_FIGURE.sub(b"#", found) for found in _SAYS.findall(octets)}
    return frozenset(sentence.decode(errors="replace") for sentence in distinct)


class _Marked(HTMLParser):
    """Gathers the passages of a page or of XML: what stands between two tags of blocks is one passage.

    ``spoken`` are the attributes that are read out; ``None`` takes every one.
    """

    def __init__(self, source: str, *, spoken: frozenset[str] | None) -> None:
        super().__init__(convert_charrefs=True)
        self._spoken = spoken
        self.passages: list[Passage] = []
        self._open: list[str] = []
        self._words: list[str] = []
        self._line = 1
        self.feed(source)
        self.close()
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._end()
        if tag not in {"meta", "br", "hr", "col"}:
            self._open.append(tag)
        where = f"line {self.getpos()[0]}"
        heard = (one for one in attrs if self._spoken is None or one[0] in self._spoken)
        self.passages += [Passage(f"{where}, {name}", value) for name, value in heard if value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self._end()
        if tag in self._open:
            while self._open.pop() != tag:
                continue

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in _UNREAD:
            return
        if not self._words:
            self._line = self.getpos()[0]
        self._words.append(data)

    def _end(self) -> None:
        text = " ".join("".join(self._words).split())
        self._words.clear()
        if text:
            self.passages.append(Passage(f"line {self._line}", text))


def _of_json(value: Json, where: str) -> Iterator[Passage]:
    if isinstance(value, str):
        yield Passage(where or "as a whole", value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _of_json(inner, f"{where}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _of_json(inner, f"{where}[{place}]")
