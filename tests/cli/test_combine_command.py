"""From two laboratories' signed bundles to C5, and what keeps two bundles from being one another's replication."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.vocab.outcome import parse_grade

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).resolve().parents[1] / "support"
RUN = ("run", "average-voltage-chatter", "--target", "model-bench", "--workers", "1")


class Laboratories:
    """A folder in which laboratories carry plans out, each with keys of its own."""

    def __init__(self, folder, command):
        self.folder, self._command = folder, command
        distribution = folder / "site" / "model_bench-1.0.dist-info"
        distribution.mkdir(parents=True)
        (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: model-bench\nVersion: 1.0\n")
        (distribution / "entry_points.txt").write_text("[smets_harness.targets]\nmodel-bench = model_bench:ModelBench\n")
        (folder / "site" / "model_bench").mkdir()
        shutil.copy(SUPPORT / "model_bench.py", folder / "site" / "model_bench" / "__init__.py")
        self("key", "new", "lab.key", "--salt")

    def __call__(self, *arguments, lab="none", expect=(0,)):
        done = self._command(*arguments, cwd=self.folder, env={"PYTHONPATH": str(self.folder / "site"), "MODEL_BENCH": lab})
        assert done.returncode in expect, (done.returncode, done.stdout, done.stderr)
        return done

    def key(self, name, organisation):
        """Make a key and put it on the trust list."""
        self("key", "new", f"{name}.pem")
        trust = ("--with", "trust.json") if (self.folder / "trust.json").exists() else ()
        who = ("--organisation", organisation, "--holder", f"Operator {name}", "--role", "operator")
        (self.folder / "trust.json").write_text(self("key", "trust", f"{name}.pub.pem", *who, *trust).stdout)

    def carry_out(self, name, key, *more, lab=None, expect=(0, 1, 6)):
        """Carry the scenario out and sign it; return the digest of its plan."""
        done = self(*RUN, "--name", name, "--key", f"{key}.pem", "--lab-key", "lab.key", "--json", *more, lab=lab or name, expect=expect)
        return json.loads(done.stdout)["plan"]

    def combined(self, first, second, expect=0):
        return self("combine", f"out/{first}", f"out/{second}", "--trust", "trust.json", "--json", expect=(expect,))


@pytest.fixture(scope="module")
def labs(tmp_path_factory, checkout):
    import os
    import subprocess
    import sys

    def command(*arguments, cwd, env):
        path = os.pathsep.join([env["PYTHONPATH"], str(checkout)])
        return subprocess.run(
            [sys.executable, "-m", "harness", *arguments],
            cwd=cwd,
            env={**os.environ, "NO_COLOR": "1", **env, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    made = Laboratories(tmp_path_factory.mktemp("laboratories"), command)
    for key, organisation in (("one", "First Laboratory"), ("two", "Second Laboratory"), ("three", " first  LABORATORY ")):
        made.key(key, organisation)
    made.plan = made.carry_out("first", "one")
    made.carry_out("second", "two")
    return made


def test_another_organisation_on_other_units_replicates(labs):
    found = json.loads(labs.combined("first", "second").stdout)
    grades = [parse_grade(found[side]["grade"]) for side in ("first", "second")]
    both = parse_grade(found["grade"])
    assert [grade.level for grade in grades] == ["C3", "C3"]
    assert (both.level, both.units, both.rate_class) == ("C5", sum(grade.units for grade in grades), "frequent")
    assert found["first"]["organisation"] == "First Laboratory"
    assert (found["relation"], found["lacking"]) == ("the same plan", [])
    product = found["products"][0]
    assert product["first"]["exact"] == product["second"]["exact"] == "1023/10"
    assert product["combined"]["exact"] == f"{1023 * 1023}/100"
    assert float(found["posterior-odds"]["decimal"]) > 1_000


def test_it_is_told_in_words(labs):
    shown = labs("combine", "out/first", "out/second", "--trust", "trust.json").stdout
    assert shown.splitlines()[0].endswith("independently replicated")
    assert "against device-control: 102 x 102 (needed 20 on its own) = 10,465" in shown
    assert "signed by Second Laboratory" in shown


def test_the_same_key_or_organisation_replicates_nothing(labs):
    labs.carry_out("again", "one")
    assert "the same key signed both" in labs.combined("first", "again", expect=4).stderr
    labs.carry_out("sister", "three")
    assert "two organisations" in labs.combined("first", "sister", expect=4).stderr


def test_trials_that_were_copied_replicate_nothing(labs):
    labs.carry_out("copied", "two", lab="first")
    assert "the two hold trials in common" in labs.combined("first", "copied", expect=4).stderr


def test_another_plan_is_a_replication_only_where_it_says_whose(labs):
    labs.carry_out("other", "two", "--seed", "2")
    refused = labs.combined("first", "other", expect=4).stderr
    digest = labs.plan
    assert "the two are of different plans" in refused
    assert digest in refused
    labs.carry_out("derived", "two", "--seed", "2", "--set", f"origin=derived from plan {digest}")
    found = json.loads(labs.combined("first", "derived").stdout)
    assert (found["relation"], found["grade"][:4]) == ("a plan that declares itself derived", "C5-L")


def test_too_little_evidence_of_its_own_is_no_replication(labs):
    labs.carry_out("short", "two", "--set", f"origin={labs.plan}", "--set", "stop.blocks=6")
    found = json.loads(labs.combined("first", "short", expect=6).stdout)
    assert found["grade"] == found["first"]["grade"]
    assert len(found["lacking"]) == 2


def test_simulated_evidence_is_told_to_have_no_units(labs):
    first = labs.carry_out("model-one", "one", "--target", "simulator")
    labs.carry_out("model-two", "two", "--target", "simulator", "--seed", "2", "--set", f"origin={first}")
    assert "simulated evidence has no physical units" in labs.combined("model-one", "model-two", expect=5).stderr


def test_a_bundle_that_does_not_verify_is_not_combined(labs):
    shutil.copytree(labs.folder / "out/second", labs.folder / "out/changed")
    path = labs.folder / "out/changed/data/results/certainty.json"
    path.write_bytes(path.read_bytes().replace(b"C3-L", b"C4-L"))
    found = json.loads(labs.combined("first", "changed", expect=1).stdout)
    assert "E-FILE-DIGEST" in {problem["code"] for problem in found["problems"]}
    trust = json.loads((labs.folder / "trust.json").read_text())
    kept = {keyid: entry for keyid, entry in trust["keys"].items() if entry["organisation"] == "First Laboratory"}
    (labs.folder / "few.json").write_text(json.dumps({**trust, "keys": kept}))
    done = labs("combine", "out/first", "out/second", "--trust", "few.json", expect=(6,))
    assert "U-KEY" in done.stdout
