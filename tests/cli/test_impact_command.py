"""``impact``: private arithmetic on a sealed bundle, which it leaves as it is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RUN = ["run", "average-voltage-chatter", "--set", "stop.blocks=9", "--set", "window.observe=6h", "--name", "b"]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("impact")
    subprocess.run([sys.executable, "-m", "harness", *RUN], cwd=folder, capture_output=True, check=False, timeout=300)
    return folder / "out" / "b"


@pytest.fixture
def bundle(sealed: Path, tmp_path: Path) -> Path:
    """A copy, for each test to spoil."""
    return Path(shutil.copytree(sealed, tmp_path / "copy"))


def _octets(bundle: Path) -> dict[str, bytes]:
    return {path.relative_to(bundle).as_posix(): path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file()}


def test_without_more_it_gives_what_is_sealed_and_writes_nothing(smets_harness, bundle) -> None:
    before = _octets(bundle)
    done = smets_harness("impact", str(bundle), "--json")
    assert done.returncode == 0, done.stderr
    sealed = json.loads(before["data/results/impact.json"])
    assert json.loads(done.stdout)["impact"] == sealed
    assert sealed["stated"]["basis"] == "assumed, no source"
    assert sealed["stated"]["installed"] is None
    assert _octets(bundle) == before


def test_the_number_installed_and_the_capacity_stay_with_the_reader(smets_harness, bundle) -> None:
    before = _octets(bundle)
    done = smets_harness("impact", str(bundle), "--installed", "400000", "--capacity", "1000000", "--counting-point", "han")
    assert done.returncode == 0, done.stderr
    assert "400,000 installed: " in done.stdout
    assert "alerts a day at 'han'" in done.stdout
    assert "Band I" in done.stdout
    assert _octets(bundle) == before


def test_a_share_of_the_readers_own_is_told_as_such(smets_harness, bundle) -> None:
    done = smets_harness("impact", str(bundle), "--share", "1%,1 %,1%")
    assert "1\u00a0% to 1\u00a0%, likeliest 1\u00a0% (given on the command line, not sealed before the first trial)" in done.stdout


def test_plan_and_outcomes_suffice(smets_harness, bundle) -> None:
    """As in a derivative from which everything else is withheld: what is not there is not read."""
    for name in ("trials", "traces", "inputs", "identity", "subject"):
        shutil.rmtree(bundle / "data" / name)
    assert smets_harness("impact", str(bundle)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--share", "1%,2%"], "three shares"),
        (["--share", "3%,2%,4%"], "three shares"),
        (["--share", "1,2,3"], "a share from '0 %' to '100 %'"),
        (["--installed", "0"], "a whole number from 1"),
        (["--capacity", "-5"], "a whole number from 1"),
        (["--counting-point", "moon"], "moon"),
    ],
)
def test_what_cannot_be_meant_is_refused(smets_harness, bundle, arguments, words) -> None:
    done = smets_harness("impact", str(bundle), *arguments)
    assert done.returncode == 4
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_changed_outcomes_are_not_read(smets_harness, bundle) -> None:
    path = bundle / "data" / "results" / "outcomes.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"count":', b'"count":9', 1))
    done = smets_harness("impact", str(bundle))
    assert done.returncode == 1
    assert "outcomes.jsonl" in done.stderr
