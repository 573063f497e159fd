"""Who may be given what, and as what: recipient classes, rules, gates, and what somebody may decide beyond them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import disclosed_bundles as small
import pytest
import signed_bundles as made
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BundleError, UsageError
from harness.evidence.disclosing import LeakError
from harness.evidence.disclosure_gate import ClosedGateError
from harness.evidence.disclosure_terms import NOTICE, read_terms
from harness.evidence.recipients import ALWAYS_DISCLOSED, CLASSES, Reason, reason_for, recipient
from harness.evidence.seal import seal
from harness.evidence.verify import verify
from harness.judge.policy import POLICY
from harness.vocab.canonical import document

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Command = Callable[..., subprocess.CompletedProcess[str]]

LEVELS = ("V0", "V1", "V2", "V3", "V4")


def problems(folder: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.file) for problem in verify(folder, levels=LEVELS, trust=made.trust()).problems]


def laboratory(folder: Path, grade: str, band: str = "I0") -> Path:
    """A signed bundle of a laboratory, sealed under the policy at hand."""
    files = small.payload(realm="L", grade=grade)
    files["data/plan/policy.json"] = document(POLICY.document())
    files["data/results/impact.json"] = document({"band": band})
    made.make_signed(folder, files)
    return folder


@pytest.fixture
def original(tmp_path: Path) -> Path:
    made.make_signed(tmp_path / "original", small.payload())
    return tmp_path / "original"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("data/plan/plan.json", None),
        ("data/subject/dev-k7qd.json", None),
        ("data/traces/t00.jsonl", None),
        ("data/results/certainty.json", None),
        ("data/identity/dev-k7qd.json", Reason.THIRD_PARTY_DEVICE),
        ("data/inputs/scenario.toml", Reason.THIRD_PARTY_DEVICE),
        ("data/inputs/profiles/dev-k7qd.toml", Reason.THIRD_PARTY_DEVICE),
        ("data/inputs/firmware/image.bin", Reason.COMMERCIAL),
        ("data/trials/t00.jsonl", Reason.INSTALLATION),
        ("data/raw/capture.pcapng", Reason.INSTALLATION),
        ("data/captures/t00.pcapng", Reason.SECURITY_MATERIAL),
        ("data/captures/t00.keys", Reason.SECURITY_MATERIAL),
        ("data/plan/notes.txt", Reason.SECURITY_MATERIAL),
        ("data/traces/sub/t00.jsonl", Reason.SECURITY_MATERIAL),
        ("data/results/dump.bin", Reason.SECURITY_MATERIAL),
        ("data/keys.txt", Reason.SECURITY_MATERIAL),
    ],
)
def test_every_path_falls_under_a_rule_and_an_unknown_one_under_the_strictest(path: str, reason: Reason | None) -> None:
    assert reason_for(path, masked=False) is reason


@given(st.from_regex(r"\Adata(/[a-z0-9][a-z0-9._-]{0,6}){1,4}\Z"))
def test_whatever_is_not_known_is_withheld_from_everybody(path: str) -> None:
    reason = reason_for(path, masked=False)
    known = path.split("/")[1] in {"plan", "subject", "traces", "results"}
    assert known or all(
        recipient(name if not entry.named else f"{name}:X").withholds(reason) for name, entry in CLASSES.items() if name != "dcc"
    )


def test_journals_that_were_masked_beforehand_name_nobody() -> None:
    assert reason_for("data/trials/t00.jsonl", masked=True) is None
    assert reason_for("data/raw/log.txt", masked=True) is Reason.INSTALLATION


def test_labels_are_those_of_the_traffic_light_protocol() -> None:
    assert {name: entry.tlp for name, entry in CLASSES.items()} == {
        "sec-parties": "TLP:AMBER",
        "manufacturer": "TLP:AMBER+STRICT",
        "dcc": "TLP:AMBER+STRICT",
        "public": "TLP:CLEAR",
    }
    assert {entry.gate for entry in CLASSES.values()} <= {gate.name for gate in POLICY.gates}
    for entry in CLASSES.values():
        assert {Reason.INSTALLATION, Reason.PERSONAL, Reason.SECURITY_MATERIAL} <= entry.withheld


@pytest.mark.parametrize("text", ["parties", "manufacturer", "manufacturer:", "manufacturer: ", "public:Alder", "", "SEC-PARTIES"])
def test_a_class_that_does_not_exist_is_refused_with_those_that_do(text: str) -> None:
    with pytest.raises(UsageError, match="sec-parties, manufacturer:MAKER, dcc, public"):
        recipient(text)


def test_a_manufacturer_gets_the_identity_of_its_own_devices_alone(original: Path, tmp_path: Path) -> None:
    found = small.derived(original, tmp_path / "out", small.order("manufacturer:alder instruments"))
    assert "data/identity/dev-k7qd.json" in found.disclosed
    assert "data/inputs/profiles/dev-k7qd.toml" in found.disclosed
    assert found.withheld["data/identity/dev-w1kp.json"] is Reason.THIRD_PARTY_DEVICE
    assert found.withheld["data/inputs/scenario.toml"] is Reason.THIRD_PARTY_DEVICE
    assert problems(tmp_path / "out") == []
    octets = b"".join(small.contents(tmp_path / "out").values())
    assert b"Alder Instruments" in octets
    assert b"orthgate" not in octets
    assert small.device("t00", "esme")[0].encode() not in octets


def test_a_manufacturer_that_takes_no_part_gets_nothing(original: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no device of 'Elder Instruments' takes part"):
        small.derived(original, tmp_path / "out", small.order("manufacturer:Elder Instruments"))


def test_the_identity_of_another_maker_is_a_leak_even_where_the_salt_is_right(original: Path, tmp_path: Path) -> None:
    small.derived(original, tmp_path / "out", small.order("manufacturer:Alder Instruments"))
    terms = (tmp_path / "out/disclosure/terms.json").read_bytes()
    assert read_terms(terms).recipient.maker == "Alder Instruments"
    small.derived(original, tmp_path / "dcc", small.order("dcc"))
    assert problems(tmp_path / "dcc") == []
    assert b"Northgate" in b"".join(small.contents(tmp_path / "dcc").values())


def test_somebody_may_disclose_more_where_nobody_is_hurt(original: Path, tmp_path: Path) -> None:
    also = ("data/identity/dev-k7qd.json", "data/inputs/profiles/dev-k7qd.toml", "data/inputs/scenario.toml")
    small.derived(original, tmp_path / "out", small.order(also=also))
    terms = json.loads((tmp_path / "out/disclosure/terms.json").read_bytes())
    assert terms["also"] == list(also)
    assert problems(tmp_path / "out") == []


def test_a_scenario_that_names_a_model_is_a_leak_while_its_identity_is_withheld(original: Path, tmp_path: Path) -> None:
    with pytest.raises(LeakError, match=r"data/inputs/scenario\.toml: model at offset"):
        small.derived(original, tmp_path / "out", small.order(also=("data/inputs/scenario.toml",)))


@pytest.mark.parametrize("path", ["data/trials/t00.jsonl", "data/raw/capture.bin"])
def test_nobody_may_disclose_an_installation(original: Path, tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="falls under R-INSTALLATION"):
        small.derived(original, tmp_path / "out", small.order(also=(path,)))


def test_somebody_may_withhold_more_for_a_reason(original: Path, tmp_path: Path) -> None:
    found = small.derived(original, tmp_path / "out", small.order(withhold={"data/results/outcomes.jsonl": Reason.COMMERCIAL}))
    assert found.withheld["data/results/outcomes.jsonl"] is Reason.COMMERCIAL
    assert problems(tmp_path / "out") == []


@pytest.mark.parametrize("path", ALWAYS_DISCLOSED)
def test_the_plan_cannot_be_withheld_because_its_plain_digest_is_signed(original: Path, tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="cannot be withheld"):
        small.derived(original, tmp_path / "out", small.order(withhold={path: Reason.COMMERCIAL}))


def test_a_path_the_bundle_does_not_have_is_told_with_the_nearest(original: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file 'data/results/outcome\.jsonl'") as caught:
        small.derived(original, tmp_path / "out", small.order(withhold={"data/results/outcome.jsonl": Reason.COMMERCIAL}))
    assert caught.value.nearest == "data/results/outcomes.jsonl"


@pytest.mark.parametrize("to", ["sec-parties", "manufacturer:Alder Instruments", "dcc", "public"])
def test_simulated_evidence_is_a_notice_to_nobody(original: Path, tmp_path: Path, to: str) -> None:
    with pytest.raises(ClosedGateError, match=r"grade C3-S u=0 frequent is of simulated evidence.*--request-for-captures") as caught:
        small.derived(original, tmp_path / "out", small.order(to, NOTICE))
    assert caught.value.exit_code == 5
    assert not (tmp_path / "out").exists()
    small.derived(original, tmp_path / "out", small.order(to))
    terms = json.loads((tmp_path / "out/disclosure/terms.json").read_bytes())
    assert (terms["purpose"], terms["about"]) == ("request-for-captures", "model")
    said = json.loads((tmp_path / "out/attestations/disclosure.statement.json").read_bytes())["predicate"]
    assert (said["purpose"], said["about"]) == ("request-for-captures", "model")
    assert "The evidence was simulated. It shows what a model did and grades no device." in (tmp_path / "out/README.txt").read_text()


@pytest.mark.parametrize(
    ("to", "grade", "band", "waited", "opens"),
    [
        ("manufacturer:Alder Instruments", "C2-L u=1 rare", "I1", 0, True),
        ("manufacturer:Alder Instruments", "C1-L u=1 rare", "I4", 0, False),
        ("manufacturer:Alder Instruments", "C3-L u=1 rare", "I0", 0, False),
        ("manufacturer:Alder Instruments", "NR-L u=1", "I4", 0, False),
        ("sec-parties", "C3-L u=1 frequent", "I2", 10, True),
        ("sec-parties", "C3-L u=1 frequent", "I2", 9, False),
        ("sec-parties", "C2-L u=3 frequent", "I2", 10, False),
        ("sec-parties", "C3-L u=1 frequent", "I4", 0, True),
        ("dcc", "C3-L u=1 frequent", "I2", 10, True),
        ("public", "C3-L u=1 frequent", "I4", 99, False),
        ("public", "C3-L u=2 frequent", "I0", 0, True),
    ],
)
def test_a_notice_needs_what_the_policy_asks_for(tmp_path: Path, to: str, grade: str, band: str, waited: int, opens: bool) -> None:
    original = laboratory(tmp_path / "original", grade, band)
    if not opens:
        with pytest.raises(ClosedGateError, match="does not open"):
            small.derived(original, tmp_path / "out", small.order(to, NOTICE, waited=waited))
        return
    found = small.derived(original, tmp_path / "out", small.order(to, NOTICE, waited=waited))
    assert (found.terms.about, found.terms.purpose) == ("device", NOTICE)
    assert found.terms.interim is (band == "I4")
    assert ("interim notice" in (tmp_path / "out/README.txt").read_text()) is found.terms.interim
    assert problems(tmp_path / "out") == []


def test_a_closed_gate_says_what_would_open_it(tmp_path: Path) -> None:
    original = laboratory(tmp_path / "original", "C2-L u=3 frequent", "I2")
    with pytest.raises(ClosedGateError) as caught:
        small.derived(original, tmp_path / "out", small.order("sec-parties", NOTICE))
    assert caught.value.expected == (
        "C3 of realm L or F with impact I2 and 10 working days to reply (--waited) or "
        "C3 of realm L or F with impact I4 and the interim label; or --request-for-captures, which says of no device that it does anything"
    )


def test_an_unsigned_bundle_is_not_disclosed(tmp_path: Path) -> None:
    seal(tmp_path / "original", small.payload())
    with pytest.raises(UsageError, match="is not signed, so nobody could verify a part of it"):
        small.derived(tmp_path / "original", tmp_path / "out")


def test_another_lab_key_is_refused(tmp_path: Path) -> None:
    made.make_signed(tmp_path / "original", small.payload(), lab_key=bytes(32))
    with pytest.raises(UsageError, match="was committed to under another lab key"):
        small.derived(tmp_path / "original", tmp_path / "out")


def test_a_derivative_is_not_derived_from_again(original: Path, tmp_path: Path) -> None:
    small.derived(original, tmp_path / "out")
    with pytest.raises(UsageError, match="is a derivative already"):
        small.derived(tmp_path / "out", tmp_path / "again")


def test_a_changed_original_is_not_disclosed(original: Path, tmp_path: Path) -> None:
    path = original / "data/results/outcomes.jsonl"
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(BundleError, match="was changed after sealing"):
        small.derived(original, tmp_path / "out")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["original"]


@pytest.mark.parametrize("name", ["original", "original/data/derivative", "another"])
def test_no_bundle_is_lost_to_a_derivative(original: Path, tmp_path: Path, name: str) -> None:
    seal(tmp_path / "another", small.payload())
    before = small.contents(tmp_path)
    with pytest.raises(UsageError, match=r"lies in the original|is there already and is no derivative"):
        small.derived(original, tmp_path / name)
    assert small.contents(tmp_path) == before


def test_the_same_disclosure_is_the_same_bytes_again(original: Path, tmp_path: Path) -> None:
    small.derived(original, tmp_path / "one")
    small.derived(original, tmp_path / "two")
    assert small.contents(tmp_path / "one") == small.contents(tmp_path / "two")


def test_what_stood_in_its_place_stays_where_there_is_a_leak(original: Path, tmp_path: Path) -> None:
    small.derived(original, tmp_path / "out")
    before = small.contents(tmp_path / "out")
    secrets = tuple(secret for secret in _secrets(b"027ace0003000001"))
    with pytest.raises(LeakError):
        small.derived(original, tmp_path / "out", small.order(secrets=secrets))
    assert small.contents(tmp_path / "out") == before


def _secrets(octets: bytes) -> list[object]:
    from harness.evidence.leak_values import listed_values

    return list(listed_values(octets, where="list"))


def test_the_command_discloses_and_says_what(tmp_path: Path, smets_harness: Command) -> None:
    assert smets_harness("run", "average-voltage-chatter", "--out", ".", "--name", "run", "--set", "stop.blocks=1").returncode in {0, 1}
    for name in ("operator", "discloser"):
        assert smets_harness("key", "new", f"{name}.pem").returncode == 0
    assert smets_harness("key", "new", "lab.key", "--salt").returncode == 0
    assert smets_harness("sign", "run", "--as", "operator", "--key", "operator.pem", "--lab-key", "lab.key").returncode == 0
    common = ("disclose", "run", "--to", "sec-parties", "--key", "discloser.pem", "--lab-key", "lab.key")
    closed = smets_harness(*common, "--out", "given")
    assert (closed.returncode, closed.stdout) == (5, "")
    assert "can be no notice about a device" in closed.stderr
    done = smets_harness(*common, "--out", "given", "--request-for-captures")
    assert done.returncode == 0, done.stderr
    assert "for           sec-parties, TLP:AMBER\nas            request-for-captures, about a model\n" in done.stdout
    as_json = json.loads(smets_harness(*common, "--out", "given", "--request-for-captures", "--json").stdout)
    assert as_json["terms"]["tlp"] == "TLP:AMBER"
    assert set(as_json["withheld"].values()) == {"R-INSTALLATION", "R-THIRD-PARTY-DEVICE"}
    (tmp_path / "secrets.txt").write_text("known-emitter\n")
    leaked = smets_harness(*common, "--out", "other", "--request-for-captures", "--secrets", "secrets.txt")
    assert leaked.returncode == 1
    assert "data/plan/plan.json: listed value at offset" in leaked.stderr
    assert not (tmp_path / "other").exists()
    for wrong, said in (("data/x=R-PERSONAL", "no file 'data/x'"), ("data/plan/plan.json=WHY", "no reason 'WHY'")):
        refused = smets_harness(*common, "--out", "other", "--request-for-captures", "--withhold", wrong)
        assert (refused.returncode, said in refused.stderr) == (4, True)
    (tmp_path / "run/data/results/report.txt").write_text("another report\n")
    changed = smets_harness(*common, "--out", "other", "--request-for-captures")
    assert changed.returncode == 1
    assert "not disclosed, because it does not verify" in changed.stdout
