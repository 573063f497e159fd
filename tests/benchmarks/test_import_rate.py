"""Importing a field log, all the way from lines to a sealed verdict, against a loop that hashes and parses each line's JSON once.

Ratios, not rates, are asserted, so that a slower machine changes nothing. On one core of a two-core EPYC virtual machine, CPython
3.11.7: a log of a million alerts, a tenth of them copies, is read, masked, journalled, judged by seven detectors and sealed in
33 s with a peak of 80 MiB; where all are copies in 40 s, where every alert but the first few is part of a pair too many in 48 s.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from hashlib import sha256
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import pytest
from field_logs import DEVICES, START, alert, instant

from harness.vocab.time import MILLISECOND
from harness.wire.gbcs.message import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

ALERTS = 60_000
ROUNDS = 3
CEILING = 16
"""Times the loop's own time that an alert may take; 9 to 12 measured."""
GROWTH = 1.15
"""How much more memory four times the log may take; 1.01 to 1.03 measured."""
CODE = """
import sys
from harness.cli import main
assert main(["import", sys.argv[1], "--key", "lab.key", "--name", sys.argv[2], "--replace", "--json"]) == 0
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""
"""Its own peak: what getrusage tells of a process begins with the memory of whoever started it."""


def write_log(path: Path, count: int) -> None:
    """Write a log of so many alerts, one every 0.4 s, each with a counter and a time of its own; every tenth is a copy."""
    templates = [alert(0, code=code, device=device, profile=Profile.GBZ) for device in DEVICES for code in (0x8020, 0x8F3E)]
    with path.open("w") as log:
        for number in range(count):
            origin = number - (number % 10 == 9)
            octets = templates[origin % len(templates)]
            counter, time = octets.index(b"\xdf\x09\x03") + 3, octets.index(b"\x01\x09\x00") + 5
            parts = octets[:counter], (1_000 + origin).to_bytes(8, "big"), octets[counter + 8 : time]
            seconds = START.seconds + origin * 2 // 5
            log.write(f"{instant(number * 400 * MILLISECOND)} {b''.join((*parts, seconds.to_bytes(4, 'big'), octets[time + 4 :])).hex()}\n")


def imported(folder: Path, log: str) -> tuple[float, int]:
    """Import a log in a process of its own; return its processor time in seconds and its peak memory in KiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", CODE, log, f"of-{log}"], cwd=folder, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(done.stderr.split()[-1])


def loop(path: Path) -> float:
    """Return the seconds in which each line is hashed, put into a JSON object, and read from it again."""
    began = process_time()
    for number, line in enumerate(path.read_text().splitlines()):
        time, octets = line.split()
        sha256(bytes.fromhex(octets)).hexdigest()
        json.loads(json.dumps({"at": number, "time": time, "octets": octets}))
    return process_time() - began


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log of each length."""
    folder = tmp_path_factory.mktemp("import")
    for count in (1, ALERTS, 100_000, 400_000):
        write_log(folder / f"{count}.log", count)
    return folder


@pytest.mark.benchmark(group="import")
def test_importing_and_judging_costs_a_few_times_what_hashing_and_parsing_does(benchmark: BenchmarkFixture, folder: Path) -> None:
    log = f"{ALERTS}.log"
    start = median(imported(folder, "1.log")[0] for _ in range(ROUNDS))
    ours = [imported(folder, log)[0] - start for _ in range(ROUNDS)]
    plain = [loop(folder / log) for _ in range(ROUNDS)]
    ratios = [one / other for one, other in zip(ours, plain, strict=True)]
    rate = round(ALERTS / median(ours))
    benchmark.extra_info.update({"alerts/s": rate, "s for a million": round(1e6 / rate, 1), "ratio": round(median(ratios), 1)})
    benchmark.pedantic(imported, args=(folder, log), rounds=1)
    print(f"\nimport: {rate} alerts/s, {median(ratios):.1f} times the loop, from {min(ratios):.1f} to {max(ratios):.1f}")
    assert median(ratios) <= CEILING


@pytest.mark.benchmark(group="import")
def test_memory_does_not_grow_with_the_log(benchmark: BenchmarkFixture, folder: Path) -> None:
    (_, small), (_, large) = imported(folder, "100000.log"), imported(folder, "400000.log")
    benchmark.extra_info.update({"KiB, 100,000 alerts": small, "KiB, 400,000 alerts": large, "growth": round(large / small, 3)})
    benchmark.pedantic(loop, args=(folder / "100000.log",), rounds=1)
    print(f"\nimport: peak {small} KiB for 100,000 alerts, {large} KiB for 400,000")
    assert large / small <= GROWTH
