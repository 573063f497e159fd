"""A follower takes whatever octets come: spoilt frames amid good ones are read or named, and nothing fails.

A million of them: ``PYTHONPATH=. python tests/support/following_mutator.py 1000000``.
"""

from __future__ import annotations

from contextlib import suppress

import following_mutator
import han_captures
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.pcap import PcapError
from harness.wire.pcap_gbcs import CaptureReader
from harness.wire.zigbee.following import Follower, Reason

REASONS = {f"Unread: {reason.name}" for reason in Reason}


def test_spoilt_frames_are_read_or_named_and_none_of_them_fails():
    found = following_mutator.toll(40_000, seed=3)
    assert {"Heard", "Settled", "silent"} < set(found)
    assert {name for name in found if name.startswith("Unread: ")} == REASONS


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(-(1 << 62), 1 << 62), st.binary(max_size=140)), max_size=6))
def test_any_octets_at_any_time_are_told_of(frames):
    follower = Follower(following_mutator.KEYS)
    for time, octets in frames:
        for one in follower.feed(time, octets):
            assert one.reason.value
    assert follower.ended() == ()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_change_to_a_capture_ends_in_what_it_holds_or_one_error(data):
    home = han_captures.Home()
    home.hello()
    home.alert(1)
    octets = bytearray(han_captures.capture(home.frames))
    for _ in range(data.draw(st.integers(1, 6))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    reader = CaptureReader((han_captures.NETWORK, han_captures.LINK))
    held = []
    with suppress(PcapError):
        held.extend(reader.read([bytes(octets)]))
    assert {one.packet for one in held} >= set(range(1, reader.packets + 1))
