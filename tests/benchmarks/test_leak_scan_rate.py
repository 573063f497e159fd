"""A leak scan reads in megabytes a second, and takes hardly longer for thousands of secrets than for a few."""

from __future__ import annotations

from hashlib import sha256
from time import process_time

import disclosed_bundles as small
import pytest

from harness.evidence.leak_forms import Secret
from harness.evidence.leaks import LeakScan
from harness.masking.trace import trace

FEW, MANY = 10, 4000


def secrets(number: int) -> list[Secret]:
    return [Secret(kind="key", octets=sha256(b"secret %d" % value).digest()) for value in range(number)]


@pytest.fixture(scope="module")
def traces() -> bytes:
    """About 8 MB of masked journals."""
    return trace(small.journal("t00", alerts=9)) * 1800


def seconds(scan: LeakScan, octets: bytes) -> float:
    times = []
    for _ in range(3):
        start = process_time()
        assert scan.file("data/traces/t00.jsonl", octets) == ()
        times.append(process_time() - start)
    return min(times)


def test_a_leak_scan_hardly_slows_down_with_what_it_looks_for(traces: bytes) -> None:
    few, many = LeakScan(secrets(FEW)), LeakScan(secrets(MANY))
    alone, together = seconds(few, traces), seconds(many, traces)
    print(f"\nleak scan: {len(traces) / alone / 1e6:.1f} MB/s for {FEW} secrets, {len(traces) / together / 1e6:.1f} MB/s for {MANY}")
    assert together < 2.5 * alone


def test_a_leak_scan_takes_no_longer_than_a_few_plain_searches(traces: bytes) -> None:
    """Against what one would do by hand: searching the text for each of a hundred values in one spelling."""
    values = [secret.octets.hex().encode() for secret in secrets(100)]
    start = process_time()
    assert not any(value in traces for value in values)
    by_hand = process_time() - start
    scan = seconds(LeakScan(secrets(MANY)), traces)
    print(f"\nleak scan: {scan / by_hand:.1f} times a hundred plain searches, for {MANY} values in every spelling")
    assert scan < 20 * by_hand
