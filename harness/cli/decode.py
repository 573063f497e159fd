"""``smets-harness decode``: GBCS messages field by field, with what the catalogue knows of their codes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UnavailableError, UsageError, WireError
from harness.vocab.alert import code_text
from harness.wire.gbcs.catalogue import alert_facts
from harness.wire.gbcs.message import Cra
from harness.wire.gbcs.text import octets_of
from harness.wire.gbcs.tree import MessageTree, message_tree, value_text, walk

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from harness.cli.console import Console
    from harness.vocab.canonical import Json
    from harness.wire.gbcs.catalogue import AlertFacts
    from harness.wire.gbcs.content import Field

SUMMARY = "decode GBCS messages from hex or base64, field by field"
DESCRIPTION = """Decode GBCS messages: outer layers of any message, every field of any alert.

An INPUT is a message in hex or base64, a file of messages (one a line; blank lines
and lines starting with # are skipped), or - for standard input, which is
read where no INPUT is given. Payloads of commands and responses stay octets.

The exit code is 1 where a message could not be decoded, 5 where there was none."""
EXAMPLES = """examples:
  smets-harness decode DF0903...
  smets-harness decode captured.txt --json
  grep -h ^DD capture/*.hex | smets-harness decode -"""

_COLUMNS = {
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoded:
    """One message that was given, and what came of it."""

    where: str
    tree: MessageTree | None
    octets: bytes
    problem: WireError | None


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare where messages come from."""
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="a message in hex or base64, a file of them, or -")


def run(args: argparse.Namespace, console: Console) -> int:
    """Decode every message and print it; raises :class:`UnavailableError` where there was none."""
    decoded = [_decode(where, text) for where, text in _messages(args.inputs or ["-"])]
    if not decoded:
        raise UnavailableError("there is no message to decode", expected="hex or base64, one message a line")
    if console.as_json:
        console.json([_as_json(one) for one in decoded])
    else:
        for number, one in enumerate(decoded):
            if number:
                console.data("")
            _print(one, console)
    return exit_codes.DIFFERS if any(one.problem for one in decoded) else exit_codes.AS_EXPECTED


def _messages(inputs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each message given, as text, with where it stands."""
    for number, source in enumerate(inputs, 1):
        if not source.strip():
            continue
        if source == "-":
            yield from _lines("standard input", sys.stdin.read())
        elif _exists(source):
            if Path(source).is_dir():
                raise UsageError("a folder holds no messages", where=source, expected="a file of messages")
            yield from _lines(source, Path(source).read_text(encoding="utf-8", errors="replace"))
        else:
            yield f"message {number}", source


def _exists(source: str) -> bool:
    """Tell whether there is a file or folder of that name; a message may be too long to be a name at all."""
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def _lines(where: str, text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"{where}:{number}", line


def _decode(where: str, text: str) -> _Decoded:
    octets = b""
    try:
        octets = octets_of(text)
        tree = message_tree(octets)
    except WireError as error:
        return _Decoded(where=where, tree=None, octets=octets, problem=error)
    return _Decoded(where=where, tree=tree, octets=octets, problem=tree.problem)


def _print(one: _Decoded, console: Console) -> None:
    if one.tree is not None:
        console.data(console.style(f"{one.where}: {_title(one.tree)}, {len(one.octets)} octets", "bold"))
        for depth, field in walk(one.tree.fields):
            _print_field(one.octets, depth, field, console)
        for line in _remarks(one.tree):
            console.data(f"  {line}")
    if one.problem is not None:
        console.data(console.style(f"{one.where}: not decoded: {one.problem}", "bad"))


def _title(tree: MessageTree) -> str:
    message = tree.message
    kind = Cra(message.cra).name.title()
    what = f"{kind} {code_text(message.message_code)}"
    return what if tree.alert is None else f"{what} with alert code {code_text(tree.alert.code)}"


def _print_field(octets: bytes, depth: int, field: Field, console: Console) -> None:
    """Print offset, octets, name, value and meaning; octets that do not fit a line go on in the next.

    A field made of parts shows what stands before the first of them: its tag, length or count.
    """
    shown = octets[field.offset : field.parts[0].offset if field.parts else field.end]
    told = "  ".join(text for text in (value_text(field), field.meaning) if text)
    name = f"{'  ' * depth}{field.name}"
    first = shown[:_WIDTH].hex().ljust(2 * _WIDTH)
    line = f"  {field.offset:04X}  {console.style(first, 'dim')}  {name:<{_NAMES}}  {told}"
    console.data(line.rstrip())
    for at in range(_WIDTH, len(shown), _WIDTH):
        console.data(f"  {field.offset + at:04X}  {console.style(shown[at : at + _WIDTH].hex(), 'dim')}")


def _remarks(tree: MessageTree) -> Iterator[str]:
    """Yield what is to be said beside the fields: warnings, and what the catalogue knows."""
    if tree.message.cra != Cra.ALERT:
        yield "the payload of a command or response is shown as octets; this version decodes alerts"
    if tree.alert is None:
        return
    yield from (f"note: {note}" for note in tree.alert.notes)
    facts = alert_facts(tree.alert.code)
    if facts is None:
        yield f"the catalogue does not list alert code {code_text(tree.alert.code)}"
        return
    yield f"catalogue: {code_text(facts.code)} {facts.name}"
    yield "  " + ", ".join(f"{called}: {facts.told(column)}" for column, called in _COLUMNS.items())
    if facts.opposites:
        yield f"  opposite: {', '.join(code_text(code) for code in facts.opposites)}"
    yield f"  sources: {'; '.join(facts.sources)} (confidence {facts.confidence})"


def _as_json(one: _Decoded) -> Json:
    tree = one.tree
    facts = alert_facts(tree.alert.code) if tree is not None and tree.alert is not None else None
    return {
        "where": one.where,
        "octets": one.octets.hex(),
        "problem": None if one.problem is None else str(one.problem),
        "kind": None if tree is None else Cra(tree.message.cra).name.title(),
        "message-code": None if tree is None else code_text(tree.message.message_code),
        "alert-code": None if tree is None or tree.alert is None else code_text(tree.alert.code),
        "notes": [] if tree is None or tree.alert is None else list(tree.alert.notes),
        "catalogue": None if facts is None else _facts_as_json(facts),
        "fields": [] if tree is None else [_field_as_json(one.octets, field) for field in tree.fields],
    }


def _facts_as_json(facts: AlertFacts) -> Json:
    return {
        "name": facts.name,
        "columns": {column: facts.told(column) for column in _COLUMNS},
        "inferred": sorted(facts.inferred),
        "opposites": [code_text(code) for code in facts.opposites],
        "sources": list(facts.sources),
        "confidence": facts.confidence,
    }


def _field_as_json(octets: bytes, field: Field) -> Json:
    return {
        "name": field.name,
        "offset": field.offset,
        "octets": octets[field.offset : field.end].hex(),
        "value": value_text(field),
        "meaning": field.meaning,
        "fields": [_field_as_json(octets, part) for part in field.parts],
    }
