"""Feeds a follower spoilt frames of a network that goes on meanwhile: each is read, or named with a reason, and none of it fails.

As a program, from the checkout: ``PYTHONPATH=. python tests/support/following_mutator.py COUNT [SEED]``.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from random import Random
from time import process_time

sys.path.append(str(Path(__file__).parent))

import han_captures as made
import zigbee_mutator
import zigbee_specimens

from harness.wire.zigbee.crc import fcs
from harness.wire.zigbee.following import Follower, Heard, Settled, Unread

KEYS = (made.NETWORK, made.LINK, made.INSTALL_CODE, zigbee_specimens.NETWORK_KEY, zigbee_specimens.LINK_KEY)

_EACH = 250
"""Frames after which another follower takes over, since frames that come again are replays to one that has heard them."""


def good_frames() -> list[bytes]:
    """Frames of a home in which devices join, send alerts in fragments, repeat them, and go over to another key."""
    home = made.Home(meters=2)
    home.join()
    home.hello()
    for number in range(12):
        home.alert(number, meter=number % 2, attempts=1 + number % 3)
    home.transport(home.meter, through=home.meters[1])
    home.switch_key(bytes(range(0x50, 0x60)))
    home.alert(99)
    return [octets for _, octets in home.frames]


def _name(one: Heard | Settled | Unread) -> str:
    return f"Unread: {one.reason.name}" if isinstance(one, Unread) else type(one).__name__


def toll(count: int, seed: int) -> Counter[str]:
    """Follow so many frames, of which one in five is as it was made; count what came of them."""
    random, good = Random(seed), good_frames()
    specimens = [specimen.octets for specimen in zigbee_specimens.specimens()]
    inside = zigbee_mutator.spoilt(specimens, count, seed)
    follower, found, time = Follower(KEYS), Counter(), made.START
    for number in range(count):
        if number % _EACH == 0:
            found.update(map(_name, follower.ended()))
            follower = Follower(KEYS)
        kind, octets = random.random(), random.choice(good)
        if kind < 0.4:
            octets = next(inside)
        elif kind < 0.8:
            spoilt = zigbee_mutator._spoil(octets[:-2], random)
            octets = spoilt + fcs(spoilt)
        time += random.choice((0, 1_000, 1_000_000, 10_000_000, -500_000))
        events = follower.feed(time, octets, number)
        for one in events:
            found[_name(one)] += 1
            assert not isinstance(one, Heard) or one.attempt > 0
        found["silent"] += not events
    found.update(map(_name, follower.ended()))
    return found


def main() -> None:
    """Follow as many frames as the command line says, and print what came of them."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = process_time()
    found = toll(count, seed)
    print(f"{count} frames in {process_time() - began:.0f} s")
    for name, number in sorted(found.items()):
        print(f"{number:9} {name}")


if __name__ == "__main__":
    main()
