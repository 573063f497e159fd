"""Searching files for what must not leave the lab, before they do.

A file is read in pieces that overlap. Of each piece every *view* is searched (:mod:`harness.evidence.leak_forms`),
then whatever hexadecimal, base64, escapes or wide characters in it decode to, a few levels deep. A finding says
where and what, and never the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.evidence.leak_forms import SEPARATORS, View, folded, needles
from harness.evidence.leak_layers import (
    SPACE,
    Joined,
    Layer,
    Undeleted,
    dumps_in,
    escapes_in,
    has_escapes,
    packed,
    pieces,
    prose_and_hex,
    unpacked,
    wide_characters,
)
from harness.evidence.leak_patterns import identifying_messages, identifying_octets, identifying_text, is_pseudonym
from harness.evidence.leak_words import Needles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.evidence.files import Source
    from harness.evidence.leak_forms import Needle, Secret
    from harness.evidence.leak_layers import Decoded, Origin

__all__ = ["Leak", "LeakScan"]

_DEEPEST: Final = 4
"""How many wrappings are taken off one after another."""
_TEXT = re.compile(rb"[\t -~]{8,}")
_PATTERN: Final = "pattern"
_BESIDE = re.compile(rb"[0-9A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Leak:
    """Something in a file that must not leave the lab."""

    file: str
    offset: int
    """Where it begins, or where the text that decodes to it does."""
    form: str
    """How it is written, outermost first, such as ``base64 > hexadecimal``; ``pattern`` where no list was needed."""
    kind: str

    def __str__(self) -> str:
        """Tell of it without telling it."""
        return f"{self.file}: {self.kind} at offset {self.offset} ({self.form})"


class LeakScan:
    """A search for a list of secrets, and for whatever identifies somebody by its form."""

    __slots__ = ("_pseudonym", "_views")

    def __init__(self, secrets: Iterable[Secret] = (), *, pseudonym: Callable[[str], bool] = is_pseudonym) -> None:
        """Look for these, and for EUI-64s that are no ``pseudonym``."""
        self._views = {view: Needles() for view in View}
        self._pseudonym = pseudonym
        for secret in secrets:
            for needle in needles(secret):
                self._views[needle.view].add(needle)

    def file(self, name: str, source: Source, *, known: frozenset[str] = frozenset()) -> tuple[Leak, ...]:
        """Return what must not leave the lab in a file: the first of each kind and form, sorted by offset.

        Kinds that are ``known`` to belong there are passed over. The file is never held whole.
        """
        found = _Found(name, known)
        is_json = name.endswith((".json", ".jsonl"))
        for start, piece in pieces(source):
            self._layer(Layer(octets=piece, origin=start.__add__, is_json=is_json), found)
        return tuple(sorted(found.leaks.values()))

    def _layer(self, layer: Layer, found: _Found) -> None:
        """Search one layer and what it decodes to."""
        prose, hidden = prose_and_hex(layer.octets)
        folded_long = self._views[View.FOLDED].long(folded(layer.octets))
        found.listed(layer, folded_long, SEPARATORS)
        found.by_form(layer, identifying_messages(layer.octets, self._pseudonym), layer.origin)
        inner = Layer(octets=prose.octets, origin=lambda at: layer.origin(prose.origin(at)), through=layer.through, is_json=layer.is_json)
        self._short(inner, found)
        self._by_form(inner, found)
        if not layer.octets.isascii():
            self._octets(layer, found)
        alphabet = packed(inner.octets)
        view = self._views[View.BASE64]
        for needles_found in (view.long(alphabet), view.short(alphabet)):
            found.listed(inner, needles_found, SPACE)
        if len(layer.through) < _DEEPEST:
            self._decoded(layer, hidden, "hexadecimal", found)
            self._unwrapped(layer, inner, found)

    def _short(self, layer: Layer, found: _Found) -> None:
        """Search for short values that are written as text."""
        found.listed(layer, self._views[View.FOLDED].short(folded(layer.octets)), SEPARATORS)
        found.listed(layer, self._views[View.RAW].short(layer.octets), b"")

    def _octets(self, layer: Layer, found: _Found) -> None:
        """Search for what is there as octets: values on the list, certificates, keys."""
        found.listed(layer, self._views[View.RAW].long(layer.octets), b"")
        found.listed(layer, self._views[View.RAW].short(layer.octets), b"")
        found.by_form(layer, identifying_octets(layer.octets), layer.origin)

    def _by_form(self, layer: Layer, found: _Found) -> None:
        """Search for what identifies somebody by its form; in what was decoded only where text stands side by side."""
        text, origin = layer.octets, layer.origin
        if layer.through:
            legibly = Joined(exact=True)
            for match in _TEXT.finditer(text):
                legibly.add(match[0], match.start())
            text, origin = legibly.octets, lambda at: layer.origin(legibly.origin(at))
        found.by_form(layer, identifying_text(text, pseudonym=self._pseudonym, is_json=layer.is_json), origin)

    def _unwrapped(self, layer: Layer, prose: Layer, found: _Found) -> None:
        """Search hexadecimal dumps, base64, escapes and wide characters."""
        self._decoded(prose, dumps_in(prose.octets), "hexadecimal", found)
        self._decoded(prose, unpacked(prose.octets), "base64", found)
        if has_escapes(prose.octets):
            plain = escapes_in(layer.octets)
            self._layer(layer.within(plain.octets, plain.origin, "escaped"), found)
        narrow = wide_characters(layer.octets)
        if narrow:
            self._layer(layer.within(narrow, Undeleted(layer.octets, b"\0").origin, "wide characters"), found)

    def _decoded(self, layer: Layer, decoded: Decoded, form: str, found: _Found) -> None:
        """Search what was decoded; where it holds no text, that is little and soon done."""
        if text := decoded.text.octets:
            self._layer(layer.within(text, decoded.text.origin, form), found)
        if octets := decoded.octets.octets:
            inner = layer.within(octets, decoded.octets.origin, form)
            self._short(inner, found)
            self._octets(inner, found)


class _Found:
    """What was found in a file so far: the first of each kind and form."""

    __slots__ = ("_known", "_name", "leaks")

    def __init__(self, name: str, known: frozenset[str]) -> None:
        self._name, self._known = name, known
        self.leaks: dict[tuple[str, str], Leak] = {}

    def listed(self, layer: Layer, hits: Iterable[tuple[int, Needle]], deleted: bytes) -> None:
        """Take note of needles in a view of a layer from which some octets were deleted."""
        origin = Undeleted(layer.octets, deleted).origin
        for at, needle in hits:
            form = layer.form(needle.form)
            if (form, needle.kind) in self.leaks:
                continue
            start = origin(at)
            if not needle.is_word or _alone(layer.octets, start, origin(at + len(needle.octets) - 1)):
                self._enter(form, needle.kind, layer.origin(start))

    def by_form(self, layer: Layer, hits: Iterable[tuple[str, int]], origin: Origin) -> None:
        """Take note of what no list was needed for."""
        for kind, at in hits:
            if (layer.form(_PATTERN), kind) not in self.leaks:
                self._enter(layer.form(_PATTERN), kind, origin(at))

    def _enter(self, form: str, kind: str, offset: int) -> None:
        if kind not in self._known:
            self.leaks[form, kind] = Leak(file=self._name, offset=offset, form=form, kind=kind)


def _alone(octets: bytes, first: int, last: int) -> bool:
    """Tell whether neither a letter nor a digit stands beside some octets."""
    return not _BESIDE.match(octets[max(first - 1, 0) : first]) and not _BESIDE.match(octets, last + 1)
