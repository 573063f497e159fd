"""Decoded messages for people: a tree of fields, each with offset, octets, name, value and meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.vocab.alert import code_text
from harness.wire.gbcs.catalogue import alert_facts
from harness.wire.gbcs.message import Cra
from harness.wire.gbcs.tree import value_text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cli.console import Console
    from harness.cli.decoded import Decoded
    from harness.vocab.canonical import Json
    from harness.wire.gbcs.content import Field
    from harness.wire.gbcs.tree import MessageTree

__all__ = ["COLUMNS", "print_decoded"]

COLUMNS = {
    "devices": "devices",
    "critical": "criticality",
    "mandated": "status",
    "wan_alert": "WAN alert",
    "han_alert": "HAN alert",
    "recipients": "recipients",
    "always_on": "no switch",
}
"""Columns of the catalogue that are shown, with what they are called."""
_WIDTH = 16
"""Octets on one line."""
_NAMES = 40


def print_decoded(one: Decoded, console: Console) -> None:
    """Print a message, or what stood in its place; where only its outer layers were read, what is wrong stands at the end."""
    where = one.given.where
    problem = "" if one.problem is None else console.style(f"{where}: not decoded: {_shown(str(one.problem))}", "bad")
    if one.tree is not None:
        console.data(console.style(f"{where}: {_title(one.tree)}, {len(one.octets)} octets", "bold"))
        _print_fields(one.octets, one.tree.fields, console)
        for body in one.opened:
            console.data(f"  decrypted from offset {body.offset:04X}, {len(body.plaintext)} octets")
            _print_fields(body.plaintext, body.fields, console, depth=1)
    else:
        console.data(problem or console.style(f"{where}: {_stands_for(one)}", "bold"))
        _print_fields(one.octets, one.block_fields, console)
    for line in _remarks(one):
        console.data(f"  {line}")
    if one.tree is not None and problem:
        console.data(problem)


def _shown(text: str) -> str:
    """Return text from a message as it can be shown: a control character might speak to the terminal."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def _title(tree: MessageTree) -> str:
    message = tree.message
    kind = Cra(message.cra).name.title()
    what = f"{kind} {code_text(message.message_code)}"
    return what if tree.alert is None else f"{what} with alert code {code_text(tree.alert.code)}"


def _stands_for(one: Decoded) -> str:
    """Say what an entry without a message is."""
    carrier = one.given.carrier
    if carrier.get("kind") == "packets":
        what = "not read" if one.given.lost else "no message"
        return f"{what}, {carrier['count']} in all: {_shown(str(carrier['reason']))}"
    if one.block is not None:
        of = f"of message {one.block.counter} from {one.block.originator}"
        return f"block {one.block.number} {of}" if one.block.data else f"acknowledgement {of}"
    return f"a DUIS message without a GBCS message: {carrier.get('message')}"


def _print_fields(octets: bytes, fields: tuple[Field, ...], console: Console, *, depth: int = 0) -> None:
    """Print a tree of fields of ``octets``."""
    for level, field in walk(fields):
        _print_field(octets, level + depth, field, console)


def _print_field(octets: bytes, depth: int, field: Field, console: Console) -> None:
    """Print offset, octets, name, value and meaning; octets that do not fit a line go on in the next.

    A field made of parts shows what stands before the first of them: its tag, length or count.
    """
    shown = octets[field.offset : field.parts[0].offset if field.parts else field.end]
    told = "  ".join(_shown(text) for text in (value_text(field), field.meaning) if text)
    name = f"{'  ' * depth}{field.name}"
    first = shown[:_WIDTH].hex().ljust(2 * _WIDTH)
    line = f"  {field.offset:04X}  {console.style(first, 'dim')}  {name:<{_NAMES}}  {told}"
    console.data(line.rstrip())
    for at in range(_WIDTH, len(shown), _WIDTH):
        console.data(f"  {field.offset + at:04X}  {console.style(shown[at : at + _WIDTH].hex(), 'dim')}")


def _remarks(one: Decoded) -> Iterator[str]:
    """Yield what is to be said beside the fields: the envelope, warnings, checks, and what the catalogue knows."""
    yield from _envelope(one.given.carrier)
    tree = one.tree
    if tree is None:
        return
    yield from (f"note: {note}" for note in (*tree.notes, *one.notes))
    yield from (f"{check.name}: {check.outcome}{', ' + check.reason if check.reason else ''}" for check in one.checks)
    if tree.alert is None:
        return
    facts = alert_facts(tree.alert.code)
    if facts is None:
        yield f"the catalogue does not list alert code {code_text(tree.alert.code)}"
        return
    yield f"catalogue: {code_text(facts.code)} {facts.name}"
    yield "  " + ", ".join(f"{called}: {facts.told(column)}" for column, called in COLUMNS.items())
    if facts.opposites:
        yield f"  opposite: {', '.join(code_text(code) for code in facts.opposites)}"
    yield f"  sources: {'; '.join(facts.sources)} (confidence {facts.confidence})"


def _envelope(carrier: Mapping[str, Json]) -> Iterator[str]:
    """Yield what a message came in, in one line; elements that nest have lines of their own."""
    if not carrier or carrier["kind"] == "packets":
        return
    yield f"{carrier['kind']}: " + ", ".join(f"{name} {_shown(str(value))}" for name, value in carrier.items() if _is_told(name, value))
    content, unrecognised = carrier.get("content"), carrier.get("unrecognised")
    if isinstance(content, list):
        yield from _elements(content, 1)
    if isinstance(unrecognised, list):
        yield from (f"note: not recognised: {_shown(str(one))}" for one in unrecognised)


def _is_told(name: str, value: Json) -> bool:
    return name != "kind" and isinstance(value, (str, int)) and value != ""


def _elements(elements: list[Json], depth: int) -> Iterator[str]:
    for element in elements:
        if isinstance(element, dict):
            yield f"{'  ' * depth}{element['name']}  {_shown(str(element['text']))}".rstrip()
            content = element["content"]
            yield from _elements(content if isinstance(content, list) else [], depth + 1)
