"""Journals of made-up trials, in few words; written by the real writer, read by the real reader and decoder."""

from __future__ import annotations

from io import BytesIO

from harness.detect import burst, pair_chatter, re_raised_event, rebuilt_alert, switched_off_yet_sent, transport_duplicate, unfounded
from harness.interfaces.setting import settle
from harness.oracle.weighing import weigh
from harness.vocab.identity import Eui64
from harness.vocab.journal import FORMAT, Journal, JournalWriter
from harness.vocab.time import DAY, HOUR, MINUTE, SECOND, Epoch
from harness.wire.gbcs.alerts import build_alert
from harness.wire.gbcs.message import Profile, wrap
from harness.wire.reading import read_trial

DETECTORS = {
    module.DETECTOR.name: module.DETECTOR
    for module in (burst, pair_chatter, re_raised_event, rebuilt_alert, switched_off_yet_sent, transport_duplicate, unfounded)
}
EPOCH = "2030-01-07T00:00:00Z"
DEVICES = {role: Eui64(f"00db1234567890{number:02x}") for number, role in enumerate(("hub", "gpf", "esme", "gsme", "ppmid"))}
SUPPLIER = Eui64("90b3d51f30010000")
CRITICAL, NON_CRITICAL = 0x1000, 0x1001


class TrialBuilder:
    """Collects records in any order and writes them in order of time."""

    def __init__(self, opened: int = 30 * MINUTE, closed: int = 30 * MINUTE + DAY, end: int | None = None) -> None:
        self.records: list[tuple[int, str, dict]] = []
        self.counter = 1000
        self.end = closed if end is None else end
        for role, device in DEVICES.items():
            self.record(0, "device", device=device, role=role, signing_key="", agreement_key="")
        self.record(opened, "window", event="opened")
        self.record(closed, "window", event="closed")

    def record(self, at: int, kind: str, **members) -> None:
        self.records.append((at, kind, members))

    def alert(
        self,
        at: int,
        code: int,
        *,
        event: int | None = None,
        counter: int | None = None,
        tap: str = "hub",
        by: str = "esme",
        body: bytes = b"",
        target: Eui64 = SUPPLIER,
    ) -> bytes:
        """Show an alert at an instant, whose event was at another: 2 s before unless given; return its octets."""
        if counter is None:
            self.counter += 1
            counter = self.counter
        critical = code >> 8 == 0x8F
        unsigned = build_alert(
            originator=DEVICES[by],
            target=target,
            counter=counter,
            message_code=CRITICAL if critical else NON_CRITICAL,
            code=code,
            time=Epoch.parse(EPOCH).seconds_at(at - 2 * SECOND if event is None else event),
            profile=Profile.GBZ if by == "gsme" else Profile.DLMS,
            body=body,
        )
        octets = unsigned + b"\x40" + bytes(64) if critical else wrap(unsigned + b"\x00", bytes(12))
        self.message(at, octets, tap=tap)
        return octets

    def message(self, at: int, octets: bytes, *, tap: str = "hub") -> None:
        self.record(at, "message", tap=tap, source=DEVICES["esme"], destination=DEVICES["hub"], octets=octets.hex())

    def switches(self, at: int, *on: int, scope: str = "network-operator", by: str = "esme") -> None:
        """Set every WAN bit of a scope: on for these codes, off for all others."""
        mask = f"{sum(1 << (code & 0xFF) for code in on):064x}"
        self.record(at, "configuration", device=DEVICES[by], item="alert-behaviour", scope=scope, wan=mask, han=f"{0:064x}", log=mask)

    def thresholds(self, at: int = 0, *, over: int = 253_000, under: int = 216_200, period: int = 10 * MINUTE) -> None:
        self.record(at, "configuration", device=DEVICES["esme"], item="average-voltage", over=over, under=under, period=period)

    def averages(self, *millivolts: int, start: int = 0, period: int = 10 * MINUTE) -> None:
        """Measure one voltage throughout each averaging period, a sample a minute, a record an hour."""
        samples = [value for value in millivolts for _ in range(period // MINUTE)]
        for first in range(0, len(samples), 60):
            chunk = samples[first : first + 60]
            begun = start + first * MINUTE
            self.record(begun + len(chunk) * MINUTE, "supply", device=DEVICES["esme"], **{"from": begun}, step=MINUTE, millivolts=chunk)

    def stimulus(self, at: int, do: str, *, on: str = "esme", done: int | None = None, **settings) -> None:
        index = sum(kind == "stimulus" and members["phase"] == "due" for _, kind, members in self.records)
        for phase, instant in (("due", at), ("done", at if done is None else done)):
            self.record(instant, "stimulus", index=index, phase=phase, on=on, do=do, **{"with": settings})

    def octets(self, end: int | None = None) -> bytes:
        """Return the journal, or the part of it up to an instant."""
        stream = BytesIO()
        writer = JournalWriter(stream)
        writer.record(0, "journal", format=FORMAT, trial="t0001", realm="S", clock="virtual", epoch=EPOCH)
        last = self.end if end is None else end
        for at, kind, members in sorted(self.records, key=lambda record: record[0]):
            if at <= last:
                writer.record(at, kind, **members)
        writer.record(max(last, 0), "end", reason="window closed")
        return stream.getvalue()

    def journal(self, end: int | None = None) -> Journal:
        return Journal(self.octets(end), where="made up")

    def facts(self, end: int | None = None):
        return read_trial(self.journal(end))

    def grounds(self, end: int | None = None):
        return weigh(self.facts(end))

    def standings(self) -> list[str]:
        """Return how each alert at the hub stands, in the order seen."""
        grounds = self.grounds()
        return [
            grounds.of[sighting.alert.originator, sighting.alert.counter, sighting.alert.code].standing.value
            for sighting in self.facts().at_tap("hub")
        ]

    def found(self, name: str, *, tap: str = "hub", end: int | None = None, **settings):
        """Return what one detector finds."""
        facts = self.facts(end)
        detector = DETECTORS[name]
        settled = settle(dict(detector.settings), {key.replace("_", "-"): value for key, value in settings.items()})
        return list(detector.detect(facts, weigh(facts), tap, settled))

    def kinds(self) -> dict[str, int]:
        """Return superfluous alerts at the hub by detector, silent detectors left out."""
        counts = {name: sum(finding.superfluous for finding in self.found(name)) for name in DETECTORS}
        return {name: count for name, count in counts.items() if count}


__all__ = ["DAY", "DETECTORS", "DEVICES", "EPOCH", "HOUR", "MINUTE", "SECOND", "SUPPLIER", "TrialBuilder"]
