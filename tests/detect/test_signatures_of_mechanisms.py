"""What known mechanisms look like, and which detector answers: that one and no other."""

from __future__ import annotations

import pytest

OVER, OVER_ENDED = 0x8002, 0x8085


@pytest.fixture
def day(trial, builder):
    """A day on which everything that is legitimate happens to both meters, once."""
    esme, gsme = builder.DEVICES["esme"], builder.DEVICES["gsme"]
    trial.switches(0, OVER, OVER_ENDED, 0x8006, 0x8089)
    trial.switches(0, 0x81BA, 0x8183, scope="supplier")
    trial.thresholds()
    for device in (esme, gsme):
        trial.record(0, "configuration", device=device, item="billing", first=20 * builder.HOUR, every=builder.DAY)
    for meter in ("esme", "gsme"):
        trial.alert(builder.MINUTE, 0x8183, by=meter)
        trial.alert(20 * builder.HOUR + builder.MINUTE, 0x8F0A, by=meter)
    trial.stimulus(10 * builder.HOUR, "supply.cut", duration=5 * builder.MINUTE)
    trial.alert(10 * builder.HOUR + 6 * builder.MINUTE, 0x8F36)
    return trial


def normal(trial, builder):
    """A supply that passes the threshold once, up and down."""
    trial.averages(*[240_000] * 12, *[254_000] * 3, *[240_000] * 133)
    trial.alert(130 * builder.MINUTE + 2 * builder.SECOND, OVER)
    trial.alert(160 * builder.MINUTE + 2 * builder.SECOND, OVER_ENDED)


def test_a_healthy_day_has_no_finding(day, builder):
    normal(day, builder)
    assert day.kinds() == {}
    assert day.grounds().unmet == ()
    assert set(day.standings()) == {"required", "permitted", "unknown"}


def test_chatter_at_the_average_voltage_threshold_is_pair_chatter(day, builder):
    """M05: strict alternation, each edge real, at multiples of the averaging period."""
    day.averages(*[(253_400, 252_600)[period % 2] for period in range(148)])
    for period in range(147):
        day.alert((period + 1) * 10 * builder.MINUTE + 2 * builder.SECOND, (OVER, OVER_ENDED)[period % 2])
    counts = day.kinds()
    assert set(counts) == {"pair-chatter"}
    assert counts["pair-chatter"] == 2 * (72 - 3)


def test_disagreement_about_a_tunnel_is_a_re_raised_event(day, builder):
    """M09: a refused tunnel at every check after a restart, new counters and new event times."""
    normal(day, builder)
    day.stimulus(12 * builder.HOUR, "hub.restart", on="hub")
    for check in range(60):
        day.alert(12 * builder.HOUR + (check + 1) * 10 * builder.MINUTE, 0x81BA)
    assert day.kinds() == {"re-raised-event": 59}


def test_lost_acknowledgements_are_transport_duplicates(day, builder):
    """M17: the same octets again within seconds, at every counting point from the hub on."""
    normal(day, builder)
    copies = 0
    for at, kind, members in list(day.records):
        if kind == "message" and at > builder.HOUR:
            for second in (2, 4):
                copies += 1
                day.message(at + second * builder.SECOND, bytes.fromhex(members["octets"]))
    assert day.kinds() == {"transport-duplicate": copies}
