"""Following a network from outside, against bare AES-CCM in the same run; and a flood of frames imported without loss, in bounded memory.

Ratios, not rates, are asserted, so that a slower machine changes nothing. A frame is decrypted under network key and link key and checked
for replay; each is a message of its own, or a fragment of one of four. On one core of a busy two-core EPYC virtual machine, CPython
3.11.7: 60,000 to 86,000 frames a second; a flood of 600,005 packets, 10,000 a second, in 22 s with a peak of 110 MiB and nothing lost.
"""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import pytest
from han_captures import LINK, NETWORK, START, Home, capture, key_file

from harness.vocab.time import SECOND
from harness.wire.zigbee.following import Follower, Heard
from harness.wire.zigbee.security import AesKey

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

COUNT, ROUNDS = 20_000, 5
CEILING = 32
"""Times a bare AES-CCM, of which it takes two, that a frame may take; 20 to 25 measured."""
RATE = 10_000
"""Frames a second of the flood's own time."""
CODE = """
import sys
from harness.cli import main
code = main(["import", sys.argv[1], "--key", "lab.key", "--zigbee-keys", "keys", "--name", "b", "--replace", "--json"])
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(code, peak, file=sys.stderr)
"""


def frames(count: int, *, size: int) -> list[tuple[int, bytes]]:
    """Frames of messages of ``size`` octets, one after another at the flood's rate."""
    home = Home()
    home.hello()
    while len(home.frames) < count:
        for block in home.blocks(bytes((len(home.frames) & 0xFF,)) + bytes(size - 1), home.meter):
            home.apply(block, home.meter, home.hub)
    return [(START + number * SECOND // RATE, octets) for number, (_, octets) in enumerate(home.frames[:count])]


@pytest.fixture(scope="module")
def bare() -> float:
    """How many times a second the library alone opens what one frame holds."""
    ccm, nonce, head = AesKey(NETWORK).ccm, bytes(13), bytes(22)
    sealed = ccm.encrypt(nonce, bytes(68), head)
    rounds = []
    for _ in range(ROUNDS):
        began = process_time()
        for _ in range(COUNT):
            ccm.decrypt(nonce, sealed, head)
        rounds.append(COUNT / (process_time() - began))
    return median(rounds)


@pytest.mark.benchmark(group="following")
@pytest.mark.parametrize("size", [60, 250], ids=["whole messages", "fragments"])
def test_following_decrypting_and_replay_checking_a_frame(benchmark: BenchmarkFixture, bare: float, size: int) -> None:
    given, rounds = frames(COUNT, size=size), []
    for _ in range(ROUNDS):
        follower = Follower((NETWORK, LINK))
        feed = follower.feed
        began = process_time()
        heard = sum([isinstance(one, Heard) for time, octets in given for one in feed(time, octets)])
        rounds.append(COUNT / (process_time() - began))
    assert heard >= COUNT // 4 - 2
    ours = median(rounds)
    benchmark.extra_info.update({"frames/s": round(ours), "bare AES-CCM/s": round(bare), "ratio": round(bare / ours, 1)})
    benchmark.pedantic(lambda: [Follower((NETWORK, LINK)).feed(time, octets) for time, octets in given[:1000]], rounds=1)
    assert bare / ours <= CEILING


def imported(folder: Path, seconds: int) -> tuple[dict, int, int]:
    """Import so many seconds of a flood of alerts; return what came of it, the peak memory in KiB, and the alerts that were sent.

    The peak is that of the process's own memory: what ``getrusage`` tells includes that of the process it was forked from.
    """
    home = Home(meters=4)
    home.hello()
    wanted, alerts = seconds * RATE, 0
    while len(home.frames) < wanted:
        for meter in range(4):
            home.alert(alerts, meter=meter, acknowledged=False)
            alerts += 1
    flood = [(START + number * SECOND // RATE, octets) for number, (_, octets) in enumerate(home.frames)]
    (folder / "flood.pcapng").write_bytes(capture(flood))
    (folder / "keys").write_text(key_file(NETWORK, LINK))
    done = subprocess.run([sys.executable, "-c", CODE, "flood.pcapng"], cwd=folder, capture_output=True, text=True, check=True)
    code, peak = map(int, done.stderr.split()[-2:])
    assert code in {0, 6}
    return json.loads(done.stdout), peak, alerts


@pytest.mark.benchmark(group="following")
def test_a_flood_is_imported_without_loss_and_in_the_same_memory_however_long_it_is(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    (_, small, _), (found, large, alerts) = imported(tmp_path, 20), imported(tmp_path, 60)
    log = found["log"]
    told = log["alerts"] + sum(row["messages-at-most"] for row in log["unread"]) + log["left-out"]
    benchmark.extra_info.update({"packets": log["packets"], "alerts": log["alerts"], "KiB, 20 s": small, "KiB, 60 s": large})
    benchmark.pedantic(json.dumps, args=(log,), rounds=1)
    assert (log["alerts"], told) == (alerts, alerts)
    assert large / small <= 1.15
