"""A storm of one alert code from one meter, protected with test keys: what the codec's benchmarks run over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.vocab.identity import Eui64
from harness.wire.gbcs.alerts import build_alert
from harness.wire.gbcs.crypto import protect
from harness.wire.gbcs.keys import MemoryKeyStore
from harness.wire.gbcs.keys import test_keys as keys_from

if TYPE_CHECKING:
    from harness.wire.gbcs.message import Profile

METER, SUPPLIER = Eui64("02a5e70000000001"), Eui64("02a5e70000000100")


def storm_keys() -> MemoryKeyStore:
    """Test keys of a meter and its supplier."""
    store = MemoryKeyStore()
    for owner in (METER, SUPPLIER):
        store.add_private(owner, signing=keys_from(b"rate", f"{owner} signing"), agreement=keys_from(b"rate", f"{owner} agreement"))
    return store


def storm(count: int, keys: MemoryKeyStore, profile: Profile, *, critical: bool) -> list[bytes]:
    """Build alerts that differ in counter and time, as a storm of one code does."""
    return [
        protect(
            build_alert(
                originator=METER,
                target=SUPPLIER,
                counter=number,
                message_code=0x1000 if critical else 0x1001,
                code=0x8F30 if critical else 0x8002,
                time=946_771_200 + 30 * number,
                profile=profile,
            ),
            critical=critical,
            originator=METER,
            target=SUPPLIER,
            keys=keys,
        )
        for number in range(1, count + 1)
    ]
