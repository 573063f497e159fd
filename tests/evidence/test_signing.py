"""Signing puts statements beside a bundle and leaves its payload alone; what it says holds, for keys that are trusted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256, sha512
from pathlib import Path
from typing import TYPE_CHECKING

import bagit
import pytest
import signed_bundles as made
from securesystemslib import dsse as securesystems
from securesystemslib.signer import SSlibKey

from harness.errors import BundleError, UsageError
from harness.evidence.bundle import Bundle
from harness.evidence.commitments import LAB_KEY_SIZE, bundle_key, commitment, salt
from harness.evidence.dsse import read_envelope
from harness.evidence.problem import Outcome
from harness.evidence.public_keys import read_pem
from harness.evidence.readme import README
from harness.evidence.seal import seal
from harness.evidence.signing import RunTimes, attach_stamp, envelope_of, plan_envelope, sign
from harness.evidence.statement import statement
from harness.evidence.time_stamp import NO_ROOTS, read_roots, stamp_query
from harness.evidence.trust_list import NOBODY, Holder, read_trust
from harness.evidence.verify import Verification, verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from signed_bundles import Authority

    from harness.evidence.trust_list import TrustList as Trust

WITHOUT_RESULTS = ["V0", "V1", "V2", "V3", "V7"]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def examined(folder: Path, trust: Trust | None = None, **more: object) -> Verification:
    return verify(folder, levels=WITHOUT_RESULTS, policy=lambda _: [], trust=trust or made.trust(), **more)  # type: ignore[arg-type]


def told(found: Verification) -> set[tuple[str, str, str]]:
    return {(result.level, problem.code, problem.file) for result in found.levels for problem in result.problems}


def test_a_signed_bundle_holds_and_says_who_signed(signed: Path) -> None:
    found = examined(signed, lab_key=made.LAB_KEY)
    assert (found.outcome, found.problems, found.attested) == (Outcome.HOLDS, (), True)
    keyid = made.p256(made.OPERATOR).public.keyid
    assert f"run is signed by The operator, Test Lab (operator, key {keyid[:16]}…)" in found.levels[1].notes


def test_signing_leaves_the_payload_and_its_root_alone(tmp_path: Path) -> None:
    seal(tmp_path / "unsigned", made.payload())
    root = made.make_signed(tmp_path / "signed")
    before, after = contents(tmp_path / "unsigned"), contents(tmp_path / "signed")
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}
    added = after.keys() - before.keys()
    assert {path for path in added if not path.startswith("attestations/")} == {"blinding.txt", "commitments-sha256.txt"}
    assert Bundle.open(tmp_path / "signed").payload_root == root
    assert sorted(child.name for child in tmp_path.iterdir()) == ["signed", "unsigned"]


def test_a_signed_bundle_is_still_a_bag(signed: Path) -> None:
    bag = bagit.Bag(str(signed))
    bag.validate()
    assert set(bag.tagfile_entries()) >= {"blinding.txt", "commitments-sha256.txt"}


def test_signing_gives_the_same_bytes_again_and_the_second_time_nothing(tmp_path: Path, signed: Path) -> None:
    made.make_signed(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(signed)
    assert sign(signed, made.p256(made.OPERATOR), role="operator", time="2031-01-01T00:00:00Z", lab_key=made.LAB_KEY) == ()
    assert sign(signed, made.p256(made.REVIEWER), role="reviewer", time="2031-01-01T00:00:00Z") == ()
    assert contents(tmp_path / "again") == contents(signed)


def test_a_second_lab_signs_a_grade_of_its_own(signed: Path) -> None:
    other = made.ed25519(9)
    assert sign(signed, other, role="reviewer", time="2031-01-01T00:00:00Z") == ("grade-2",)
    both = made.trust().with_holder(Holder(key=other.public, holder="B. Second", organisation="Another Lab", roles=("reviewer",)))
    assert examined(signed, both).outcome is Outcome.HOLDS
    assert told(examined(signed)) == {("V1", "U-KEY", "attestations/grade-2.dsse.json")}


@pytest.mark.parametrize(
    ("role", "lab_key", "message"),
    [
        ("operator", None, "expected --lab-key"),
        ("reviewer", None, "the operator's signature before"),
        ("reviewer", made.LAB_KEY, "nobody signed its run yet"),
    ],
)
def test_the_first_to_sign_is_the_operator_with_the_labs_key(bundle: Path, role: str, lab_key: bytes | None, message: str) -> None:
    before = contents(bundle)
    with pytest.raises(UsageError, match=message):
        sign(bundle, made.p256(made.REVIEWER), role=role, time=made.GRADED, lab_key=lab_key)
    assert contents(bundle) == before


def test_what_was_signed_is_not_signed_again_by_another_operator_or_lab(signed: Path) -> None:
    with pytest.raises(UsageError, match="its plan is signed already"):
        sign(signed, made.p256(made.STRANGER), role="operator", time=made.ENDED)
    with pytest.raises(UsageError, match="committed to under another lab key"):
        sign(signed, made.p256(made.OPERATOR), role="operator", time=made.ENDED, lab_key=bytes(LAB_KEY_SIZE))


def test_a_plan_that_is_not_this_ones_is_not_taken_over(tmp_path: Path) -> None:
    seal(tmp_path / "bundle", made.payload())
    other = {**made.payload(), "data/plan/policy.json": b"{}\n"}
    for key, files in ((made.OPERATOR, other), (made.STRANGER, made.payload())):
        plan = plan_envelope(made.p256(key), files, time=made.PLANNED)
        with pytest.raises(BundleError, match="E-SUBJ-DIGEST the plan that was signed before"):
            sign(tmp_path / "bundle", made.p256(made.OPERATOR), role="operator", time=made.ENDED, lab_key=made.LAB_KEY, plan=plan)


def test_what_is_not_as_it_was_sealed_is_not_written_anew(signed: Path) -> None:
    (signed / f"attestations/keys/{made.p256(made.REVIEWER).public.keyid}.pub.pem").unlink()
    with pytest.raises(BundleError, match=r"E-ATT-COPY was removed"):
        attach_stamp(signed, "run", b"")
    (signed / "bagit.txt").write_bytes(b"")
    with pytest.raises(BundleError, match=r"bagit\.txt: E-FILE-DIGEST"):
        sign(signed, made.p256(made.OPERATOR), role="operator", time=made.ENDED)


def test_a_selftest_that_failed_is_said_to_have(tmp_path: Path) -> None:
    made.make_signed(tmp_path / "bundle", made.payload(sham_positive=True))
    predicate = json.loads((tmp_path / "bundle/attestations/selftest.statement.json").read_bytes())["predicate"]
    assert (predicate["result"], predicate["failedTests"], predicate["passedTests"]) == ("FAILED", ["sham"], ["positive-control"])
    assert examined(tmp_path / "bundle").outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("C3-S u=0 frequent", ["SAE_C3_CONTROLLED_S", "SAE_MODEL_ONLY", "SAE_RATE_FREQUENT", "SAE_RESULTS_RECOMPUTED"]),
        ("C3-L u=2 intermittent", ["SAE_C3_CONTROLLED_L", "SAE_RATE_INTERMITTENT", "SAE_RESULTS_RECOMPUTED", "SAE_UNITS_2"]),
        ("NR-S u=0", ["SAE_MODEL_ONLY", "SAE_NR_S", "SAE_RESULTS_RECOMPUTED"]),
        ("inconclusive-F u=0", ["SAE_INCONCLUSIVE_F", "SAE_RESULTS_RECOMPUTED", "SAE_UNITS_0"]),
    ],
)
def test_a_grade_is_signed_with_its_realm(tmp_path: Path, grade: str, expected: list[str]) -> None:
    made.make_signed(tmp_path / "bundle", made.payload(grade=grade))
    predicate = json.loads((tmp_path / "bundle/attestations/grade.statement.json").read_bytes())["predicate"]
    assert predicate["properties"] == expected
    assert predicate["verifier"]["policies"][0]["digest"]["sha256"] == sha256(made.payload()["data/plan/policy.json"]).hexdigest()
    assert examined(tmp_path / "bundle").outcome is Outcome.HOLDS


def test_the_grade_that_is_signed_is_the_one_that_is_printed(tmp_path: Path) -> None:
    """Void blocks can leave less than was held without them; a signature over more would say what no report says."""
    made.make_signed(tmp_path / "bundle", made.payload(grade="C2-L u=2 intermittent", held="C3-L u=2 frequent"))
    predicate = json.loads((tmp_path / "bundle/attestations/grade.statement.json").read_bytes())["predicate"]
    assert predicate["properties"] == ["SAE_C2_REPRODUCED_L", "SAE_RATE_INTERMITTENT", "SAE_RESULTS_RECOMPUTED", "SAE_UNITS_2"]
    assert examined(tmp_path / "bundle").outcome is Outcome.HOLDS


def secrets(bundle: Path) -> dict[str, bytes]:
    """Return everything in a bundle that may be withheld, or from which it could be told without a salt."""
    keys = [path for path in contents(bundle) if path.startswith("data/") and not path.startswith("data/plan/")]
    names = ["manifest-sha256.txt", "manifest-sha512.txt", "bag-info.txt"]
    return {path: (bundle / path).read_bytes() for path in keys + names}


def test_no_signed_byte_is_an_unsalted_function_of_what_may_be_withheld(signed: Path) -> None:
    """No digest of a withholdable file, of a manifest of the payload, of the root or of any piece of these is in a statement."""
    statements = b"".join(path.read_bytes() for path in (signed / "attestations").glob("*.statement.json"))
    root = Bundle.open(signed).payload_root
    for path, octets in secrets(signed).items():
        for digest in (sha256, sha512):
            assert digest(octets).hexdigest().encode() not in statements, path
            assert digest(digest(octets).digest()).hexdigest().encode() not in statements, path
    for text in (root, sha256(root.encode()).hexdigest(), sha256(bytes.fromhex(root)).hexdigest()):
        assert text.encode() not in statements


def test_with_another_lab_key_every_signed_digest_but_the_plans_is_another(tmp_path: Path, signed: Path) -> None:
    """What depends on the payload depends on the lab's key as well, so it cannot be guessed by who lacks the key."""
    made.make_signed(tmp_path / "other", lab_key=bytes(LAB_KEY_SIZE))
    public = {path: sha256(octets).hexdigest() for path, octets in made.payload().items() if path.startswith("data/plan/")}

    def digests(folder: Path, stem: str) -> set[str]:
        text = (folder / f"attestations/{stem}.statement.json").read_text()
        words = text.replace('"', " ").split()
        return {word for word in words if len(word) in {64, 128} and set(word) <= set("0123456789abcdef")}

    fixed = {*public.values(), "ab" * 32, made.p256(made.REVIEWER).public.keyid}
    plans = digests(signed, "plan") | {sha256((signed / "attestations/plan.statement.json").read_bytes()).hexdigest()}
    for stem in ("run", "selftest", "grade"):
        assert digests(signed, stem) & digests(tmp_path / "other", stem) <= fixed | plans, stem


def test_a_change_of_a_withheld_file_changes_no_public_word_of_a_statement(tmp_path: Path, signed: Path) -> None:
    """All that is readable in the statements stays the same where an identity or a raw trace is another."""
    files = made.payload()
    files["data/identity/dev-k7qd.json"] = files["data/identity/dev-k7qd.json"].replace(b"Alder", b"Birch")
    files["data/raw/capture.pcapng"] = b"x"
    made.make_signed(tmp_path / "other", files)
    for stem in ("plan", "run", "selftest", "grade"):
        one, other = (json.loads((folder / f"attestations/{stem}.statement.json").read_bytes()) for folder in (signed, tmp_path / "other"))
        for value in (one, other):
            value.pop("subject")
            value["predicate"].pop("merkleRoot", None)
            value["predicate"].pop("statements", None)
        assert one == other


def guess(signed: Path, candidates: list[bytes], path: str) -> list[bytes]:
    """Return the candidates for a withheld file that anything signed or listed in the open confirms."""
    known = {name: (signed / name).read_bytes() for name in ("commitments-sha256.txt",)}
    known |= {name: octets for name, octets in contents(signed).items() if name.startswith("attestations/")}
    public = b"".join(known.values())
    found = []
    lines = (signed / "manifest-sha256.txt").read_text().splitlines(keepends=True)
    for candidate in candidates:
        guessed = "".join(f"{sha256(candidate).hexdigest()}  {path}\n" if line.endswith(f"  {path}\n") else line for line in lines)
        root = sha256(guessed.encode()).hexdigest()
        tags = (signed / "tagmanifest-sha256.txt").read_text().splitlines(keepends=True)
        without = "".join(
            f"{root}  manifest-sha256.txt\n" if "  manifest-sha256.txt" in line else line for line in tags if "blinding" not in line
        )
        traces = [root, sha256(without.encode()).hexdigest(), commitment("", path, candidate), sha256(candidate).hexdigest()]
        if any(trace.encode() in public for trace in traces):
            found.append(candidate)
    return found


def test_trying_every_identity_finds_none(signed: Path) -> None:
    path = "data/identity/dev-k7qd.json"
    right = (signed / path).read_bytes()
    candidates = [right.replace(b"alder-e1", f"alder-e{number}".encode()) for number in range(200)]
    assert right in candidates
    assert guess(signed, candidates, path) == []


def test_a_file_is_bound_to_its_path_and_its_salt(signed: Path) -> None:
    listed = (signed / "commitments-sha256.txt").read_text().split()
    key = bundle_key(made.LAB_KEY, Bundle.open(signed).payload_root)
    one, other = "data/trials/t00000.jsonl", "data/trials/t00001.jsonl"
    octets = (signed / one).read_bytes()
    assert commitment(salt(key, one), one, octets) in listed
    assert commitment(salt(key, other), other, octets) not in listed
    assert len(listed) == len(Bundle.open(signed).files)


def test_the_lab_can_tell_that_commitments_are_not_the_payloads(tmp_path: Path) -> None:
    made.make_signed(tmp_path / "bundle")
    wrong = examined(tmp_path / "bundle", lab_key=bytes(LAB_KEY_SIZE))
    assert told(wrong) == {("V2", "E-MERKLE-ROOT", "blinding.txt"), ("V2", "E-MERKLE-ROOT", "commitments-sha256.txt")}


def test_without_a_trust_list_nobody_is_known_and_it_cannot_be_told(signed: Path) -> None:
    found = examined(signed, NOBODY)
    assert found.outcome is Outcome.CANNOT_TELL
    stems = ("grade", "plan", "run", "selftest")
    assert told(found) == {*(("V1", "U-KEY", f"attestations/{stem}.dsse.json") for stem in stems), ("V3", "U-KEY", "attestations/")}
    assert "no trust list was given" in found.problems[0].sentence


def test_an_unsigned_bundle_is_contradicted_where_signatures_are_asked_for(bundle: Path) -> None:
    found = verify(bundle, levels=["V1"], trust=made.trust())
    assert told(found) == {("V1", "E-SIG-MISSING", "attestations/")}
    assert "V1" in [result.level for result in verify(bundle, derive=lambda _: {}, policy=lambda _: [], trust=made.trust()).levels]


def test_a_revoked_key_is_not_believed_and_not_outside_its_time(signed: Path) -> None:
    plan, selftest, run = (("V1", "E-SIG-INVALID", f"attestations/{stem}.dsse.json") for stem in ("plan", "selftest", "run"))
    unread = ("V3", "U-KEY", "attestations/")
    assert told(examined(signed, made.trust(revoked_at="2031-01-01T00:00:00Z"))) == {plan, selftest, run, unread}
    assert told(examined(signed, made.trust(not_before="2030-01-02T00:00:00Z"))) == {plan}
    assert told(examined(signed, made.trust(not_after="2030-01-02T00:00:00Z"))) == {run, unread}
    assert examined(signed, made.trust(not_before=made.PLANNED, not_after=made.ENDED)).outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (RunTimes(started="2029-12-31T00:00:00Z", ended=made.ENDED), {("V3", "E-TIME-ORDER", "attestations/plan.dsse.json")}),
        (RunTimes(started=made.ENDED, ended=made.STARTED), {("V3", "E-TIME-ORDER", "attestations/run.dsse.json")}),
        (RunTimes(started=made.STARTED, ended="2030-02-01T00:00:00Z"), {("V3", "E-TIME-ORDER", "attestations/grade.dsse.json")}),
        (RunTimes(started=made.PLANNED, ended=made.PLANNED), set()),
    ],
)
def test_times_that_cannot_be_are_told(tmp_path: Path, times: RunTimes, expected: set[tuple[str, str, str]]) -> None:
    made.make_signed(tmp_path / "bundle", times=times)
    assert told(examined(tmp_path / "bundle")) == expected


@pytest.fixture(scope="module")
def stamped_once(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    """A signed bundle whose plan is stamped, before a run that starts far in the future."""
    folder = tmp_path_factory.mktemp("stamped") / "bundle"
    late = RunTimes(started="2099-01-01T00:00:00Z", ended="2099-01-02T00:00:00Z")
    files = made.payload()
    seal(folder, files)
    operator = made.p256(made.OPERATOR)
    plan = plan_envelope(operator, files, time=made.PLANNED)
    plan = replace(plan, stamp=authority.reply(stamp_query(plan.signature)))
    sign(folder, operator, role="operator", time=late.ended, lab_key=made.LAB_KEY, plan=plan, times=late)
    return folder


@pytest.fixture
def stamped(stamped_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stamped_once, tmp_path / "stamped"))


def test_a_stamp_is_believed_under_a_root_that_was_given(stamped: Path, authority: Authority) -> None:
    found = examined(stamped, roots=read_roots(authority.root))
    assert found.outcome is Outcome.HOLDS
    assert any("plan is signed by The operator" in note and "by CN=Test Authority" in note for note in found.levels[1].notes)
    unknown = examined(stamped)
    assert told(unknown) == {("V3", "U-TSA", "attestations/plan.sig.tsr")}
    assert unknown.outcome is Outcome.CANNOT_TELL


def test_openssl_and_securesystemslib_take_a_stamped_envelope_as_it_stands(
    stamped: Path, authority: Authority, tool: Callable[[str], str]
) -> None:
    folder = stamped / "attestations"
    command = [tool("openssl"), "ts", "-verify", "-data", "plan.sig", "-in", "plan.sig.tsr", "-CAfile", authority.root]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    envelope = securesystems.Envelope.from_dict(json.loads((folder / "plan.dsse.json").read_bytes()))
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    envelope.verify([SSlibKey.from_crypto(load_pem_public_key(made.p256(made.OPERATOR).public.pem), next(iter(envelope.signatures)))], 1)


def test_a_revoked_key_whose_signature_is_known_to_be_older_is_still_believed(stamped: Path, authority: Authority) -> None:
    run, selftest = (("V1", "E-SIG-INVALID", f"attestations/{stem}.dsse.json") for stem in ("run", "selftest"))
    unread = ("V3", "U-KEY", "attestations/")
    roots = read_roots(authority.root)
    late = examined(stamped, made.trust(revoked_at="2098-01-01T00:00:00Z"), roots=roots)
    assert told(late) == {run, selftest, unread}
    assert any("the signature is older, as its time stamp shows" in note for note in late.levels[1].notes)
    plan = ("V1", "E-SIG-INVALID", "attestations/plan.dsse.json")
    assert told(examined(stamped, made.trust(revoked_at="2020-01-01T00:00:00Z"), roots=roots)) == {run, selftest, plan, unread}
    unknown = told(examined(stamped, made.trust(revoked_at="2098-01-01T00:00:00Z")))
    assert ("V1", "U-TSA", "attestations/plan.dsse.json") in unknown


def test_a_plan_that_was_stamped_after_the_run_began_is_told(signed: Path, authority: Authority) -> None:
    plan = read_envelope((signed / "attestations/plan.dsse.json").read_bytes())
    early = RunTimes(started="2020-01-02T00:00:00Z", ended="2020-01-03T00:00:00Z")
    shutil.rmtree(signed)
    seal(signed, made.payload())
    plan = plan_envelope(made.p256(made.OPERATOR), made.payload(), time="2020-01-01T00:00:00Z")
    plan = replace(plan, stamp=authority.reply(stamp_query(plan.signature)))
    sign(signed, made.p256(made.OPERATOR), role="operator", time=early.ended, lab_key=made.LAB_KEY, plan=plan, times=early)
    assert told(examined(signed, roots=read_roots(authority.root))) == {("V3", "E-TIME-ORDER", "attestations/plan.dsse.json")}


def test_a_stamp_over_something_else_or_of_no_authority_is_told(stamped: Path, authority: Authority, tmp_path: Path) -> None:
    roots, file = read_roots(authority.root), "attestations/run.sig.tsr"
    other = (stamped / "attestations/plan.sig.tsr").read_bytes()
    attach_stamp(stamped, "run", other)
    assert told(examined(stamped, roots=roots)) == {("V3", "E-SIG-INVALID", file)}
    attach_stamp(stamped, "run", b"0\x030\x01\x02")
    assert told(examined(stamped, roots=roots)) == {("V3", "E-SIG-PARSE", file)}
    signature = read_envelope((stamped / "attestations/run.dsse.json").read_bytes()).signature
    stranger = made.Authority.open(tmp_path / "stranger")
    attach_stamp(stamped, "run", stranger.reply(stamp_query(signature)))
    assert told(examined(stamped, roots=roots)) == {("V3", "U-TSA", file)}
    with pytest.raises(UsageError, match=r"no statement 'odd'; expected plan, run, selftest"):
        attach_stamp(stamped, "odd", b"")


def commands(readme: bytes, **variables: str) -> str:
    """Return every command of the README as one script, in its order, with the reader's own values in place."""
    script = []
    for line in readme.decode().splitlines():
        if line.startswith("    "):
            text = line.strip()
            if text.startswith("export "):
                names = [word.partition("=")[0] for word in text.split()[1:]]
                text = "export " + " ".join(f"{name}='{variables[name]}'" for name in names)
            script.append(text)
    return "\n".join(script)


def test_every_command_of_the_readme_runs_as_written_on_a_signed_and_stamped_bundle(
    stamped: Path, authority: Authority, tool: Callable[[str], str], tmp_path: Path
) -> None:
    for name in ("sha256sum", "sha512sum", "openssl"):
        tool(name)
    (tmp_path / "lab.pub.pem").write_bytes(made.p256(made.OPERATOR).public.pem)
    path = "data/trials/t00001.jsonl"
    secret = salt(bundle_key(made.LAB_KEY, Bundle.open(stamped).payload_root), path)
    values = {"S": "plan", "KEY": str(tmp_path / "lab.pub.pem"), "TSA": str(authority.root), "path": path, "salt": secret}
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def run(**changes: str) -> int:
        script = commands(README, **{**values, **changes})
        return subprocess.run(["/bin/sh", "-ec", script], cwd=stamped, env=environment, capture_output=True, check=False).returncode

    assert run() == 0
    assert run(salt=secret[::-1]) != 0
    (tmp_path / "other.pem").write_bytes(made.p256(made.STRANGER).public.pem)
    assert run(KEY=str(tmp_path / "other.pem")) != 0


def test_a_trust_list_comes_back_from_its_file(tmp_path: Path) -> None:
    found = made.trust(revoked_at="2031-01-01T00:00:00Z")
    (tmp_path / "trust.json").write_text(json.dumps(found.document(), indent=3))
    assert read_trust(tmp_path / "trust.json") == found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda entry: entry.pop("holder"), "holder is missing"),
        (lambda entry: entry.update(rolls=[]), "no member 'rolls'; .* did you mean 'roles'"),
        (lambda entry: entry.update(roles=["king"]), "roles are missing or unknown"),
        (lambda entry: entry.update(roles=[]), "roles are missing or unknown"),
        (lambda entry: entry.update({"not-after": "tomorrow"}), "not-after is not an instant"),
        (lambda entry: entry.update({"public-key": "AAAA"}), "public-key is none"),
        (lambda entry: entry.update({"public-key": b64encode(made.ed25519(3).public.spki).decode()}), "the key identifier is not that of"),
    ],
)
def test_a_trust_list_with_a_mistake_is_refused_by_name(
    tmp_path: Path, change: Callable[[dict[str, object]], object], message: str
) -> None:
    value = json.loads(json.dumps(made.trust().document()))
    change(next(iter(value["keys"].values())))
    (tmp_path / "trust.json").write_text(json.dumps(value))
    with pytest.raises(UsageError, match=message):
        read_trust(tmp_path / "trust.json")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format":"smets-trust/1"}', '{"format":"smets-trust/2","keys":{}}', '{"format":"smets-trust/1","keys":{},"more":1}'],
)
def test_what_is_no_trust_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "trust.json").write_text(text)
    with pytest.raises(UsageError, match="is not"):
        read_trust(tmp_path / "trust.json")


@pytest.mark.parametrize("properties", [["SAE_C5_REPLICATED_L"], ["SAE_MODEL_ONLY", "SAE_RATE_RARE", "SAE_RESULTS_RECOMPUTED"]])
def test_a_claim_that_the_payload_does_not_give_is_told(signed: Path, properties: list[str]) -> None:
    """A trusted key that signs what is not so is contradicted by the bundle itself."""
    reviewer = made.p256(made.REVIEWER)
    path = signed / "attestations/grade.statement.json"
    value = json.loads(path.read_bytes())
    subjects = {
        name: (signed / name).read_bytes() for name in ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "commitments-sha256.txt")
    }
    value["predicate"]["properties"] = properties
    envelope = envelope_of(reviewer, statement("grade", subjects, value["predicate"]))
    (signed / "attestations/grade.dsse.json").write_bytes(envelope.octets)
    path.write_bytes(envelope.payload)
    (signed / "attestations/grade.sig").write_bytes(envelope.signature)
    assert told(examined(signed)) == {("V7", "E-GRADE", "attestations/grade.dsse.json")}


def test_keys_beside_the_envelopes_are_those_that_signed(signed: Path) -> None:
    for path in (signed / "attestations/keys").iterdir():
        assert path.name == f"{read_pem(path.read_bytes()).keyid}.pub.pem"
    assert NO_ROOTS.certificates == ()
