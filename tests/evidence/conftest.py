"""A small bundle with something of everything, and what derives its results."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.evidence.seal import seal
from harness.vocab.canonical import document, lines, parse
from harness.vocab.journal import Journal, JournalWriter
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from signed_bundles import Authority

    from harness.evidence.bundle import Bundle

TRIALS = ("t00001", "t00002", "t00003")


def journal(trial: str) -> bytes:
    """Return a journal of a few records that nobody has to believe."""
    stream = BytesIO()
    writer = JournalWriter(stream)
    chance = Chance(subseed(b"evidence", trial))
    writer.record(0, "journal", format="smets-journal/1", trial=trial, realm="S", clock="virtual", epoch="2030-01-07T00:00:00Z")
    for at in range(3):
        writer.record(
            1000 * at, "gap", tap="hub", **{"from": at, "until": at + chance.below(9), "lost": chance.below(5), "reason": "fading"}
        )
    writer.record(5000, "end", reason="window closed")
    return stream.getvalue()


def results(trials: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what the trials come to: how much each of them lost."""
    lost = {path: sum(int(str(record.get("lost", 0))) for record in Journal(octets)) for path, octets in trials.items()}
    rows = [{"trial": path, "lost": count} for path, count in sorted(lost.items())]
    page = f"<!DOCTYPE html>\n<title>{sum(lost.values())} lost</title>\n".encode()
    return {"data/results/outcomes.jsonl": lines(rows), "data/results/report.html": page}


def payload() -> dict[str, bytes]:
    """Return the payload of the small bundle."""
    trials = {f"data/trials/{trial}.jsonl": journal(trial) for trial in TRIALS}
    return {
        "data/plan/plan.json": document({"arms": ["treatment", "sham"], "blocks": 2, "id": "small", "with": {"mean": "253.0 V"}}),
        "data/inputs/scenario.toml": b'id = "small"\r\nfamily = "voltage"\n',
        "data/raw/capture.pcapng": bytes(range(256)) * 3,
        "data/raw/empty.log": b"",
        **trials,
        **results(trials),
    }


@pytest.fixture
def files() -> dict[str, bytes]:
    """The payload of the small bundle, path by path."""
    return payload()


@pytest.fixture
def bundle(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """The folder of the small bundle, sealed."""
    directory = tmp_path / "small-9f31c0"
    seal(directory, files)
    return directory


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small bundle, for those who only copy it."""
    directory = tmp_path_factory.mktemp("sealed") / "small-9f31c0"
    seal(directory, payload())
    return directory


@pytest.fixture(scope="session")
def signed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small bundle that operator and reviewer signed, for those who only copy it."""
    import signed_bundles

    directory = tmp_path_factory.mktemp("signed") / "small-7c1e"
    signed_bundles.make_signed(directory)
    return directory


@pytest.fixture
def signed(signed_once: Path, tmp_path: Path) -> Path:
    """The folder of a small bundle that operator and reviewer signed."""
    return Path(shutil.copytree(signed_once, tmp_path / signed_once.name))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> Authority:
    """A time-stamping authority that OpenSSL plays."""
    import signed_bundles

    tool("openssl")
    return signed_bundles.Authority.open(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture
def derive() -> Callable[[Bundle], dict[str, bytes]]:
    """Gives the results anew from the trials of the small bundle."""

    def derive(bundle: Bundle) -> dict[str, bytes]:
        assert parse(bundle.read("data/plan/plan.json"))
        return results({path: bundle.read(path) for path in bundle.files if path.startswith("data/trials/")})

    return derive
