"""The WAN: nothing is lost, nothing comes twice, nothing overtakes, in any region and through any outage."""

from __future__ import annotations

import pytest

from comms_hub_sim.kernel import STIMULUS, Kernel
from comms_hub_sim.ports import Northbound
from comms_hub_sim.wan import REGIONS, Wan
from harness.errors import BenchError
from harness.vocab.identity import Eui64
from harness.vocab.journal import TAPS
from harness.vocab.time import HOUR, MINUTE, SECOND

METER, OTHER, PARTY = (Eui64(f"02a5e7000000000{digit}") for digit in "123")
BEYOND_HAN = TAPS[1:]


def _handed_over(
    region: str, seed: bytes = b"wan", *, outage: tuple[int, int] = (0, 0), neighbour: bool = False
) -> list[tuple[str, int, bytes]]:
    kernel, seen = Kernel(), []
    wan = Wan(kernel, region, seed, lambda tap, message, now: seen.append((tap, now, message.octets)))
    if outage[1]:
        kernel.at(outage[0], STIMULUS, lambda now: wan.interrupt(now, outage[1]))
    for number in range(30):
        for who in (METER, OTHER) if neighbour else (METER,):
            message = Northbound(originator=who, recipient=PARTY, octets=bytes([number]) * 100 + who.encode()[-1:])
            kernel.at(number * MINUTE, STIMULUS, lambda now, message=message: wan.hand_over(message, now))
    kernel.run(48 * HOUR)
    return seen


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_every_message_passes_every_counting_point_once_and_in_order(region: str) -> None:
    seen = _handed_over(region)
    for tap in BEYOND_HAN:
        assert [octets[0] for name, _, octets in seen if name == tap] == list(range(30)), tap
    for number in range(30):
        passed = [name for name, _, octets in sorted(seen, key=lambda entry: entry[1]) if octets[0] == number]
        assert passed == list(BEYOND_HAN)


def test_an_outage_delays_what_is_under_way_and_loses_nothing() -> None:
    begun, lasts = 10 * MINUTE + SECOND, 3 * HOUR
    seen = _handed_over("north", outage=(begun, lasts))
    at_gateway = [(now, octets[0]) for name, now, octets in seen if name == "wan"]
    assert [number for _, number in at_gateway] == list(range(30))
    assert not [now for now, _ in at_gateway if begun <= now < begun + lasts]
    assert [now for now, _ in at_gateway if now >= begun + lasts]


def test_the_long_range_radio_takes_longer_than_the_cellular_one() -> None:
    def delay(region: str) -> int:
        seen = _handed_over(region)
        handed = {octets: now for name, now, octets in seen if name == "hub"}
        return sum(now - handed[octets] for name, now, octets in seen if name == "wan") // 30

    assert delay("north") > 4 * delay("central") > 0
    assert delay("south") == delay("central")


def test_a_neighbour_takes_airtime_but_draws_no_luck() -> None:
    alone = [now for name, now, octets in _handed_over("central") if name == "wan"]
    shared = [now for name, now, octets in _handed_over("central", neighbour=True) if name == "wan" and octets[-1:] == b"1"]
    airtime = REGIONS["central"].airtime + 101 * REGIONS["central"].octet
    assert all(0 <= later - sooner <= airtime + MINUTE for sooner, later in zip(alone, shared, strict=True))
    assert sum(later == sooner for sooner, later in zip(alone, shared, strict=True)) > 20


def test_a_message_for_a_device_waits_for_the_wan() -> None:
    kernel, brought = Kernel(), []
    wan = Wan(kernel, "central", b"wan", lambda tap, message, now: None)
    wan.interrupt(0, HOUR)
    assert not wan.available(HOUR - 1)
    assert wan.available(HOUR)
    wan.bring(brought.append, PARTY, 0)
    kernel.run(2 * HOUR)
    assert len(brought) == 1
    assert HOUR < brought[0] < HOUR + MINUTE


def test_a_region_that_is_not_modelled_is_said_so() -> None:
    with pytest.raises(BenchError, match="north, central, south"):
        Wan(Kernel(), "west", b"wan", lambda tap, message, now: None)
