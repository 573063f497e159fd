"""Made-up field logs: alerts of made-up devices, and the lines that hold them."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512

from harness.vocab.identity import Eui64
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import SECOND, Epoch
from harness.wire.gbcs.alerts import build_alert
from harness.wire.gbcs.message import Profile, wrap

START = Epoch.parse("2030-01-07T00:00:00Z")
DEVICES = tuple(Eui64(f"00db12345678{number:04x}") for number in range(1, 41))
PARTIES = (Eui64("90b3d51f30010000"), Eui64("90b3d51f30020000"))
KEY = bytes(range(32))
CODES = (0x8002, 0x8085, 0x8020, 0x81BA, 0x8F30, 0x8F3E)


def alert(counter: int, *, code: int = 0x8002, seconds: int = 0, device: Eui64 = DEVICES[0], party: Eui64 = PARTIES[0], **more) -> bytes:
    """One alert, critical where its code says so; signature and MAC are digests, as good as any that is not checked."""
    critical = code >> 8 == 0x8F
    settled = {"message_code": 0x1000 if critical else 0x1001, "profile": Profile.DLMS, **more}
    unsigned = build_alert(originator=device, target=party, counter=counter, code=code, time=START.seconds + seconds, **settled)
    if critical:
        return unsigned + b"\x40" + sha512(unsigned).digest()
    return wrap(unsigned + b"\x00", sha256(unsigned).digest()[:12])


def instant(nanoseconds: int) -> str:
    """An instant after the start as a log writes it, to the microsecond."""
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=START.seconds, microseconds=nanoseconds // 1_000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def line(nanoseconds: int, octets: bytes, *, base64: bool = False) -> str:
    return f"{instant(nanoseconds)} {b64encode(octets).decode() if base64 else octets.hex()}"


def history(count: int, *, apart: int = 30 * SECOND, copies: int = 0, seed: str = "history") -> list[tuple[int, bytes]]:
    """So many alerts with their instants; of a thousand, ``copies`` come a second time, octet for octet."""
    chance = Chance(subseed(b"field logs", seed))
    at, counters, found = 0, dict.fromkeys(DEVICES, 1000), []
    while len(found) < count:
        at += 1_000 * (1 + chance.below(2 * apart // 1_000))
        if found and chance.below(1_000) < copies:
            found.append((at, found[-1][1]))
            continue
        device = DEVICES[chance.below(len(DEVICES))]
        counters[device] += 1
        code, party = CODES[chance.below(len(CODES))], PARTIES[chance.below(2)]
        found.append((at, alert(counters[device], code=code, seconds=at // SECOND - 2, device=device, party=party)))
    return found


def text(entries: list[tuple[int, bytes]]) -> str:
    return "".join(f"{line(at, octets)}\n" for at, octets in entries)
