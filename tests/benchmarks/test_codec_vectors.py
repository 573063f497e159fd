"""The whole codec over the official reference messages, against tshark and openssl in the same run.

Ratios are asserted, so that a slower machine changes nothing. The public Node parser cannot be installed from a package registry; its
rate, 4160 messages a second with all its cryptography, was recorded beside tshark's 39 000 on one machine, so that 4 times the one is
0.43 times the other.

On one core of a two-core EPYC virtual machine, CPython 3.11.7 built without PGO, 909 messages: 84 000 a second typed, 1.75 times
tshark's 48 000; 26 000 a second typed, verified and opened, 0.55 times tshark's; openssl verifies 15 300 signatures a second there.
"""

from __future__ import annotations

import resource
import struct
import subprocess
from time import process_time
from typing import TYPE_CHECKING

import pytest
from alert_storm import storm, storm_keys

from harness.vocab.identity import Eui64
from harness.wire.gbcs.alert_checking import AlertChecker
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.crypto import Check, authenticate, verify
from harness.wire.gbcs.keys import MemoryKeyStore
from harness.wire.gbcs.message import Profile
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import decode_payload
from harness.wire.gbcs.sealing import open_bodies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 7
COPIES = 20
NODE_TO_TSHARK = 4160 / 39_000
"""The public Node parser's rate with cryptography beside tshark's, as recorded in one run."""


def best(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the least time of this process that one call takes."""
    times = []
    for _ in range(rounds):
        began = process_time()
        act()
        times.append(process_time() - began)
    return min(times)


def captured(path: Path, messages: Sequence[bytes]) -> Path:
    """Write messages as a capture that tshark hands to its GBCS dissector."""
    name = b"gbcs_message"
    head = struct.pack(">HH", 12, len(name)) + name + bytes(4)
    packets = (struct.pack("<IIII", 0, 0, len(head) + len(octets), len(head) + len(octets)) + head + octets for octets in messages)
    path.write_bytes(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 252) + b"".join(packets))
    return path


@pytest.fixture(scope="module")
def tshark_rate(tool: Callable[[str], str], vectors: Sequence[object], tmp_path_factory: pytest.TempPathFactory) -> float:
    """Messages that tshark dissects a second, its start-up subtracted."""
    tshark, folder = tool("tshark"), tmp_path_factory.mktemp("tshark")
    messages = [vector.octets for vector in vectors] * COPIES
    full, empty = captured(folder / "full.pcap", messages), captured(folder / "empty.pcap", [])

    def spent(path: Path) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([tshark, "-n", "-r", str(path), "-V"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=120)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return len(messages) / (min(spent(full) for _ in range(3)) - min(spent(empty) for _ in range(3)))


@pytest.fixture(scope="module")
def openssl_rate(tool: Callable[[str], str]) -> float:
    """P-256 signatures that openssl verifies a second."""
    command = [tool("openssl"), "speed", "-mr", "-seconds", "2", "ecdsap256"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    line = next(line for line in done.stdout.splitlines() if line.startswith("+F4:"))
    return float(line.split(":")[-1])


@pytest.mark.benchmark(group="vectors")
def test_the_vector_set_is_typed_one_and_a_half_times_as_fast_as_tshark(
    benchmark: BenchmarkFixture, vectors: Sequence[object], tshark_rate: float
) -> None:
    messages = [vector.octets for vector in vectors]

    def typed() -> None:
        for octets in messages:
            decode_payload(decode_message(octets))

    rate = len(messages) / best(typed)
    benchmark.extra_info.update({"typed/s": round(rate), "tshark/s": round(tshark_rate), "ratio": round(rate / tshark_rate, 2)})
    benchmark.pedantic(typed, rounds=ROUNDS)
    assert rate / tshark_rate >= 1.5


@pytest.mark.benchmark(group="vectors")
def test_typed_verified_and_opened_is_four_times_the_node_parser(
    benchmark: BenchmarkFixture, vectors: Sequence[object], reference_keys_: MemoryKeyStore, tshark_rate: float
) -> None:
    messages = [vector.octets for vector in vectors]
    broker = Eui64("90b3d51f30000002")

    def checked() -> None:
        verify.cache_clear()
        typed = [(message, decode_payload(message)) for message in map(decode_message, messages)]
        found = [authenticate(message, reference_keys_, broker=broker) for message, _ in typed]
        opened = [open_bodies(message, payload, reference_keys_) for message, payload in typed]
        assert all(Check.INVALID not in (one.signature, one.mac) for one in found)
        assert None not in opened

    rate = len(messages) / best(checked, 5)
    node = NODE_TO_TSHARK * tshark_rate
    benchmark.extra_info.update({"checked/s": round(rate), "Node/s, as recorded": round(node), "ratio": round(rate / node, 1)})
    benchmark.pedantic(checked, rounds=3)
    assert rate / node >= 4


@pytest.fixture(scope="module")
def reference_keys_(vector_keys: Sequence[object]) -> MemoryKeyStore:
    """The published keys of the reference messages, without those for tokens."""
    store = MemoryKeyStore()
    for key in vector_keys:
        use = {"ds": "signing", "ka": "agreement"}[key.use]
        if "-pp-" in key.name:
            continue
        if key.private_scalar:
            store.add_private(Eui64(key.eui64), **{use: key.private_scalar})
        else:
            store.add_public(Eui64(key.eui64), **{use: key.public_point})
    return store


@pytest.fixture(scope="module")
def keys() -> MemoryKeyStore:
    """Test keys of a meter and its supplier."""
    return storm_keys()


def rate_of(act: Callable[[bytes], object], messages: Sequence[bytes]) -> float:
    def all_of_them() -> None:
        for octets in messages:
            act(octets)

    return len(messages) / best(all_of_them)


@pytest.mark.benchmark(group="alerts")
@pytest.mark.parametrize("profile", [Profile.DLMS, Profile.GBZ])
def test_alerts_are_read_and_checked_at_multiples_of_one_signature(
    benchmark: BenchmarkFixture, keys: MemoryKeyStore, openssl_rate: float, profile: Profile
) -> None:
    """300 000 read and 100 000 MACs a second where openssl verifies 15 300 signatures; nine tenths of openssl's signatures."""
    signed, maced = storm(400, keys, profile, critical=True), storm(4_000, keys, profile, critical=False)
    checker = AlertChecker(keys)
    assert all(checker.check(octets).authentication.signature is Check.VALID for octets in signed)
    assert all(checker.check(octets).authentication.mac is Check.VALID for octets in maced)
    read, mac, signature = rate_of(read_alert.__wrapped__, maced), rate_of(checker.check, maced), rate_of(checker.check, signed)
    benchmark.extra_info.update(
        {
            "read/s": round(read),
            "MAC checked/s": round(mac),
            "signature checked/s": round(signature),
            "openssl/s": round(openssl_rate),
            "share of openssl": round(signature / openssl_rate, 3),
        }
    )
    benchmark.pedantic(checker.check, args=(maced[0],), rounds=ROUNDS, iterations=1_000)
    assert read / openssl_rate >= 20
    assert mac / openssl_rate >= 6.6
    assert signature / openssl_rate >= 0.9
