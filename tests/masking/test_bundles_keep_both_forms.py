"""A bundle holds every trial as it was recorded and as it is judged; what is judged needs no journal, and names nobody."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from field_logs import history, text

from harness.cli.compose import derive, payload, prepare, sealed_files, told_of
from harness.errors import BundleError
from harness.evidence.bundle import Bundle
from harness.evidence.seal import seal
from harness.evidence.verify import verify
from harness.masking.trace import trace
from harness.report.results import render, results
from harness.run.campaign import carry_out_campaign
from harness.run.executors import Inline
from harness.run.forms import TRACES, TRIALS, judged_form, trials_in
from harness.run.sinks import Sinks
from harness.run.workplace import Workplace
from harness.vocab.canonical import parse

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from harness.evidence.files import Source

    Run = Callable[..., subprocess.CompletedProcess[str]]

SMALL = ["stop.blocks=2", "window.observe=2h"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The payload of a small run, path by path."""
    plan = prepare("average-voltage-chatter", target_name="simulator", overrides=SMALL, seed=None)
    place = Workplace(tmp_path_factory.mktemp("both") / "work")
    place.open(sealed_files(plan))
    campaign = carry_out_campaign(plan, place=place, executor=Inline(), sink=Sinks(()))
    directory = place.folder.with_name("bundle")
    seal(directory, payload(plan, campaign, place)[1])
    bundle = Bundle.open(directory)
    return {path: bundle.read(path) for path in bundle.files}


@pytest.fixture
def sealed(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """Seal files as a bundle and return its folder."""

    def sealed(files: dict[str, bytes]) -> Path:
        shutil.rmtree(tmp_path / "b", ignore_errors=True)
        seal(tmp_path / "b", files)
        return tmp_path / "b"

    return sealed


def without(files: dict[str, bytes], *folders: str) -> dict[str, bytes]:
    return {path: octets for path, octets in files.items() if not path.startswith(folders)}


def whole(given: Mapping[str, Source]) -> dict[str, bytes]:
    """Return files that may come piece by piece as octets."""
    return {path: b"".join([source] if isinstance(source, bytes) else source) for path, source in given.items()}


def told(directory: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.file) for problem in verify(directory, levels=["V5"], derive=derive).problems]


def test_each_trace_is_the_trace_of_its_journal(files):
    trials = trials_in(files, TRIALS)
    assert len(trials) >= 5
    assert trials_in(files, TRACES) == trials
    assert judged_form(files) == TRACES
    for trial in trials:
        assert files[f"{TRACES}{trial}.jsonl"] == trace(files[f"{TRIALS}{trial}.jsonl"])


def test_results_name_no_model_maker_or_firmware_and_the_lab_reads_them_all_the_same(files, sealed):
    identities = [parse(octets) for path, octets in files.items() if path.startswith("data/identity/")]
    names = {str(identity[member]) for identity in identities for member in ("model", "maker")}
    names |= {f"{identity['model']}@{identity['firmware']}" for identity in identities}
    assert len(names) > 12
    for path, octets in files.items():
        if path.startswith("data/results/"):
            assert not [name for name in names if name.lower() in octets.decode().lower()], path
    story, again = results(told_of(Bundle.open(sealed(files))))
    assert "alder-e1@1.2" in render(story, "text")
    assert again["data/results/report.txt"] == files["data/results/report.txt"]


def test_results_follow_from_plan_and_traces_alone(files, sealed):
    disclosed = without(files, TRIALS, "data/identity/", "data/inputs/")
    story, again = results(told_of(Bundle.open(sealed(disclosed))))
    assert whole(again) == {path: octets for path, octets in files.items() if path.startswith("data/results/")}
    assert "dev-" in render(story, "text")
    assert told(sealed(disclosed)) == []


def test_a_trace_that_its_journal_does_not_give_is_told(files, sealed):
    """The trial says so, whatever was sealed anew after the change."""
    path = next(path for path in files if path.startswith(TRACES))
    assert told(sealed(files)) == []
    changed = files[path].replace(b'"reason":"window closed"', b'"reason":"void: rain"')
    altered = sealed({**files, path: changed})
    assert ("E-RECOMP-DIFF", path) in told(altered)
    fitting = whole(results(told_of(Bundle.open(altered)))[1])
    assert fitting["data/results/outcomes.jsonl"] != files["data/results/outcomes.jsonl"]
    assert told(sealed({**without(files, "data/results/"), path: changed, **fitting})) == [("E-RECOMP-DIFF", path)]


def test_a_journal_without_its_trace_is_told(files, sealed):
    assert ("E-RECOMP-DIFF", f"{TRACES}{min(trials_in(files, TRIALS))}.jsonl") in told(sealed(without(files, TRACES)))
    missing = min(path for path in files if path.startswith(TRACES))
    short = sealed({path: octets for path, octets in files.items() if path != missing})
    with pytest.raises(BundleError, match="no complete block"):
        told_of(Bundle.open(short))
    assert told(short) == [("E-RECOMP-DIFF", "data/results/")]


def pseudonym(files: Mapping[str, bytes]) -> str:
    """Under which pseudonym the meter is known that the scenario asks about."""
    return next(
        path.removeprefix("data/identity/").removesuffix(".json") for path, octets in files.items() if b'"model":"alder-e1"' in octets
    )


def test_a_trial_is_shown_as_recorded_or_as_judged(files, sealed, smets_harness: Run):
    sealed(files)
    trial = min(trials_in(files, TRIALS))
    raw, masked = (json.loads(smets_harness("show", "b", "--trial", trial, "--json", *more).stdout) for more in ([], ["--trace"]))
    assert [(record["line"], record["kind"]) for record in raw] == [(record["line"], record["kind"]) for record in masked]
    assert {record["signing_key"] for record in masked if record["kind"] == "device"} == {""}
    assert all(record["signing_key"] for record in raw if record["kind"] == "device")
    assert f"{pseudonym(files)}   alder-e1@1.2" in smets_harness("show", "b").stdout
    sealed(without(files, TRIALS, "data/identity/"))
    assert json.loads(smets_harness("show", "b", "--trial", trial, "--json").stdout) == masked
    glance = smets_harness("show", "b").stdout
    assert f"{len(trials_in(files, TRACES))} trials" in glance
    assert "alder" not in glance
    assert smets_harness("show", "b", "--trace").returncode == 4


def test_a_report_names_devices_where_their_names_are_at_hand(files, sealed, smets_harness: Run):
    sealed(files)
    assert "alder-e1@1.2" in smets_harness("report", "b", "--names").stdout
    assert "alder-e1@1.2" in smets_harness("judge", "b").stdout
    sealed(without(files, "data/identity/"))
    for command in (["report", "b", "--names"], ["judge", "b"]):
        told = smets_harness(*command).stdout
        assert "alder" not in told
        assert pseudonym(files) in told


def test_a_field_log_is_masked_on_its_way_in_and_has_no_traces(smets_harness: Run, tmp_path: Path):
    (tmp_path / "alerts.log").write_text(text(history(40)))
    assert smets_harness("import", "alerts.log", "--key", "lab.key", "--name", "f").returncode in {0, 1, 6}
    bundle = Bundle.open(tmp_path / "out" / "f")
    assert trials_in(bundle.files, TRIALS)
    assert not trials_in(bundle.files, TRACES)
    assert smets_harness("verify", "out/f", "--level", "V5").returncode == 0
    trial = min(trials_in(bundle.files, TRIALS))
    assert smets_harness("show", "out/f", "--trial", trial).returncode == 0
    assert "no trace of trial" in smets_harness("show", "out/f", "--trial", trial, "--trace").stderr


def test_a_trace_that_was_lost_is_derived_anew_from_the_journal_that_was_kept(tmp_path: Path):
    plan = prepare("average-voltage-chatter", target_name="simulator", overrides=SMALL, seed=None)
    place = Workplace(tmp_path / "work")
    place.open(sealed_files(plan))
    carry_out_campaign(plan, place=place, executor=Inline(), sink=Sinks(()), limit=1)
    kept = {trial.trial: place.trace_path(trial.trial).read_bytes() for trial in plan.blocks[0].trials}
    first, second, *_ = kept
    place.trace_path(first).unlink()
    place.trace_path(second).write_bytes(b"cut sh")
    campaign = carry_out_campaign(plan, place=place, executor=Inline(), sink=Sinks(()), limit=1)
    assert {trial: place.trace_path(trial).read_bytes() for trial in kept} == kept
    assert payload(plan, campaign, place)[1][f"{TRACES}{first}.jsonl"] == place.trace_path(first)
    assert place.plan_files() == sealed_files(plan), "neither form is taken for a file of the plan"
