"""``smets-harness capture`` and ``show --follow``: what an engineer does with a trial before anything else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import disclosed_bundles as small
import pytest
import signed_bundles as made
from field_logs import history, text

from harness.evidence.signing import sign

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with captures, signed; one without; a derivative; and an imported log."""
    folder = tmp_path_factory.mktemp("bundles")

    def harness(*arguments: str) -> None:
        subprocess.run([sys.executable, "-m", "harness", *arguments], cwd=folder, capture_output=True, check=False, timeout=300)

    asked = ["run", "average-voltage-chatter", "--set", "stop.blocks=1", "--set", "window.observe=2h"]
    harness(*asked, "--name", "frames", "--frames")
    harness(*asked, "--name", "plain")
    sign(folder / "out" / "frames", made.p256(made.OPERATOR), role="operator", time=small.TIME, lab_key=made.LAB_KEY)
    small.derived(folder / "out" / "frames", folder / "out" / "derived")
    (folder / "alerts.log").write_text(text(history(20)))
    harness("import", "alerts.log", "--key", "field.key", "--name", "field")
    return folder / "out"


def trials(bundle: Path) -> list[str]:
    folder = next(path for name in ("trials", "traces") if (path := bundle / "data" / name).is_dir())
    return sorted(path.stem for path in folder.iterdir())


def shown(line: str, tool: str, *fields: str) -> list[list[str]]:
    """Carry out the printed command with tshark in Wireshark's place, and return fields of each packet."""
    command = line.replace("wireshark ", f"{tool} -n -T fields {' '.join(f'-e {field}' for field in fields)} -r ", 1)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=120, env=dict(os.environ))
    return [row.split("\t") for row in done.stdout.splitlines()]


def identities(bundle: Path) -> set[bytes]:
    """Return the EUI-64s of every journal of a bundle."""
    records = [json.loads(line) for path in (bundle / "data" / "trials").iterdir() for line in path.read_text().splitlines()]
    return {bytes.fromhex(record[kind]) for record in records for kind in ("device", "party") if record["kind"] == kind}


def test_a_recorded_capture_comes_out_as_sealed_and_opens_with_its_keys(
    bundles: Path, smets_harness: Run, tool: Callable[[str], str], tmp_path: Path
) -> None:
    bundle, trial = bundles / "frames", trials(bundles / "frames")[0]
    done = smets_harness("capture", str(bundle), "--trial", trial, "--out", str(tmp_path / "a b"))
    assert done.returncode == 0, done.stderr
    first, line = done.stdout.splitlines()
    assert first.startswith(trial)
    assert (tmp_path / "a b" / f"{trial}.pcapng").read_bytes() == (bundle / "data" / "captures" / f"{trial}.pcapng").read_bytes()
    assert (tmp_path / "a b" / f"{trial}.keys").read_bytes() == (bundle / "data" / "captures" / f"{trial}.keys").read_bytes()
    protocols = shown(line.strip(), tool("tshark"), "frame.protocols", "_ws.malformed")
    assert len(protocols) > 100
    assert any("zbee_zcl" in row[0] for row in protocols), "it was decrypted"
    assert not [row for row in protocols if row[1]]


def test_a_trial_without_a_capture_is_rendered_from_its_journal(
    bundles: Path, smets_harness: Run, tool: Callable[[str], str], tmp_path: Path
) -> None:
    done = smets_harness("capture", str(bundles / "plain"), "--json", "--out", "c", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert [one["trial"] for one in found] == trials(bundles / "plain")
    assert {(one["source"], one["keys"]) for one in found} == {("journal", None)}
    rows = [row for one in found for row in shown(f"cd {tmp_path} && {one['open']}", tool("tshark"), "_ws.col.Protocol", "frame.number")]
    assert any(row[0].startswith("GBCS") for row in rows)


@pytest.mark.parametrize("name", ["frames", "plain"])
def test_a_masked_capture_names_nobody(name: str, bundles: Path, smets_harness: Run, tmp_path: Path) -> None:
    done = smets_harness("capture", str(bundles / name), "--masked", "--json", "--out", "c", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert {one["source"] for one in found} == {"trace"}
    octets = b"".join((tmp_path / one["capture"]).read_bytes() for one in found)
    assert octets
    hidden = identities(bundles / name)
    assert len(hidden) > 5
    assert not [who for who in hidden if who in octets or who[::-1] in octets]
    assert {path.suffix for path in (tmp_path / "c").iterdir()} == {".pcapng"}, "no keys beside it"


def test_a_derivative_offers_what_its_traces_give(bundles: Path, smets_harness: Run, tmp_path: Path) -> None:
    done = smets_harness("capture", str(bundles / "derived"), "--json", "--out", "d", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert {one["source"] for one in found} == {"trace"}
    smets_harness("capture", str(bundles / "frames"), "--masked", "--out", "o", cwd=tmp_path)
    for trial in trials(bundles / "derived"):
        assert (tmp_path / "d" / f"{trial}.pcapng").read_bytes() == (tmp_path / "o" / f"{trial}-masked.pcapng").read_bytes()


def test_an_imported_log_is_rendered_as_field_evidence(bundles: Path, smets_harness: Run, tmp_path: Path) -> None:
    for option in ((), ("--masked",)):
        done = smets_harness("capture", str(bundles / "field"), *option, "--json", "--out", "f", cwd=tmp_path)
        found = json.loads(done.stdout)
        assert {one["source"] for one in found} == {"field journal"}
        octets = (tmp_path / found[0]["capture"]).read_bytes()
        assert b", field, rendered from the journal" in octets
        assert b"simulated" not in octets


def test_what_cannot_be_done_is_said(bundles: Path, smets_harness: Run, tmp_path: Path) -> None:
    trial = trials(bundles / "frames")[0]
    unknown = smets_harness("capture", str(bundles / "frames"), "--trial", trial[:-1])
    assert unknown.returncode == 5
    assert trial in unknown.stderr
    (tmp_path / "taken").write_text("a file")
    taken = smets_harness("capture", str(bundles / "frames"), "--trial", trial, "--out", "taken", cwd=tmp_path)
    assert taken.returncode == 4
    assert "could not be written" in taken.stderr
    assert "Traceback" not in taken.stderr + unknown.stderr


def test_a_message_is_followed_through_the_taps(bundles: Path, smets_harness: Run) -> None:
    bundle = bundles / "frames"
    trial, alert = next(
        (trial, record)
        for trial in trials(bundle)
        for record in json.loads(smets_harness("show", str(bundle), "--trial", trial, "--tap", "user", "--json").stdout)
    )
    text = smets_harness("show", str(bundle), "--trial", trial, "--tap", "user").stdout.splitlines()[0]
    counter = text.split("counter ")[1].split()[0]
    done = smets_harness("show", str(bundle), "--trial", trial, "--follow", f"{alert['source']}:{counter}")
    assert done.returncode == 0, done.stderr
    title, head, *rows, ending = done.stdout.splitlines()
    assert f"from {alert['source']}, counter {counter}" in title
    assert head.split() == ["tap", "first", "after", "times", "lines"]
    assert [row.split()[0] for row in rows] == ["han", "hub", "wan", "dsp", "user"]
    assert ending == "observed as far as 'user'"
    found = json.loads(smets_harness("show", str(bundle), "--trial", trial, "--follow", f"{alert['source']}:{counter}", "--json").stdout)
    assert found["reached"] == "user"
    assert found["not-observed-at"] is None
    assert found["taps"][-1]["lines"][0] == alert["line"]
    assert all(tap["delay"] > 0 for tap in found["taps"][1:])


@pytest.mark.parametrize(
    ("option", "code", "words"),
    [
        (("--follow", "esme:1"), 5, "no tap shows"),
        (("--follow", "esm:1"), 4, "esme"),
        (("--follow", "esme:many"), 4, "names no message"),
        (("--follow", "esme"), 4, "names no message"),
    ],
)
def test_a_message_that_is_none_is_refused(option: tuple[str, str], code: int, words: str, bundles: Path, smets_harness: Run) -> None:
    done = smets_harness("show", str(bundles / "plain"), "--trial", trials(bundles / "plain")[0], *option)
    assert done.returncode == code
    assert words in done.stderr


def test_following_needs_a_trial(bundles: Path, smets_harness: Run) -> None:
    done = smets_harness("show", str(bundles / "plain"), "--follow", "esme:1")
    assert done.returncode == 4
    assert "--trial" in done.stderr
