"""``verify`` prints a line per level and per problem, and its exit code says the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.evidence.bundle import Bundle

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., subprocess.CompletedProcess[str]]

FORM_AND_FIXITY = ("--level", "V0", "--level", "V2")


def test_a_sealed_bundle_exits_0(bundle: Path, smets_harness: Command) -> None:
    done = smets_harness("verify", str(bundle), *FORM_AND_FIXITY)
    root = Bundle.open(bundle).payload_root
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"V0  structure  holds\nV2  fixity     holds\npayload root  {root}\n"


def test_a_changed_bundle_exits_1_and_names_the_file(bundle: Path, smets_harness: Command) -> None:
    (bundle / "data/raw/empty.log").write_bytes(b"x")
    done = smets_harness("verify", str(bundle), *FORM_AND_FIXITY, "--thorough")
    assert (done.returncode, done.stderr) == (1, "")
    assert "V0  structure  cannot tell\n    U-FIXITY  data/raw/empty.log  is not known to be as sealed" in done.stdout
    assert "V2  fixity     contradicted\n    E-FILE-DIGEST  data/raw/empty.log  was changed after sealing; expected" in done.stdout


def test_what_cannot_be_told_exits_6(bundle: Path, smets_harness: Command) -> None:
    (bundle / "data/raw/empty.log").write_bytes(b"x")
    assert smets_harness("verify", str(bundle), "--level", "V0").returncode == 6


def test_without_a_root_that_is_said(bundle: Path, smets_harness: Command) -> None:
    (bundle / "manifest-sha256.txt").unlink()
    done = smets_harness("verify", str(bundle), "--level", "V2")
    assert done.returncode == 1
    assert done.stdout.endswith("payload root  cannot be told: manifest-sha256.txt is not as sealed\n")
    assert json.loads(smets_harness("verify", str(bundle), "--level", "V2", "--json").stdout)["payload-root"] is None


def test_all_of_it_can_be_had_as_json(bundle: Path, smets_harness: Command) -> None:
    (bundle / "bagit.txt").unlink()
    done = smets_harness("verify", str(bundle), "--level", "V2", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "bundle": str(bundle),
        "payload-root": Bundle.open(bundle).payload_root,
        "attested": False,
        "outcome": "contradicted",
        "levels": [
            {
                "level": "V2",
                "title": "fixity",
                "question": "is every file as sealed, and none missing or added?",
                "outcome": "contradicted",
                "notes": [],
                "problems": [{"code": "E-FILE-MISSING", "file": "bagit.txt", "sentence": "was removed after sealing; every bundle has it"}],
            }
        ],
    }


def test_what_is_no_bundle_exits_4(bundle: Path, smets_harness: Command) -> None:
    done = smets_harness("verify", str(bundle / "data"))
    assert (done.returncode, done.stdout) == (4, "")
    assert (
        done.stderr
        == f"error: {bundle}/data: not an evidence bundle; expected a folder that holds bagit.txt and data/; did you mean '{bundle}'?\n"
    )
    done = smets_harness("verify", str(bundle), "--level", "v2")
    assert (done.returncode, done.stdout) == (4, "")
    assert "no level 'v2'" in done.stderr
