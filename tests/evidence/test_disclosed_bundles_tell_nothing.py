"""A derivative shows what was signed and names nobody, and a stranger with a shell can see the one and not the other."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from hmac import digest as hmac_digest
from pathlib import Path
from typing import TYPE_CHECKING

import bagit
import disclosed_bundles as small
import pytest
import signed_bundles as made

from harness.cli.compose import derive
from harness.evidence.commitments import bundle_key, salt
from harness.evidence.disclosing import LeakError
from harness.evidence.leak_values import listed_values
from harness.evidence.problem import Outcome
from harness.evidence.recipients import Reason
from harness.evidence.signing import sign
from harness.evidence.verify import verify
from harness.vocab.canonical import parse_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCENARIOS = ("average-voltage-chatter", "billing-only", "ordinary-day", "retransmission-duplicates", "tunnel-disagreement")
LEVELS = ("V0", "V1", "V2", "V3", "V4", "V5")


def harness(*arguments: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, "-m", "harness", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def signed(folder: Path) -> Path:
    sign(folder, made.p256(made.OPERATOR), role="operator", time=small.TIME, lab_key=made.LAB_KEY)
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("disclosed")


@pytest.fixture(scope="module")
def simulated(place: Path) -> Path:
    """A signed bundle of two simulated blocks."""
    harness("run", "average-voltage-chatter", "--out", ".", "--name", "simulated", "--set", "stop.blocks=2", cwd=place)
    return signed(place / "simulated")


@pytest.fixture(scope="module")
def parties(simulated: Path, place: Path) -> Path:
    """What the SEC Parties are given of it."""
    small.derived(simulated, place / "parties")
    return place / "parties"


@pytest.fixture(scope="module")
def log(simulated: Path, place: Path) -> list[str]:
    """The lines of a field log: what reached the service users in several trials, meter beside meter."""
    seen = []
    for number, journal in enumerate(sorted((simulated / "data/trials").glob("*.jsonl"))):
        for line in journal.read_bytes().splitlines(keepends=True):
            record = parse_line(line)
            if record["kind"] == "message" and record["tap"] == "user":
                at = datetime(2030, 1, 7, tzinfo=UTC) + timedelta(microseconds=int(str(record["at"])) // 1000 + number)
                seen.append((at.isoformat(), str(record["octets"])))
    lines = [f"{at} {octets}" for at, octets in sorted(seen)]
    (place / "alerts.log").write_text("\n".join(lines) + "\n")
    return lines


@pytest.fixture(scope="module")
def field(log: list[str], place: Path) -> Path:
    """A signed bundle of an imported field log."""
    assert log
    harness("import", "alerts.log", "--key", "mask.key", "--out", ".", "--name", "field", "--window", "7d", cwd=place)
    return signed(place / "field")


@pytest.fixture(scope="module")
def field_parties(field: Path, place: Path) -> Path:
    small.derived(field, place / "field-parties")
    return place / "field-parties"


def identities(folder: Path) -> Iterator[tuple[set[bytes], set[str]]]:
    """Yield every identity octet string and name of an original, read from its journals by hand."""
    octets, names = set(), set()
    for path in (folder / "data/trials").glob("*.jsonl"):
        for line in path.read_text().splitlines():
            record = json.loads(line)
            for member in ("device", "party", "source", "destination"):
                octets |= {bytes.fromhex(record[member])} if member in record else set()
            for member in ("signing_key", "agreement_key"):
                point = bytes.fromhex(record.get(member, ""))
                octets |= {point, bytes((2 + point[-1] % 2,)) + point[1:33], point[1:33]} if point else set()
    for path in (folder / "data/identity").glob("*.json"):
        identity = json.loads(path.read_text())
        names |= {identity[member] for member in ("model", "maker", "summary")} - {"known-emitter"}
        names.add(f"{identity['model']}@{identity['firmware']}")
    yield octets, names


def test_what_the_parties_get_of_a_simulated_run_names_nobody(simulated: Path, parties: Path) -> None:
    files = small.contents(parties)
    ((octets, names),) = identities(simulated)
    assert len(octets) > 100
    assert {"Alder Instruments", "alder-e1@1.2"} <= names
    for value in octets:
        assert small.found_in(files, small.spellings(value)) == []
    for name in names:
        assert small.found_in(files, small.text_spellings(name)) == []


def test_the_search_by_hand_finds_what_is_there(simulated: Path) -> None:
    ((octets, names),) = identities(simulated)
    files = small.contents(simulated)
    assert all(small.found_in(files, small.spellings(value)) for value in sorted(octets) if len(value) == 8)
    assert all(small.found_in(files, small.text_spellings(name)) for name in names)


def test_what_the_parties_get_of_a_field_log_names_nobody(log: list[str], field_parties: Path) -> None:
    files = small.contents(field_parties)
    messages = [bytes.fromhex(line.split(" ")[1]) for line in log]
    named = {octets[at : at + 8] for octets in messages for at in ((12, 21) if octets[0] == 0xDF else (25, 34))}
    assert len(named) > 5
    for value in named:
        assert small.found_in(files, small.spellings(value)) == []
    assert any(path.startswith("data/trials/") for path in files)


@pytest.mark.parametrize("which", ["parties", "field_parties"])
def test_grade_rates_and_traces_verify_against_the_original_signature(which: str, request: pytest.FixtureRequest) -> None:
    found = verify(request.getfixturevalue(which), levels=LEVELS, trust=made.trust(), derive=derive)
    assert found.problems == ()
    assert [result.level for result in found.levels] == list(LEVELS)
    notes = [note for result in found.levels for note in result.notes]
    assert any(note.startswith("original: run is signed by The operator") for note in notes)


def shell(commands: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    script = "\n".join(commands)
    return subprocess.run(
        ["/bin/sh", "-e", "-c", script], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def recipe(folder: Path) -> list[str]:
    """Return the commands of a derivative's README."""
    return [line.strip() for line in (folder / "README.txt").read_text().splitlines() if line.startswith("    ")]


def with_keys(folder: Path) -> Path:
    for name, number in (("operator", made.OPERATOR), ("discloser", made.DISCLOSER)):
        (folder.parent / f"{name}.pub.pem").write_bytes(made.p256(number).public.pem)
    return folder


@pytest.mark.parametrize("which", ["parties", "field_parties"])
def test_its_readme_runs_as_written(which: str, request: pytest.FixtureRequest, tool: Callable[[str], str]) -> None:
    tool("openssl")
    folder = with_keys(request.getfixturevalue(which))
    assert (folder / "README.txt").read_text().startswith("TLP:AMBER: ")
    done = shell(recipe(folder), folder)
    assert (done.returncode, done.stdout.count("Verified OK"), done.stdout.count("as signed: ")) == (0, 2, 2), done.stderr
    assert "not as signed" not in done.stdout


def edited(bag: Path) -> str:
    """Change a trace, and make the manifests that come first agree."""
    path = min((bag / "data/traces").iterdir())
    path.write_bytes(path.read_bytes().replace(b'"at":0,', b'"at":1,', 1))
    return f"not as signed: data/traces/{path.name}"


def dropped(bag: Path) -> str:
    path = min((bag / "data/traces").iterdir())
    path.unlink()
    lines = (bag / "disclosure/disclosed.txt").read_text().splitlines(keepends=True)
    (bag / "disclosure/disclosed.txt").write_text("".join(line for line in lines if path.name not in line))
    return "disclosure/original/commitments-sha256.txt differ"


def inserted(bag: Path) -> str:
    (bag / "data/traces/t0.jsonl").write_bytes(b"{}\n")
    return "not as signed: the list of paths"


@pytest.mark.parametrize("attack", [edited, dropped, inserted])
def test_its_readme_sees_an_attack_behind_manifests_that_agree(
    parties: Path, tmp_path: Path, tool: Callable[[str], str], attack: Callable[[Path], str]
) -> None:
    tool("openssl")
    bag = with_keys(Path(shutil.copytree(parties, tmp_path / "bag")))
    expected = attack(bag)
    done = shell([line for line in recipe(bag) if "manifest" not in line and "bagit" not in line], bag)
    assert done.returncode == 1
    assert expected in done.stdout + done.stderr


def test_its_readme_sees_another_signer(parties: Path, tmp_path: Path, tool: Callable[[str], str]) -> None:
    tool("openssl")
    bag = with_keys(Path(shutil.copytree(parties, tmp_path / "bag")))
    (tmp_path / "operator.pub.pem").write_bytes(made.p256(made.STRANGER).public.pem)
    done = shell(recipe(bag), bag)
    assert (done.returncode, done.stdout.count("Verified OK")) == (1, 1)


def test_a_window_of_few_devices_is_held_back_with_whatever_tells_of_it_alone(log: list[str], place: Path, tmp_path: Path) -> None:
    later = datetime.fromisoformat(log[0].split(" ")[0]) + timedelta(days=10)
    (tmp_path / "alerts.log").write_text("\n".join([*log, f"{later.isoformat()} {log[0].split(' ')[1]}"]) + "\n")
    options = ("--key", "mask.key", "--out", str(tmp_path), "--name", "field", "--window", "7d")
    harness("import", str(tmp_path / "alerts.log"), *options, cwd=place)
    made_of = small.derived(signed(tmp_path / "field"), tmp_path / "out", small.order())
    devices = {
        path.name: len(set(re.findall(r'"device":"([0-9a-f]{16})"', path.read_text())))
        for path in (tmp_path / "field/data/trials").iterdir()
    }
    few = {name for name, number in devices.items() if number < 5}
    assert few
    assert few != devices.keys()
    withheld = {path.removeprefix("data/results/").removeprefix("data/trials/") for path in made_of.withheld}
    assert withheld == few | {"outcomes.jsonl", "findings.jsonl", "report.html", "report.txt", "junit.xml"}
    assert set(made_of.withheld.values()) == {Reason.PERSONAL}
    found = verify(tmp_path / "out", levels=LEVELS, trust=made.trust(), derive=derive)
    assert [(problem.code, problem.sentence) for problem in found.problems] == [("U-WITHHELD", "cannot be had again: 1 trial is withheld")]


def test_of_a_capture_of_few_devices_only_the_plan_goes_out(tmp_path: Path) -> None:
    made.make_signed(tmp_path / "original", small.payload(realm="F", grade="C1-F u=2 rare"))
    made_of = small.derived(tmp_path / "original", tmp_path / "out")
    assert {path.split("/")[1] for path in made_of.disclosed} == {"plan", "subject"}
    found = verify(tmp_path / "out", levels=LEVELS, trust=made.trust(), derive=derive)
    assert [problem.code for problem in found.problems] == ["U-WITHHELD"]


@pytest.mark.parametrize("which", ["parties", "field_parties"])
def test_the_library_of_congress_finds_it_a_valid_bag(which: str, request: pytest.FixtureRequest) -> None:
    bagit.Bag(str(request.getfixturevalue(which))).validate()


def test_pseudonyms_are_the_same_in_traces_and_results(parties: Path) -> None:
    traces = b"".join(path.read_bytes() for path in (parties / "data/traces").iterdir())
    named = set(re.findall(rb"027ace[0-9a-f]{10}", traces))
    findings = (parties / "data/results/findings.jsonl").read_bytes()
    told = set(re.findall(rb"\b[0-9a-f]{16}\b", findings))
    assert told
    assert told <= named
    for line in findings.splitlines():
        finding = json.loads(line)
        trace = (parties / f"data/traces/{finding['trial']}.jsonl").read_text().splitlines()
        assert all(finding["originator"] in trace[number - 1] for number in finding["lines"])
    plan = json.loads((parties / "data/plan/plan.json").read_bytes())
    assert {path.stem for path in (parties / "data/subject").iterdir()} == set(plan["devices"])


@pytest.mark.parametrize("scenario", SCENARIOS[1:])
def test_no_shipped_scenario_raises_a_false_alarm(scenario: str, tmp_path: Path) -> None:
    harness("run", scenario, "--out", ".", "--name", "original", "--set", "stop.blocks=2", cwd=tmp_path)
    for to in ("sec-parties", "dcc", "public"):
        out = tmp_path / to
        if to == "sec-parties":
            signed(tmp_path / "original")
        small.derived(tmp_path / "original", out, small.order(to))
        found = verify(out, levels=LEVELS, trust=made.trust(), derive=derive)
        assert found.problems == ()


def test_neither_order_nor_size_nor_name_nor_salt_of_what_is_withheld_goes_out(simulated: Path, parties: Path) -> None:
    files = small.contents(parties)
    everything = b"".join(files.values())
    for path, octets in small.contents(simulated).items():
        if path in files or not path.startswith("data/"):
            continue
        assert path.encode() not in everything
        assert Path(path).name.encode() not in everything or path.startswith(("data/trials/", "data/identity/", "data/inputs/profiles/"))
        assert re.search(rb"\b%d\b" % len(octets), (parties / "disclosure/withheld.txt").read_bytes()) is None
        root = sha256((simulated / "manifest-sha256.txt").read_bytes()).hexdigest()
        assert salt(bundle_key(made.LAB_KEY, root), path).encode() not in everything
    for name in ("disclosed.txt", "withheld.txt"):
        lines = (parties / "disclosure" / name).read_text().splitlines()
        assert lines == sorted(lines)
    for line in (parties / "disclosure/withheld.txt").read_text().splitlines():
        assert re.fullmatch(r"[0-9a-f]{64} R-[A-Z-]+", line)


def test_the_blinding_line_and_the_manifests_of_the_original_never_go_out(simulated: Path, parties: Path) -> None:
    files = small.contents(parties)
    everything = b"".join(files.values())
    assert not any(name.endswith("blinding.txt") for name in files)
    assert (simulated / "blinding.txt").read_bytes().strip() not in everything
    assert made.LAB_KEY.hex().encode() not in everything
    for name in ("manifest-sha256.txt", "manifest-sha512.txt", "bag-info.txt"):
        assert sha256((simulated / name).read_bytes()).hexdigest().encode() not in everything


GUESSED = 2
"""Octets of an EUI-64 that whoever attacks does not know."""


def targets(files: dict[str, bytes]) -> set[bytes]:
    """Return everything in a derivative that a guess could be held against: digests, marks, names, salts, in octets."""
    found = set()
    for octets in files.values():
        for token in set(re.findall(rb"(?<![0-9a-f])[0-9a-f]{8,128}(?![0-9a-f])", octets)):
            if len(token) % 2 == 0:
                found.add(bytes.fromhex(token.decode()))
    return found


def guesses(known: bytes) -> Iterator[bytes]:
    for number in range(1 << (8 * GUESSED)):
        yield known + number.to_bytes(GUESSED, "big")


def confirmed(real: bytes, aims: set[bytes], salts: list[bytes]) -> list[bytes]:
    """Return the guesses at an EUI-64 that something in a derivative confirms, by any digest somebody might think of."""
    found = []
    short = {aim[:8] for aim in aims} | {aim[:4] for aim in aims if len(aim) == 4}
    for guess in guesses(real[:-GUESSED]):
        text = guess.hex().encode()
        made_of = [sha256(guess), sha256(text), sha256(text + b"\n"), sha512(guess), sha512(text)]
        digests = [one.digest() for one in made_of] + [guess]
        if any(one in aims or one[:8] in short for one in digests):
            found.append(guess)
    for guess in (real,):
        for key in salts:
            for one in (
                hmac_digest(key, guess, "sha256"),
                sha256(key + guess).digest(),
                sha256(key.hex().encode() + b"\n" + guess.hex().encode()).digest(),
            ):
                if one in aims or one[:8] in short:
                    found.append(guess)
    return found


def test_no_guess_at_a_withheld_identity_is_confirmed(simulated: Path, parties: Path) -> None:
    files = small.contents(parties)
    salts = [bytes.fromhex(line.split()[1]) for line in (parties / "disclosure/disclosed.txt").read_text().splitlines()]
    journal = min((simulated / "data/trials").glob("*.jsonl")).read_text().splitlines()
    real = bytes.fromhex(next(json.loads(line)["device"] for line in journal if '"kind":"device"' in line))
    assert confirmed(real, targets(files), salts) == []


def test_no_guess_at_a_withheld_file_is_confirmed(tmp_path: Path) -> None:
    original, out = tmp_path / "original", tmp_path / "derivative"
    payload = small.payload() | {"data/raw/device.txt": b"90b3d51f301a2c47\n"}
    made.make_signed(original, payload)
    small.derived(original, out)
    aims = targets(small.contents(out))
    assert confirmed(bytes.fromhex("90b3d51f301a2c47"), aims, []) == []
    salts = [line.split()[1] for line in (out / "disclosure/disclosed.txt").read_text().splitlines()]
    withheld = {line.split()[0] for line in (out / "disclosure/withheld.txt").read_text().splitlines()}
    for number in range(1 << 16):
        guess = b"90b3d51f301a%04x\n" % number
        assert sha256(b"data/raw/device.txt\n" + guess).hexdigest() not in withheld
    for one in salts:
        assert sha256(f"{one}\ndata/raw/device.txt\n".encode() + b"90b3d51f301a2c47\n").hexdigest() not in withheld


def test_the_same_attack_finds_an_identity_behind_a_plain_digest(parties: Path) -> None:
    real = bytes.fromhex("90b3d51f301a2c47")
    files = small.contents(parties)
    for planted in (sha256(real).hexdigest(), sha256(real.hex().encode() + b"\n").hexdigest(), sha512(real).hexdigest()[:16]):
        assert confirmed(real, targets({**files, "data/x.json": f'{{"id":"{planted}"}}'.encode()}), []) == [real]


def test_a_plain_digest_of_something_withheld_is_not_disclosed(tmp_path: Path) -> None:
    secret = b"90b3d51f301a2c47\n"
    payload = small.payload() | {"data/raw/device.txt": secret, "data/results/note.txt": f"of {sha256(secret).hexdigest()}\n".encode()}
    made.make_signed(tmp_path / "original", payload)
    with pytest.raises(LeakError, match=r"data/results/note\.txt: digest without a salt at offset 3") as caught:
        small.derived(tmp_path / "original", tmp_path / "derivative")
    assert caught.value.exit_code == 1
    assert not (tmp_path / "derivative").exists()


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (lambda name: small.device("t00", "esme")[0], "EUI-64"),
        (lambda name: small.device("t11", "hub")[1][2:66], "key"),
        (lambda name: "ALDER_INSTRUMENTS", "maker"),
        (lambda name: "of Northgate, 2030", "maker"),
        (lambda name: "alder-e1", "model"),
        (lambda name: "Hub with a short memory for tunnels.", "summary"),
        (lambda name: "supply point 1312345678907", "MPAN"),
        (lambda name: "key 0f1e2d3c4b5a69788796a5b4c3d2e1f0", "network key"),
    ],
)
def test_a_result_that_names_somebody_stops_everything(tmp_path: Path, told: Callable[[str], str], kind: str) -> None:
    payload = small.payload() | {
        "data/captures/t00.keys": b'"0F:1E:2D:3C:4B:5A:69:78:87:96:A5:B4:C3:D2:E1:F0","Normal","trial"\n',
        "data/results/report.txt": f"Seen at {told('')} today\n".encode(),
    }
    made.make_signed(tmp_path / "original", payload)
    with pytest.raises(LeakError) as caught:
        small.derived(tmp_path / "original", tmp_path / "derivative")
    assert kind in {leak.kind for leak in caught.value.leaks}
    assert {leak.file for leak in caught.value.leaks} == {"data/results/report.txt"}
    assert told("") not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original"]


def test_a_list_of_further_secrets_is_looked_for(tmp_path: Path) -> None:
    payload = small.payload() | {"data/results/report.txt": b"Seen in Rose Cottage, and nowhere else\n"}
    made.make_signed(tmp_path / "original", payload)
    secrets = tuple(listed_values(b"# homes\nrose cottage\n90-B3-D5-1F-30-1A-2C-47\n", where="list"))
    with pytest.raises(LeakError, match="listed value at offset 8"):
        small.derived(tmp_path / "original", tmp_path / "derivative", small.order(secrets=secrets))
    assert verify(tmp_path / "original", levels=["V0", "V2"]).outcome is Outcome.HOLDS
