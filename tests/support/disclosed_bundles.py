"""A small signed bundle that names devices, keys and makers, derivatives of it, and a search that shares nothing with the harness's own."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import signed_bundles as made

from harness.evidence.disclosing import Disclosure, disclose
from harness.evidence.disclosure_choice import Order
from harness.evidence.disclosure_terms import REQUEST_FOR_CAPTURES
from harness.evidence.recipients import recipient
from harness.masking.trace import trace
from harness.vocab.canonical import document, lines
from harness.vocab.identity import eui64
from harness.vocab.journal import JournalWriter
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TIME = "2030-01-09T09:00:00Z"
ARMS = ("treatment", "condition-control", "positive-control", "sham")
BLOCKS = 3
MAKERS = {
    "dev-k7qd": ("Alder Instruments", "alder-e1", "1.2.7781", "Meter with an average-voltage quirk."),
    "dev-w1kp": ("Northgate Communications", "northgate-1", "2.0.4410", "Hub with a short memory for tunnels."),
}


def device(trial: str, name: str) -> tuple[str, str, str]:
    """Return the EUI-64 of a device in a trial, and its two public points, hexadecimal."""
    chance = Chance(subseed(b"disclosed", trial, name))
    return eui64(chance.octets(8).hex()), "04" + chance.octets(64).hex(), "04" + chance.octets(64).hex()


def journal(trial: str, *, realm: str = "S", alerts: int = 3) -> bytes:
    """Return a journal with two devices, a party and signed alerts."""
    stream = BytesIO()
    writer = JournalWriter(stream)
    meter, meter_key, meter_agreement = device(trial, "esme")
    hub, hub_key, _ = device(trial, "hub")
    party, party_key, _ = device("", "supplier")
    chance = Chance(subseed(b"disclosed", trial, "signatures"))
    writer.record(0, "journal", format="smets-journal/1", trial=trial, realm=realm, clock="virtual", epoch="2030-01-07T00:00:00Z")
    writer.record(0, "party", party=party, role="supplier", signing_key=party_key, agreement_key="")
    writer.record(0, "device", device=hub, role="hub", signing_key=hub_key, agreement_key="")
    writer.record(0, "device", device=meter, role="esme", signing_key=meter_key, agreement_key=meter_agreement)
    writer.record(0, "window", event="opened")
    for number in range(alerts):
        head = bytes.fromhex("df0903") + number.to_bytes(8, "big") + b"\x08" + bytes.fromhex(meter) + b"\x08" + bytes.fromhex(party)
        payload = bytes.fromhex("0f00000000000002021280020" + "90c07ee0107ff0c0000ff800000")
        octets = head + bytes.fromhex("0002000b") + bytes((len(payload),)) + payload + b"\x40" + chance.octets(64)
        writer.message(1000 * number, "hub", eui64(meter), eui64(party), octets)
    writer.record(9000, "window", event="closed")
    writer.record(9000, "end", reason="window closed")
    return stream.getvalue()


def payload(*, realm: str = "S", grade: str = "C3-S u=0 frequent") -> dict[str, bytes]:
    """Return the payload of a bundle of three blocks of four arms."""
    trials = {f"t{block}{arm}": name for block in range(BLOCKS) for arm, name in enumerate(ARMS)}
    journals = {trial: journal(trial, realm=realm, alerts=0 if arm == "sham" else 3) for trial, arm in trials.items()}
    rows = [{"trial": trial, "positive": arm not in {"sham", "condition-control"}, "void": ""} for trial, arm in trials.items()]
    plan = {
        "arms": [{"name": arm, "role": arm} for arm in ARMS],
        "harness": {"digest": "ab" * 32, "version": "0.1.0"},
        "plugins": [{"kind": "mechanism", "name": "average-voltage-chatter", "package": "comms_hub_sim 0.1.0"}],
        "target": {"clock": "virtual", "name": "simulator" if realm == "S" else "bench", "realm": realm},
    }
    files = {
        "data/plan/assignment.jsonl": lines({"trial": trial, "arm": arm} for trial, arm in trials.items()),
        "data/plan/plan.json": document(plan),
        "data/plan/policy.json": document({"format": "smets-policy/2"}),
        "data/inputs/scenario.toml": b'id = "small"\n[combination]\nesme = "alder-e1@1.2.7781"\n',
        "data/raw/capture.bin": bytes(range(256)) * 9,
        "data/results/certainty.json": document({"grade": grade, "worst-case": grade}),
        "data/results/outcomes.jsonl": lines(rows),
        **{f"data/trials/{trial}.jsonl": octets for trial, octets in journals.items()},
        **{f"data/traces/{trial}.jsonl": trace(octets) for trial, octets in journals.items()},
    }
    for name, (maker, model, firmware, summary) in MAKERS.items():
        identity = {"firmware": firmware, "maker": maker, "model": model, "pseudonym": name, "summary": summary}
        files[f"data/identity/{name}.json"] = document(identity)
        files[f"data/subject/{name}.json"] = document({"pseudonym": name, "role": "esme"})
        files[f"data/inputs/profiles/{name}.toml"] = f'model = "{model}"\nmaker = "{maker}"\nsummary = "{summary}"\n'.encode()
    return files


def order(to: str = "sec-parties", purpose: str = REQUEST_FOR_CAPTURES, **more: object) -> Order:
    """Return what is asked for."""
    return Order(recipient=recipient(to), purpose=purpose, **more)  # type: ignore[arg-type]


def derived(original: Path, out: Path, asked: Order | None = None) -> Disclosure:
    """Make a derivative of a signed bundle."""
    return disclose(original, out, asked or order(), key=made.p256(made.DISCLOSER), lab_key=made.LAB_KEY, time=TIME)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def spellings(value: bytes) -> Iterator[bytes]:
    """Yield octets in every encoding that a derivative must not have them in, each written out by hand."""
    for octets in (value, value[::-1]):
        digits = octets.hex()
        yield octets
        for text in (digits, digits.upper()):
            pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
            for between in ("", "-", ":", " "):
                joined = between.join(pairs)
                yield from (joined.encode(), joined.encode("utf-16-le"), joined.encode("utf-16-be"))
            yield "".join(f"\\u{ord(letter):04x}" for letter in text).encode()
            yield "".join(f"&#{ord(letter)};" for letter in text).encode()
            yield "".join(f"%{ord(letter):02X}" for letter in text).encode()
            yield text.encode().hex().encode()
            yield from in_base64(text.encode())
        yield from in_base64(octets)
        yield str(int.from_bytes(octets, "big")).encode()


def text_spellings(text: str) -> Iterator[bytes]:
    """Yield a text in every encoding that a derivative must not have it in."""
    for spelling in {text, text.lower(), text.upper(), text.replace(" ", "_"), text.replace("-", " ")}:
        octets = spelling.encode()
        yield from (
            octets,
            spelling.encode("utf-16-le"),
            spelling.encode("utf-16-be"),
            octets.hex().encode(),
            octets.hex().upper().encode(),
        )
        yield "".join(f"\\u{ord(letter):04x}" for letter in spelling).encode()
        yield "".join(f"&#{ord(letter)};" for letter in spelling).encode()
        yield from in_base64(octets)


def in_base64(octets: bytes) -> Iterator[bytes]:
    """Yield what base64 makes of octets wherever they begin, in both alphabets, without what their neighbours decide."""
    for before in range(3):
        whole = b64encode(b"\0" * before + octets + b"\0\0")
        first, last = -(-8 * before // 6), 8 * (before + len(octets)) // 6
        yield from (whole[first:last], whole[first:last].replace(b"+", b"-").replace(b"/", b"_"))


def found_in(files: dict[str, bytes], needles: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Return which file holds which needle, by plain search."""
    wanted = [needle for needle in needles if len(needle) >= 5]
    return [(name, needle) for name, octets in files.items() for needle in wanted if needle in octets]
