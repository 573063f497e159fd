"""ZigBee frames built and encrypted, and parsed, decrypted and replay-checked, against scapy and bare AES-CCM in the same run.

Ratios, not rates, are asserted, so that a slower machine changes nothing. A frame carries 60 octets of a cluster's payload under APS, NWK
and MAC headers with FCS; "linked" frames are encrypted under a link key too. On one core of a two-core EPYC virtual machine, CPython
3.11.7 built without PGO: 0.18 million built and 0.17 million read frames a second under the network key, 0.13 and 0.12 million linked.

scapy builds and dissects without any encryption, in a process of its own, in an environment made for it where none is named (see
``tests/support/scapy_process.py``).
"""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import pytest
import scapy_process

from harness.vocab.identity import Eui64
from harness.wire.zigbee import aps, mac, nwk
from harness.wire.zigbee.security import LINK_KEY, NETWORK_KEY, AesKey, IncomingCounters, SecurityHeader

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

METER = Eui64("02a5e70000000001")
NETWORK, LINK = AesKey(bytes(range(16))), AesKey(bytes(range(16, 32)))
KEYS = {0: NETWORK}
COUNT, ROUNDS = 20_000, 5
PAYLOAD = bytes(60)
LINKED = pytest.mark.parametrize("linked", [False, True], ids=["network key", "linked"])


def _build(number: int, *, linked: bool) -> bytes:
    header = SecurityHeader(LINK_KEY, number) if linked else None
    inner = aps.ApsFrame(aps.DATA, number & 0xFF, PAYLOAD, 0x0704, 0x0109, 1, 1, acknowledge=True, security=header)
    payload = aps.seal_aps(inner, LINK, METER) if linked else aps.write_aps(inner)
    network = nwk.NwkFrame(nwk.DATA, 0, 0x5E21, 30, number & 0xFF, payload, SecurityHeader(NETWORK_KEY, number, METER, 0))
    return mac.write_mac(mac.MacFrame(mac.DATA, number & 0xFF, nwk.seal_nwk(network, NETWORK), 0, 0x1A62, 0x5E21, acknowledge=True))


def _reader(*, linked: bool, checked: bool = True) -> Callable[[bytes], object]:
    counters, link_counters = (IncomingCounters(), IncomingCounters()) if checked else (None, None)

    def read(octets: bytes) -> object:
        network = nwk.open_nwk(mac.read_mac(octets).payload, KEYS, counters)
        return aps.open_aps(network.payload, LINK, METER, link_counters) if linked else aps.read_aps(network.payload)

    return read


def _rate(act: Callable[[], object], count: int) -> float:
    """Return how many frames a second of this process a round of ``count`` takes, as the median of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = process_time()
        act()
        rounds.append(count / (process_time() - began))
    return median(rounds)


@pytest.fixture(scope="module")
def scapy(tmp_path_factory: pytest.TempPathFactory) -> tuple[float, float]:
    """How many frames a second scapy builds and dissects; skipped where there is neither scapy nor a package index."""
    python = scapy_process.interpreter() or scapy_process.installed_in(tmp_path_factory.mktemp("scapy") / "environment")
    if python is None:
        pytest.skip(scapy_process.WHERE)
    return scapy_process.rates(python, _build(1, linked=False))


@pytest.fixture(scope="module")
def bare() -> float:
    """How many times a second the library alone seals what one frame holds."""
    nonce, head, plain = bytes(13), bytes(22), bytes(68)
    return _rate(lambda: [NETWORK.ccm.encrypt(nonce, plain, head) for _ in range(COUNT)], COUNT)


@pytest.mark.benchmark(group="frames")
@LINKED
def test_building_and_encrypting_a_frame(benchmark: BenchmarkFixture, bare: float, scapy: tuple[float, float], linked: bool) -> None:
    ours = _rate(lambda: [_build(number, linked=linked) for number in range(COUNT)], COUNT)
    benchmark.extra_info.update({"frames/s": round(ours), "bare AES-CCM/s": round(bare), "ratio": round(bare / ours, 1)})
    benchmark.extra_info["times scapy"] = round(ours / scapy[0])
    benchmark.pedantic(_build, args=(1,), kwargs={"linked": linked}, rounds=ROUNDS, iterations=1_000)
    assert bare / ours <= (22 if linked else 16)
    assert ours / scapy[0] >= 30


@pytest.mark.benchmark(group="frames")
@LINKED
def test_parsing_decrypting_and_replay_checking_a_frame(
    benchmark: BenchmarkFixture, bare: float, scapy: tuple[float, float], linked: bool
) -> None:
    frames = [_build(number, linked=linked) for number in range(COUNT)]

    def read_all() -> None:
        read = _reader(linked=linked)
        for octets in frames:
            read(octets)

    ours = _rate(read_all, COUNT)
    benchmark.extra_info.update({"frames/s": round(ours), "bare AES-CCM/s": round(bare), "ratio": round(bare / ours, 1)})
    benchmark.extra_info["times scapy"] = round(ours / scapy[1])
    benchmark.pedantic(_reader(linked=linked, checked=False), args=(frames[0],), rounds=ROUNDS, iterations=1_000)
    assert bare / ours <= (23 if linked else 18)
    assert ours / scapy[1] >= 8
