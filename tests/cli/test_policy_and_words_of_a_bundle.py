"""Level V7 on a bundle that was carried out: each printed grade follows, each word is neutral, and what is altered is named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from harness.cli.policy_check import policy_problems
from harness.errors import BundleError
from harness.evidence.bundle import Bundle
from harness.evidence.statement import statement
from harness.report.words import lint
from harness.vocab.canonical import document, parse
from harness.wire.gbcs.catalogue import alert_codes, alert_name

RUN = ["run", "average-voltage-chatter", "--set", "stop.blocks=9", "--name", "b"]
RESULTS = "data/results/"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("policy")
    subprocess.run([sys.executable, "-m", "harness", *RUN], cwd=folder, capture_output=True, check=False, timeout=300)
    return folder / "out" / "b"


@pytest.fixture
def bundle(sealed: Path, tmp_path: Path) -> Path:
    """A copy, for each test to alter."""
    return Path(shutil.copytree(sealed, tmp_path / "copy"))


def found(folder: Path) -> list[tuple[str, str, str]]:
    """What V7 says of the folder, taken as sealed in the state it is in."""
    digests = {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "data").rglob("*"))
        if path.is_file()
    }
    bundle = Bundle(directory=folder, payload_root="0" * 64, digests=digests)
    return [(problem.code, problem.file, problem.sentence) for problem in policy_problems(bundle)]


def alter(path: Path, old: str, new: str, count: int = -1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def test_a_bundle_as_it_was_sealed_keeps_to_its_policy(bundle: Path):
    assert found(bundle) == []


@pytest.mark.parametrize("member", ["grade", "worst-case"])
def test_a_verdict_with_another_grade_is_named(bundle: Path, member: str):
    path = bundle / RESULTS / "certainty.json"
    value = parse(path.read_bytes())
    assert value[member] == "C3-S u=0 frequent"
    value[member] = "C4-S u=0 consistent"
    path.write_bytes(document(value))
    ((code, file, sentence),) = found(bundle)
    assert (code, file) == ("E-GRADE", f"{RESULTS}certainty.json")
    assert "is C4-S u=0 consistent; from the sealed outcomes follows C3-S u=0 frequent" in sentence


@pytest.mark.parametrize("name", ["report.txt", "report.html", "junit.xml"])
def test_a_report_that_prints_another_grade_is_named(bundle: Path, name: str):
    alter(bundle / RESULTS / name, "C3-S u=0 frequent", "C5-S u=0 consistent", 1)
    assert ("E-GRADE", f"{RESULTS}{name}") in {(code, file) for code, file, _ in found(bundle)}


def test_outcomes_that_give_another_grade_are_named_at_the_verdict(bundle: Path):
    path = bundle / RESULTS / "outcomes.jsonl"
    rows = [parse(line) for line in path.read_bytes().splitlines(keepends=True)]
    for row in rows:
        row["positive"], row["count"] = False, 0
    path.write_bytes(b"".join(map(document, rows)))
    files = {file for code, file, _ in found(bundle) if code == "E-GRADE"}
    assert files == {f"{RESULTS}{name}" for name in ("certainty.json", "report.txt", "report.html", "junit.xml")}


def test_a_trial_that_the_plan_does_not_have_is_no_evidence(bundle: Path):
    path = bundle / RESULTS / "outcomes.jsonl"
    first = path.read_text(encoding="utf-8").splitlines()[0]
    trial = json.loads(first)["trial"]
    alter(path, f'"{trial}"', '"t0000000000"')
    with pytest.raises(BundleError, match="t0000000000 is of no whole block"):
        found(bundle)


def test_a_policy_that_is_not_the_sealed_one_is_named(bundle: Path):
    alter(bundle / "data/plan/policy.json", '"positives":3', '"positives":1')
    ((code, file, sentence),) = found(bundle)
    assert (code, file) == ("E-GRADE", "data/plan/policy.json")
    assert "the plan was sealed under" in sentence


@pytest.mark.parametrize(
    ("path", "old", "new", "where"),
    [
        ("data/results/report.txt", "claim  ", "faulty ", "line "),
        ("data/results/report.html", "Does this meter", "Does this faulty meter", "line "),
        ("data/results/junit.xml", "Does this meter", "Does this faulty meter", "<system-out>"),
        ("data/results/findings.jsonl", "were observed at", "were faulty at", "a sentence"),
        ("README.txt", "BagIt", "faulty", "line "),
    ],
)
def test_a_banned_word_is_named_with_its_place_and_what_to_say(bundle: Path, path: str, old: str, new: str, where: str):
    alter(bundle / path, old, new, 1)
    told = [(file, sentence) for code, file, sentence in found(bundle) if code == "E-WORDING"]
    assert told
    assert all(file == path and re.search(r"column \d+: 'faulty'; say 'emitted n alerts", sentence) for file, sentence in told)
    assert where.strip() in told[0][1] or path.endswith(".xml")


def test_a_question_with_a_banned_word_is_named_where_it_is_asked_and_where_it_is_told(smets_harness, tmp_path: Path):
    run = ("run", "average-voltage-chatter", "--set", "stop.blocks=1", "--set", "window.observe=1h", "--name", "b")
    smets_harness(*run, "--set", "question=Does this faulty meter alert?")
    told = {(file, sentence.partition(";")[0]) for code, file, sentence in found(tmp_path / "out" / "b") if code == "E-WORDING"}
    assert ("data/plan/plan.json", ".question, column 11: 'faulty'") in told
    assert {file for file, _ in told} == {
        "data/plan/plan.json",
        *(f"{RESULTS}{name}" for name in ("report.txt", "report.html", "junit.xml")),
    }


def test_a_figure_that_stands_in_no_field_is_named(bundle: Path):
    alter(bundle / RESULTS / "report.txt", "question  ", "2,718,281 ", 1)
    assert [(code, sentence) for code, _, sentence in found(bundle)] == [
        ("E-WORDING", "line 1: the figure 2,718,281 stands in no field; say what follows from one")
    ]


def test_what_the_catalogue_calls_a_code_may_be_quoted(bundle: Path):
    names = [name for name in (alert_name(code) or "" for code in alert_codes()) if lint(name)]
    assert names
    alter(bundle / RESULTS / "report.txt", "claim  ", f"{names[0]}  ", 1)
    assert found(bundle) == []


def test_the_texts_of_a_statement_are_read_and_what_a_standard_prescribes_is_not(bundle: Path):
    folder = bundle / "attestations"
    folder.mkdir()
    predicate = {"result": "FAILED", "note": "the meter is faulty", "time": "2030-01-04T09:00:00Z"}
    (folder / "run.statement.json").write_bytes(statement("run", {"tagmanifest-sha256.txt": b""}, predicate))
    ((code, file, sentence),) = found(bundle)
    assert (code, file) == ("E-WORDING", "attestations/run.statement.json")
    assert sentence.startswith(".predicate.note, column 14: 'faulty'")


def test_findings_that_are_not_as_sealed_are_not_read(bundle: Path, smets_harness):
    alter(bundle / RESULTS / "findings.jsonl", "were observed at", "were faulty at", 1)
    done = smets_harness("verify", str(bundle), "--level", "V7", "--json")
    (level,) = json.loads(done.stdout)["levels"]
    assert [problem["code"] for problem in level["problems"]] == ["U-FIXITY"]
    assert done.returncode == 6


def test_check_warns_of_the_authors_words_at_their_place(smets_harness, tmp_path: Path, checkout: Path):
    text = (checkout / "scenarios" / "voltage" / "average_voltage_chatter.toml").read_text(encoding="utf-8")
    spoilt = text.replace("Does this meter alert on every", "Does this faulty meter always alert on a").replace(
        '"per-phase codes"', '"what causes it"'
    )
    (tmp_path / "mine.toml").write_text(spoilt, encoding="utf-8")
    done = smets_harness("check", "mine.toml")
    assert done.returncode == 0, done.stdout
    for place in ("mine.toml:4:12: 'faulty' leaves the lab", "mine.toml:4:12: 'always'", "mine.toml:7:17: 'causes'"):
        assert f"warning: {place}" in done.stdout
    told = json.loads(smets_harness("check", "mine.toml", "--json").stdout)
    assert (told["problems"], told["warnings"]) == (0, 3)
    assert told["files"][0]["warnings"][0]["expected"].startswith("'emitted n alerts")


def test_a_neutral_scenario_is_not_warned_of(smets_harness):
    done = smets_harness("check", "average-voltage-chatter")
    assert (done.returncode, done.stdout) == (0, "average-voltage-chatter: no problems\n")


def test_the_report_names_devices_only_where_it_is_asked_to(smets_harness, bundle: Path):
    plain, named = (smets_harness("report", str(bundle), *more).stdout for more in ([], ["--names"]))
    assert "alder-e1@1.2" not in plain
    assert "alder-e1@1.2" in named
    assert plain == (bundle / RESULTS / "report.txt").read_text(encoding="utf-8")


def test_the_comparison_page_names_nobody_unless_it_is_asked_to(smets_harness, bundle: Path, tmp_path: Path):
    alter(bundle / "data/results/report.txt", "question", "Question", 1)
    other = tmp_path / "other"
    shutil.copytree(bundle, other)
    identity = next((other / "data" / "identity").glob("*.json"))
    identity.write_bytes(identity.read_bytes().replace(b'"maker":"', b'"maker":"New '))
    done = smets_harness("diff", str(bundle), str(other), "--html", "page.html")
    assert done.returncode == 1, done.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "alder" not in page.lower()
    assert "New " not in page
    assert smets_harness("diff", str(bundle), str(other), "--names").returncode == 4


def test_a_notice_of_simulated_evidence_is_refused_and_a_request_for_captures_is_written(smets_harness, bundle: Path):
    common = ("notice", str(bundle), "--to", "parties", "--issue", "ISS-0042", "--date", "2026-05-01", "--contact", "issues@lab.example")
    refused = smets_harness(*common)
    assert refused.returncode == 5
    assert "simulated evidence opens no notice about a device" in refused.stderr
    assert refused.stdout == ""
    written = smets_harness(*common, "--request-for-captures")
    assert written.returncode == 0, written.stderr
    assert written.stdout.startswith("Request for captures    TLP:AMBER\n")
    assert "alder" not in written.stdout.lower()
    told = json.loads(smets_harness(*common, "--request-for-captures", "--json").stdout)
    assert (told["to"], told["tracking"]["id"], told["evidence"]["grade"]) == ("captures", "ISS-0042", "C3-S u=0 frequent")
    root = sha256((bundle / "manifest-sha256.txt").read_bytes()).hexdigest()
    assert told["evidence"]["tag-manifest"] == ""
    assert root[:12] not in written.stdout, "nothing that leaves the lab is a plain digest of the payload"


def test_a_notice_rests_on_no_verdict_that_does_not_follow(smets_harness, bundle: Path):
    alter(bundle / RESULTS / "certainty.json", "C3-S u=0 frequent", "C4-S u=0 frequent")
    common = (
        "notice",
        str(bundle),
        "--to",
        "parties",
        "--request-for-captures",
        "--issue",
        "I-1",
        "--date",
        "2026-05-01",
        "--contact",
        "x",
    )
    done = smets_harness(*common)
    assert done.returncode == 1
    assert "certainty.json" in done.stderr


def test_a_pdf_is_printed_with_its_text(smets_harness, bundle: Path, tmp_path: Path, tool):
    tool("chromium")
    done = smets_harness("report", str(bundle), "--form", "pdf", "--output", "r.pdf")
    assert done.returncode == 0, done.stderr
    pdf = (tmp_path / "r.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert 6 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 16
    shown = subprocess.run([tool("pdftotext"), "-layout", "r.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    words = " ".join(shown.split())
    for part in ("C3-S", "Simulated.", "What was not shown", "prevalence in the field", "Message by message", "payload root"):
        assert part in words, part


def test_without_a_browser_a_pdf_says_what_to_install(smets_harness, bundle: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    done = smets_harness("report", str(bundle), "--format", "pdf", "--output", "r.pdf", env={"PATH": str(tmp_path / "empty")})
    assert done.returncode == 5
    assert "apt-get install chromium" in done.stderr
    assert smets_harness("report", str(bundle), "--format", "pdf").returncode == 4
