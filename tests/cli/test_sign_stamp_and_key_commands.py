"""From keys to a bundle that others verify: ``key``, ``run --key``, ``sign``, ``stamp`` and ``verify --trust``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import signed_bundles as made

from harness.evidence.bundle import Bundle
from harness.evidence.dsse import read_envelope
from harness.evidence.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Command = Callable[..., subprocess.CompletedProcess[str]]

SMALL = ("average-voltage-chatter", "--set", "stop.blocks=2", "--set", "window.observe=2h", "--name", "b", "--workers", "1")
SIGNED = ("--key", "operator.pem", "--lab-key", "lab.key")
RAN = {0, 1, 6}
"""Exit codes of a run that was carried out, whatever it showed."""


@pytest.fixture
def lab(tmp_path: Path, smets_harness: Command) -> Path:
    """A folder with the keys of operator and reviewer, the lab's key, and a trust list."""
    assert smets_harness("key", "new", "operator.pem").returncode == 0
    assert smets_harness("key", "new", "reviewer.pem", "--algorithm", "ed25519").returncode == 0
    assert smets_harness("key", "new", "lab.key", "--salt").returncode == 0
    who = ("--organisation", "Test Lab", "--holder")
    one = smets_harness("key", "trust", "operator.pub.pem", *who, "A. Operator", "--role", "operator")
    (tmp_path / "one.json").write_text(one.stdout)
    both = smets_harness("key", "trust", "reviewer.pem", *who, "B. Reviewer", "--role", "reviewer", "--with", "one.json")
    (tmp_path / "trust.json").write_text(both.stdout)
    return tmp_path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> made.Authority:
    tool("openssl")
    return made.Authority.open(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture
def address(authority: made.Authority) -> Iterator[str]:
    """Where the authority answers over HTTP."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            reply = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def verified(smets_harness: Command, *more: str) -> dict[str, str]:
    found = json.loads(smets_harness("verify", "out/b", "--trust", "trust.json", "--json", *more).stdout)
    return {level["level"]: level["outcome"] for level in found["levels"]}


ALL = dict.fromkeys(("V0", "V1", "V2", "V3", "V5", "V7"), "holds")


@pytest.mark.slow
def test_from_a_run_to_a_reviewed_bundle(lab: Path, smets_harness: Command, authority: made.Authority, address: str) -> None:
    done = smets_harness("run", *SMALL, *SIGNED, "--tsa", address, "--json")
    assert done.returncode in RAN, done.stderr
    assert json.loads(done.stdout)["signed"] == ["plan", "selftest", "run"]
    assert not (lab / "out/b.work").exists()
    roots = ("--tsa-roots", str(authority.root))
    assert verified(smets_harness, *roots, "--lab-key", "lab.key") == ALL
    assert verified(smets_harness) == ALL | {"V3": "cannot tell"}, "an authority nobody knows"
    done = smets_harness("sign", "out/b", "--key", "reviewer.pem", "--as", "reviewer")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "signed  grade")
    assert smets_harness("sign", "out/b", "--key", "reviewer.pem", "--as", "reviewer").stdout.startswith("signed  nothing new")
    for how in (["--tsa", address], ["--tsa", address, *roots]):
        assert smets_harness("stamp", "out/b", "grade", *how).returncode == 0
    assert smets_harness("stamp", "out/b", "run", "--query", "run.tsq").returncode == 0
    (lab / "run.tsr").write_bytes(authority.reply((lab / "run.tsq").read_bytes()))
    assert smets_harness("stamp", "out/b", "run", "--reply", "run.tsr", *roots).returncode == 0
    assert verified(smets_harness, *roots) == ALL
    text = smets_harness("verify", "out/b", "--trust", "trust.json", *roots).stdout
    assert "grade is signed by B. Reviewer, Test Lab (reviewer, key " in text
    assert "nobody signed" not in text


@pytest.mark.slow
def test_a_bundle_that_was_sealed_unsigned_is_signed_later(lab: Path, smets_harness: Command) -> None:
    assert smets_harness("run", *SMALL).returncode in RAN
    root = Bundle.open(lab / "out/b").payload_root
    assert "nobody signed this bundle" in smets_harness("verify", "out/b").stdout
    done = smets_harness("sign", "out/b", "--key", "reviewer.pem", "--as", "reviewer")
    assert done.returncode == 4
    assert "the operator's signature before the reviewer's" in done.stderr
    done = smets_harness("sign", "out/b", "--as", "operator", *SIGNED, "--time", made.ENDED, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["signed"] == ["plan", "selftest", "run"]
    assert Bundle.open(lab / "out/b").payload_root == root
    assert verified(smets_harness) == ALL
    statement = json.loads((lab / "out/b/attestations/run.statement.json").read_bytes())
    assert "started" not in statement["predicate"], "nobody was there to see it start"


@pytest.mark.slow
def test_what_does_not_verify_is_not_signed(lab: Path, smets_harness: Command) -> None:
    assert smets_harness("run", *SMALL).returncode in RAN
    (lab / "out/b/data/results/report.txt").write_text("all is well\n")
    done = smets_harness("sign", "out/b", "--as", "operator", *SIGNED)
    assert done.returncode == 1
    assert done.stdout.startswith("not signed, because it does not verify\n")
    assert "E-FILE-DIGEST  data/results/report.txt" in done.stdout
    assert json.loads(smets_harness("sign", "out/b", "--as", "operator", *SIGNED, "--json").stdout)["signed"] == []
    assert not (lab / "out/b/attestations").exists()


@pytest.mark.slow
def test_the_plan_is_signed_and_stamped_before_the_first_trial(lab: Path, smets_harness: Command, authority: made.Authority) -> None:
    done = smets_harness("run", *SMALL, *SIGNED, "--until-signed")
    assert done.returncode == 0, done.stderr
    work = lab / "out/b.work"
    assert not (work / "data/trials").exists()
    assert smets_harness("stamp", "out/b.work", "plan", "--query", "plan.tsq").returncode == 0
    (lab / "plan.tsr").write_bytes(authority.reply((lab / "plan.tsq").read_bytes()))
    assert smets_harness("stamp", "out/b.work", "plan", "--reply", "plan.tsr").returncode == 0
    plan = read_envelope((work / "attestations/plan.dsse.json").read_bytes())
    refused = smets_harness("run", "--resume", "out/b")
    assert refused.returncode == 4
    assert "begun with its plan signed; expected --key and --lab-key" in refused.stderr
    early = smets_harness("run", "--resume", "out/b", *SIGNED, "--time", "2020-01-01T00:00:00Z")
    assert early.returncode == 7
    assert "by the clock here 2020-01-01T00:00:00Z" in early.stderr
    assert smets_harness("run", "--resume", "out/b", *SIGNED, "--workers", "1").returncode in RAN
    assert (lab / "out/b/attestations/plan.dsse.json").read_bytes() == plan.octets
    assert verified(smets_harness, "--tsa-roots", str(authority.root)) == ALL
    late = smets_harness("stamp", "out/b", "plan", "--query", "late.tsq")
    assert late.returncode == 0
    started = json.loads((lab / "out/b/attestations/run.statement.json").read_bytes())["predicate"]["started"]
    while instant(datetime.now(UTC)) <= started:
        pass
    (lab / "late.tsr").write_bytes(authority.reply((lab / "late.tsq").read_bytes()))
    refused = smets_harness("stamp", "out/b", "plan", "--reply", "late.tsr")
    assert refused.returncode == 4
    assert "expected a stamp of the plan from before the first trial" in refused.stderr


@pytest.mark.slow
def test_a_run_taken_up_from_its_bundle_alone_keeps_the_signed_plan(lab: Path, smets_harness: Command) -> None:
    longer = ("average-voltage-chatter", "--set", "stop.blocks=9", "--set", "window.observe=6h", "--name", "b", "--workers", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "run", *longer, *SIGNED], cwd=lab, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline and len(list((lab / "out/b.work/data/trials").glob("t*.jsonl"))) < 8:
        pass
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) == 2
    assert verified(smets_harness) == ALL, "what was interrupted is signed as far as it goes"
    before = {name: (lab / f"out/b/attestations/{name}.statement.json").read_bytes() for name in ("plan", "run")}
    shutil.rmtree(lab / "out/b.work")
    assert smets_harness("run", "--resume", "out/b").returncode == 4
    assert smets_harness("run", "--resume", "out/b", *SIGNED, "--workers", "1").returncode in RAN
    assert (lab / "out/b/attestations/plan.statement.json").read_bytes() == before["plan"]
    after = json.loads((lab / "out/b/attestations/run.statement.json").read_bytes())["predicate"]
    assert after["started"] == json.loads(before["run"])["predicate"]["started"]
    assert verified(smets_harness) == ALL


@pytest.mark.slow
def test_a_signed_plan_survives_an_interruption(lab: Path, smets_harness: Command) -> None:
    longer = ("average-voltage-chatter", "--set", "stop.blocks=9", "--set", "window.observe=6h", "--name", "b", "--workers", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "run", *longer, *SIGNED], cwd=lab, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    trials, plan = lab / "out/b.work/data/trials", lab / "out/b.work/attestations/plan.dsse.json"
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline and len(list(trials.glob("t*.jsonl"))) < 8:
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    signed, started = plan.read_bytes(), (lab / "out/b.work/attestations/started").read_text().strip()
    assert not (lab / "out/b").exists(), "killed too late to show anything"
    assert smets_harness("run", "--resume", "out/b", *SIGNED, "--workers", "1").returncode in RAN
    assert (lab / "out/b/attestations/plan.dsse.json").read_bytes() == signed
    assert json.loads((lab / "out/b/attestations/run.statement.json").read_bytes())["predicate"]["started"] == started
    assert verified(smets_harness) == ALL


def test_a_signed_run_is_the_same_bytes_again(lab: Path, smets_harness: Command) -> None:
    def contents() -> dict[str, bytes]:
        return {str(path.relative_to(lab)): path.read_bytes() for path in (lab / "out/b").rglob("*") if path.is_file()}

    assert smets_harness("run", *SMALL, *SIGNED, "--time", made.ENDED).returncode in RAN
    before = contents()
    done = smets_harness("run", *SMALL, *SIGNED, "--time", made.ENDED, "--replace", env={"PYTHONHASHSEED": "5", "TZ": "Pacific/Chatham"})
    assert done.returncode in RAN
    assert contents() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", *SMALL, "--key", "operator.pem"), "--key without --lab-key"),
        (("run", *SMALL, "--lab-key", "lab.key"), "nobody signs; expected --key and --lab-key"),
        (("run", *SMALL, *SIGNED, "--time", "noon"), "'noon' is not an instant"),
        (("run", *SMALL, "--key", "none.pem", "--lab-key", "lab.key"), "none.pem: the key could not be read"),
        (("run", *SMALL, "--key", "operator.pub.pem", "--lab-key", "lab.key"), "operator.pub.pem: "),
        (("run", *SMALL, "--key", "pkcs11:token=x", "--lab-key", "lab.key"), "expected token, object and module-path"),
        (("key", "new", "operator.pem"), "operator.pub.pem: is there already"),
        (("key", "new", "lab.key", "--salt"), "lab.key: is there already"),
        (("key", "show", "lab.key"), "lab.key: no private key could be read"),
        (("key", "trust", "operator.pem"), "expected --holder, --organisation and --role"),
        (("key", "trust", "operator.pem", "--holder", "A", "--organisation", "B", "--role", "opertor"), "did you mean 'operator'?"),
        (("key", "new", "more.pem", "--encrypt"), "nobody is there to ask; expected --passphrase-file FILE"),
        (("stamp", "none", "plan", "--query", "q"), "no statement 'plan'"),
        (("verify", "none", "--trust", "none.json"), "none.json: the trust list could not be read"),
        (("verify", "none", "--tsa-roots", "trust.json"), "trust.json: holds no certificate"),
    ],
)
def test_what_cannot_be_carried_out_is_told_in_a_line(lab: Path, smets_harness: Command, arguments: tuple[str, ...], message: str) -> None:
    done = smets_harness(*arguments)
    assert done.returncode == 4, done.stdout
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_is_shown_and_kept_from_others(lab: Path, smets_harness: Command) -> None:
    shown = [json.loads(smets_harness("key", "show", name, "--json").stdout) for name in ("operator.pem", "operator.pub.pem")]
    assert shown[0] == shown[1]
    assert shown[0]["public-key"] == (lab / "operator.pub.pem").read_text()
    assert {name: (lab / name).stat().st_mode & 0o777 for name in ("operator.pem", "lab.key")} == {"operator.pem": 0o600, "lab.key": 0o600}
    assert smets_harness("key", "show", "reviewer.pem").stdout.splitlines()[1] == "algorithm  ed25519"


def test_an_encrypted_key_signs_with_its_passphrase_alone(lab: Path, smets_harness: Command) -> None:
    (lab / "secret").write_text("correct horse\n")
    (lab / "wrong").write_text("battery staple\n")
    assert smets_harness("key", "new", "locked.pem", "--passphrase-file", "secret").returncode == 0
    made.make_signed(lab / "out/b")
    from_file = ("sign", "out/b", "--key", "locked.pem", "--as", "reviewer")
    told = smets_harness("key", "show", "locked.pem", "--passphrase-file", "wrong")
    assert told.returncode == 4
    assert "its own passphrase" in told.stderr
    assert smets_harness("key", "show", "locked.pem", "--passphrase-file", "secret").returncode == 0
    assert smets_harness(*from_file).returncode in {1, 6}, "the small bundle follows from no plan that can be carried out"


def test_an_authority_that_does_not_answer_is_told(lab: Path, smets_harness: Command) -> None:
    made.make_signed(lab / "out/b")
    refused = smets_harness("stamp", "out/b", "run", "--tsa", "http://127.0.0.1:1/")
    assert refused.returncode == 7
    assert "gave no reply" in refused.stderr
    assert smets_harness("stamp", "out/b", "run", "--tsa", "file:///etc/passwd").returncode == 4
    (lab / "odd.tsr").write_bytes(b"odd")
    refused = smets_harness("stamp", "out/b", "run", "--reply", "odd.tsr")
    assert refused.returncode == 4
    assert "the reply cannot be taken" in refused.stderr


def test_a_bundle_that_was_changed_is_not_stamped(lab: Path, smets_harness: Command, address: str) -> None:
    made.make_signed(lab / "out/b")
    (lab / "out/b/data/trials/t00000.jsonl").write_bytes(b"{}\n")
    refused = smets_harness("stamp", "out/b", "run", "--tsa", address)
    assert refused.returncode == 1
    assert "data/trials/t00000.jsonl: E-FILE-DIGEST was changed after sealing" in refused.stderr
