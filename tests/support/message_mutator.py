"""Spoils GBCS messages from a seed and sees what the codec makes of them: a value, or the codec's own error, soon and in little memory.

As a program, from the checkout: ``PYTHONPATH=. python tests/support/message_mutator.py COUNT [SEED] [FOLDER]`` spoils our own messages,
and those of ``FOLDER/messages.csv``.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter_ns, process_time_ns
from typing import TYPE_CHECKING

from harness.wire.gbcs.access import AccessRequest
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.alerts import decode_alert
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import decode_payload, remarks
from harness.wire.gbcs.protected import DATA_PROTECTION, ProtectedRequest
from harness.wire.gbcs.sealing import sealed_bodies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIMIT_NS = 10_000_000
"""No message may take longer."""
_TELLING = bytes((0x00, 0x01, 0x02, 0x03, 0x09, 0x13, 0x30, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFE, 0xFF))
"""Octets that mean something to a reader: tags, counts, length forms."""


@dataclass(slots=True)
class Toll:
    """What became of spoilt messages."""

    messages: int = 0
    values: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """By the rule that refused them."""
    slowest_ns: int = 0
    slowest: bytes = b""


def spoilt(messages: Sequence[bytes], count: int, seed: int | str) -> Iterator[bytes]:
    """Yield messages with octets changed, cut, doubled, swapped or exchanged; one in ten is random from start to end.

    Lengths around a change within the payload are mended in half of them, so that the outer layers hold.
    """
    random = Random(seed)
    for _ in range(count):
        kind = random.random()
        if kind < 0.05:
            yield random.randbytes(random.randrange(300))
        elif kind < 0.10:
            yield b"\xdf\x09" + random.randbytes(random.randrange(300))
        elif kind < 0.45:
            yield _spoil(random.choice(messages), random, messages)
        else:
            yield _spoil_payload(random.choice(messages), random, messages)


def _spoil_payload(octets: bytes, random: Random, messages: Sequence[bytes]) -> bytes:
    """Spoil the payload only, and mend all lengths around it."""
    try:
        message = decode_message(octets)
    except GbcsError:
        return _spoil(octets, random, messages)
    other = decode_message(random.choice(messages)) if random.random() < 0.05 else message
    message.payload = _spoil(other.payload, random, messages) or b"\x00"
    return message.encode()


def _spoil(octets: bytes, random: Random, messages: Sequence[bytes]) -> bytes:
    made = bytearray(octets)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        if not made:
            break
        at = random.randrange(len(made))
        match random.randrange(8):
            case 0:
                made[at] ^= 1 << random.randrange(8)
            case 1:
                made[at] = random.randrange(256)
            case 2 | 3:
                made[at] = random.choice(_TELLING)
            case 4:
                del made[at : at + random.randrange(1, 9)]
            case 5:
                made[at:at] = random.randbytes(random.randrange(1, 9))
            case 6:
                del made[at:]
            case 7:
                donor = random.choice(messages)
                start = random.randrange(len(donor))
                made[at : at + random.randrange(64)] = donor[start : start + random.randrange(64)]
    return bytes(made)


def digest(octets: bytes) -> str:
    """Decode by every entrance; return the rule that refused, or an empty string; whatever is taken is written again as it was."""
    try:
        message = decode_message(octets)
        assert message.encode() == octets, "the message is written again differently"
        payload = decode_payload(message)
        assert payload.encode() == message.payload, "the payload is written again differently"
        remarks(message, payload)
        sealed_bodies(payload)
        if isinstance(payload, AccessRequest):
            for asked, data in zip(payload.specifications, payload.data, strict=True):
                if asked.class_id == DATA_PROTECTION:
                    ProtectedRequest.read(data)
        if message.cra == Cra.ALERT:
            read_alert.__wrapped__(octets)
            decode_alert(message)
    except GbcsError as error:
        return _checked(error, octets)
    return ""


def _checked(error: GbcsError, octets: bytes) -> str:
    """Insist that an error names a rule and a place in the message."""
    assert error.rule[0] == "E"
    assert 0 <= error.offset <= len(octets), error
    return error.rule


def take_toll(messages: Iterator[bytes]) -> Toll:
    """Digest spoilt messages one by one, each against the clock; anything but a value or a GbcsError escapes.

    What stood before is kept out of the garbage collector's way, so that the clock does not run for other people's objects.
    """
    gc.collect()
    gc.freeze()
    try:
        return _take_toll(messages)
    finally:
        gc.unfreeze()


def _take_toll(messages: Iterator[bytes]) -> Toll:
    toll = Toll()
    for octets in messages:
        began, clock = process_time_ns(), perf_counter_ns()
        try:
            rule = digest(octets)
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}: {octets.hex()}") from error
        spent = min(process_time_ns() - began, perf_counter_ns() - clock)
        toll.messages += 1
        toll.values += not rule
        toll.refused[rule] += bool(rule)
        if spent > toll.slowest_ns:
            toll.slowest_ns, toll.slowest = spent, octets
    return toll


def our_messages() -> list[bytes]:
    """Return our own Commands, Responses and Alerts."""
    from payload_specimens import SPECIMENS, message_of

    return [message_of(specimen) for specimen in SPECIMENS]


def main(arguments: Sequence[str]) -> int:
    """Spoil as many messages as asked for and print what became of them, and the most memory held."""
    import resource

    count = int(arguments[0])
    seed = arguments[1] if len(arguments) > 1 else "1"
    messages = our_messages()
    if len(arguments) > 2:
        from harness.wire.gbcs.census import read_messages

        messages += [octets for _, octets in read_messages(Path(arguments[2]))]
    take_toll(iter(messages))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    toll = take_toll(spoilt(messages, count, seed))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{toll.messages} messages: {toll.values} values, {toll.messages - toll.values} refused, nothing else")
    print("refused by rule: " + ", ".join(f"{rule} {number}" for rule, number in sorted(toll.refused.items()) if number))
    print(f"slowest {toll.slowest_ns / 1e6:.2f} ms ({len(toll.slowest)} octets); memory grew by {grown / 1024:.1f} MiB")
    return int(toll.slowest_ns > LIMIT_NS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
