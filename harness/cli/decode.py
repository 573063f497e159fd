"""``smets-harness decode``: GBCS messages field by field, with what the catalogue knows of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.decoded import Decoding
from harness.cli.key_option import add_key_options, chosen_keys
from harness.cli.message_sources import given_messages
from harness.cli.zigbee_keys import add_zigbee_keys_option, zigbee_keys
from harness.errors import UnavailableError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from harness.cli.console import Console
    from harness.cli.decoded import Decoded

SUMMARY = "decode GBCS messages: hex, base64, captures, DUIS XML; field by field"
DESCRIPTION = """Decode GBCS messages: outer layers and payload, every field with its offset,
octets, value and meaning.

An INPUT is a message in hex or base64, a file, or - for standard input, which
is read where no INPUT is given. What a file holds is told by its content:
lines of hex or base64 (blank lines and lines starting with # are skipped),
pcap and pcapng, DUIS XML, or one message as octets. Blocks of a block transfer
are put together where all are there.

Captures may hold ZigBee frames (IEEE 802.15.4, TAP, or ZEP over UDP). They are
decrypted with the keys of --zigbee-keys, with those that a pcapng holds, and with
those that are sent under a key at hand; fragments are put together. What stayed
unread is counted by reason.

With --keys, signatures and MACs are verified and encrypted bodies opened, with
the certificates and private keys of a folder; what could not be checked is
told, with the key that it takes.

With --json, every message is one line of an array; 'encode' writes it back from
the member "message". The other members tell about it.

The exit code is 1 where a message could not be decoded or a check failed, 6 where
packets could not be read or a key was missing, 5 where there was no message."""
EXAMPLES = """examples:
  smets-harness decode DF0903...
  smets-harness decode captured.txt capture.pcapng --json
  smets-harness decode alerts.xml --keys certificates
  smets-harness decode han.pcapng --zigbee-keys zigbee_pc_keys
  grep -h ^DD capture/*.hex | smets-harness decode -"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare where messages and keys come from."""
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="a message in hex or base64, a file, or -")
    add_key_options(parser, "verify and decrypt with the certificates and private keys of a folder")
    add_zigbee_keys_option(parser)


def run(args: argparse.Namespace, console: Console) -> int:
    """Decode every message and print it; raises :class:`UnavailableError` where there was none."""
    found = Decoding(chosen_keys(args, console)).decoded(given_messages(args.inputs or ["-"], zigbee_keys(args.zigbee_keys)))
    outcome = _Outcome()
    (_write_json if console.as_json else _write_text)(outcome.counted(found), console)
    if not outcome.messages:
        raise UnavailableError("there is no message to decode", expected="hex or base64, one a line, pcap, pcapng or DUIS XML")
    return outcome.exit_code


class _Outcome:
    """What the exit code rests on."""

    __slots__ = ("differs", "messages", "unsure")

    def __init__(self) -> None:
        self.messages = 0
        self.differs = False
        self.unsure = False

    def counted(self, found: Iterable[Decoded]) -> Iterator[Decoded]:
        """Pass everything on, and note how it came out."""
        for one in found:
            self.messages += one.is_message
            outcomes = {check.outcome for check in one.checks}
            self.differs |= one.problem is not None or "invalid" in outcomes
            self.unsure |= one.given.lost or "unknown-key" in outcomes
            yield one

    @property
    def exit_code(self) -> int:
        """The worst of what was seen."""
        if self.differs:
            return exit_codes.DIFFERS
        return exit_codes.INCONCLUSIVE if self.unsure else exit_codes.AS_EXPECTED


def _write_text(found: Iterable[Decoded], console: Console) -> None:
    from harness.cli.message_text import print_decoded

    for number, one in enumerate(found):
        if number:
            console.data("")
        print_decoded(one, console)


def _write_json(found: Iterable[Decoded], console: Console) -> None:
    """Write an array, one entry a line, each as soon as it is known."""
    import json

    from harness.cli.message_document import decoded_json

    mark = "["
    try:
        for one in found:
            console.data(mark)
            console.out.write(json.dumps(decoded_json(one)))
            mark = ","
    finally:
        if mark == ",":
            console.data("\n]")
