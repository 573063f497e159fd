"""``smets-harness encode``: GBCS messages from the JSON that ``decode --json`` writes."""

from __future__ import annotations

import sys
from base64 import b64encode
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.json_stream import json_objects
from harness.cli.key_option import add_key_options, chosen_keys
from harness.errors import UnavailableError, UsageError
from harness.wire.gbcs.document import message_from
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.json_place import DocumentError, Place
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import decode_payload

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager
    from typing import TextIO

    from harness.cli.console import Console
    from harness.cli.key_option import Keys
    from harness.vocab.canonical import Json

SUMMARY = "encode GBCS messages from the JSON that decode writes"
DESCRIPTION = """Encode GBCS messages: from the JSON of 'decode --json', changed or not, back to
octets, one message a line.

Of every object only the member "message" is read; an object may also be such a
message itself. FILE is an array of them, or one after another; - or nothing is
standard input.

Signatures and MACs are written as they stand in the JSON, so that what was not
changed comes out as it went in. With --protect, whatever has a signature or MAC
gets a new one, with the private keys of --keys; signatures are deterministic.

The exit code is 4 where a message could not be encoded (the others are), 5 where
there was none."""
EXAMPLES = """examples:
  smets-harness decode captured.txt --json | smets-harness encode
  smets-harness encode changed.json --form base64
  smets-harness encode changed.json --keys test-keys --protect"""

_FORMS = ("hex", "base64")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare where the JSON comes from, and in which form octets are written."""
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="JSON of messages, or - (default)")
    parser.add_argument("--form", choices=_FORMS, default="hex", help="how octets are written (default: hex)")
    add_key_options(parser, "certificates and private keys, for --protect")
    parser.add_argument("--protect", action="store_true", help="make new signatures and MACs with the private keys of --keys")


def run(args: argparse.Namespace, console: Console) -> int:
    """Encode every message; one that cannot be is told on standard error, with the path of what is wrong."""
    keys = chosen_keys(args, console)
    if args.protect and keys is None:
        raise UsageError("--protect without --keys", expected="a folder of private keys")
    if keys is not None and not args.protect:
        raise UsageError("--keys without --protect", expected="both, or neither")
    name = "standard input" if args.file == "-" else args.file
    writer = _Writer(console, args.form)
    failed = 0
    with _opened(args.file) as stream, writer:
        for line, entry in json_objects(stream, name):
            try:
                octets = _encoded(entry, keys)
            except UsageError as error:
                failed += 1
                console.talk(f"error: {name}:{line}: {error}")
                continue
            if octets is None:
                console.talk(f"note: {name}:{line}: {entry.get('where')} holds no message")
            else:
                writer.write(octets)
    if not writer.count and not failed:
        raise UnavailableError("there is no message to encode", where=name, expected="JSON as 'smets-harness decode --json' writes it")
    return exit_codes.USAGE if failed else exit_codes.AS_EXPECTED


def _opened(file: str) -> AbstractContextManager[TextIO]:
    if file == "-":
        return TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig")
    if not Path(file).is_file():
        raise UsageError("no such file", where=file, expected="a file of JSON, or -")
    return Path(file).open(encoding="utf-8-sig")


def _encoded(entry: dict[str, Json], keys: Keys | None) -> bytes | None:
    """Return the octets of one entry, ``None`` where it stands for no message; raises :class:`UsageError`."""
    if "message" not in entry and "payload" in entry:
        place = Place(entry)
    elif "message" not in entry:
        raise DocumentError("$", "member 'message' is missing", expected="an object of 'decode --json', or its 'message'")
    elif entry["message"] is None:
        if entry.get("problem") is None:
            return None
        raise DocumentError("$.message", "this message was not decoded", expected="one that was")
    else:
        place = Place(entry["message"], "$.message")
    message = message_from(place)
    if keys is not None:
        from harness.cli.protecting import protected

        message = protected(message, keys, place.path)
    octets = message.encode()
    _check(octets, place)
    return octets


def _check(octets: bytes, place: Place) -> None:
    """Insist that what was encoded can be decoded; a payload given as octets may be whatever it is."""
    payload = place.value["payload"] if isinstance(place.value, dict) else None
    try:
        message = decode_message(octets)
        if isinstance(payload, dict) and "octets" not in payload:
            decode_payload(message)
    except GbcsError as error:
        raise DocumentError(place.path, f"this would not be read again: {error}", expected="values that make a valid message") from None


class _Writer:
    """Writes messages as they come: one a line, or as the elements of an array."""

    __slots__ = ("_console", "_form", "count")

    def __init__(self, console: Console, form: str) -> None:
        self._console = console
        self._form = form
        self.count = 0

    def write(self, octets: bytes) -> None:
        """Write one message."""
        self.count += 1
        text = octets.hex() if self._form == "hex" else b64encode(octets).decode()
        if self._console.as_json:
            self._console.out.write(("[\n" if self.count == 1 else ",\n") + f'"{text}"')
        else:
            self._console.data(text)

    def __enter__(self) -> None:
        """Begin; nothing is written before the first message."""

    def __exit__(self, *problem: object) -> None:
        """Close the array, if there is one, whatever ended it."""
        if self._console.as_json and self.count:
            self._console.data("\n]")
