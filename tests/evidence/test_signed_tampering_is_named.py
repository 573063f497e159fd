"""Every change to a signed bundle is caught, with the right code: 2,000 seeded mutations, and every forgery we could think of."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import signed_bundles as made
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from harness.evidence.commitments import blinding, bundle_key
from harness.evidence.dsse import Envelope, pae, read_envelope
from harness.evidence.problem import CODES, Outcome
from harness.evidence.seal import seal
from harness.evidence.signing import RunTimes, plan_envelope, sign
from harness.evidence.statement import KINDS
from harness.evidence.subjects import commitments_of
from harness.evidence.time_stamp import TsaRoots, read_roots, stamp_query
from harness.evidence.verify import Verification, verify
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Callable

    from signed_bundles import Authority

Named = set[tuple[str, str]]
PER_KIND = 160
BREAKS = {"E-SIG-PARSE", "E-SIG-INVALID", "E-SIG-TYPE", "U-KEY"}
"""Codes of an envelope that cannot be believed."""
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SUBJECTS = ("commitments-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt")
STEMS = ("grade", "plan", "run", "selftest")


@pytest.fixture(scope="module")
def roots(authority: Authority) -> TsaRoots:
    return read_roots(authority.root)


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    """A bundle that everybody signed, its plan stamped before a run in the far future."""
    folder = tmp_path_factory.mktemp("attested") / "bundle"
    files, operator = made.payload(), made.p256(made.OPERATOR)
    seal(folder, files)
    plan = plan_envelope(operator, files, time=made.PLANNED)
    plan = replace(plan, stamp=authority.reply(stamp_query(plan.signature)))
    times = RunTimes(started="2099-01-01T00:00:00Z", ended="2099-01-02T00:00:00Z")
    sign(folder, operator, role="operator", time=times.ended, lab_key=made.LAB_KEY, plan=plan, times=times)
    sign(folder, made.p256(made.REVIEWER), role="reviewer", time=times.ended)
    return folder


def examined(folder: Path, roots: TsaRoots) -> Verification:
    return verify(folder, levels=["V0", "V1", "V2", "V3"], trust=made.trust(), roots=roots)


def named(found: Verification) -> Named:
    return {(problem.code, problem.file) for problem in found.problems}


@dataclass
class Tampering:
    """A copy of the bundle, and the dice of one mutation."""

    folder: Path
    chance: Chance

    def pick(self, choices: list[str]) -> str:
        return choices[self.chance.below(len(choices))]

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


def flip_a_bit(bag: Tampering, octets: bytes) -> bytes:
    place = bag.chance.below(len(octets))
    return octets[:place] + bytes([octets[place] ^ 1 << bag.chance.below(8)]) + octets[place + 1 :]


def delete_a_byte(bag: Tampering, octets: bytes) -> bytes:
    place = bag.chance.below(len(octets))
    return octets[:place] + octets[place + 1 :]


def insert_a_byte(bag: Tampering, octets: bytes) -> bytes:
    place = bag.chance.below(len(octets) + 1)
    return octets[:place] + bag.chance.octets(1) + octets[place:]


def append(bag: Tampering, octets: bytes) -> bytes:
    return octets + bag.chance.octets(1 + bag.chance.below(20))


def append_white_space(bag: Tampering, octets: bytes) -> bytes:
    return octets + bag.pick([" ", "\n", "\t", "\r\n"]).encode()


def truncate(bag: Tampering, octets: bytes) -> bytes:
    return octets[: bag.chance.below(len(octets))]


def put_white_space_within(bag: Tampering, octets: bytes) -> bytes:
    marks = [place for place, octet in enumerate(octets) if octet in b":,{}\n "] or [0]
    place = marks[bag.chance.below(len(marks))]
    return octets[:place] + b" " + octets[place:]


def overwrite(bag: Tampering, octets: bytes) -> bytes:
    return bag.chance.octets(len(octets))


def empty(bag: Tampering, octets: bytes) -> bytes:
    return b""


CHANGES = [flip_a_bit, delete_a_byte, insert_a_byte, append, append_white_space, truncate, put_white_space_within, overwrite, empty]


def is_named(path: str, found: Named) -> bool:
    """Tell whether a change of the octets of one file is told as it must be, and nothing else is."""
    changed = {("E-FILE-DIGEST", path)}
    if path in SUBJECTS or path.startswith("data/plan/"):
        changed |= {("E-SUBJ-DIGEST", path)}
    root = {("E-MERKLE-ROOT", path)} if path == "commitments-sha256.txt" else set()
    if not path.startswith("attestations/"):
        unread = {("U-FIXITY", path)}
        return changed <= found <= changed | root | unread
    if not path.endswith(".dsse.json"):
        return found == {("E-ATT-COPY", path)}
    stem = path.removesuffix(".dsse.json")
    own = {problem for problem in found if problem[1] == path}
    beside = {
        *(("E-ATT-COPY", stem + end) for end in (".statement.json", ".sig", ".sig.tsr")),
        *(("E-ATT-COPY", f) for _, f in found if "/keys/" in f),
    }
    stamps = {(code, f"{stem}.sig.tsr") for code in ("E-SIG-PARSE", "E-SIG-INVALID", "U-TSA")}
    unread = {("U-KEY", "attestations/")}
    broken = {code for code, _ in own} <= BREAKS and (own or found & stamps or found & beside)
    return bool(broken) and found - own <= beside | stamps | unread


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_of_any_file_is_named(
    attested: Path, roots: TsaRoots, tmp_path: Path, change: Callable[[Tampering, bytes], bytes]
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(attested, folder)
    for seed in range(PER_KIND):
        bag = Tampering(folder=folder, chance=Chance(subseed(b"signed", change.__name__, seed)))
        path = bag.pick(bag.files())
        before = (folder / path).read_bytes()
        after = change(bag, before)
        assert after != before
        (folder / path).write_bytes(after)
        found = examined(folder, roots)
        assert found.outcome is Outcome.CONTRADICTED, (seed, path)
        assert {problem.code for problem in found.problems} <= CODES.keys()
        assert is_named(path, named(found)), (seed, path, named(found))
        (folder / path).write_bytes(before)
    assert examined(folder, roots).outcome is Outcome.HOLDS


def expected_of_loss(path: str) -> Named:
    if path.startswith("attestations/") and not path.endswith(".dsse.json"):
        return {("E-ATT-COPY", path)}
    if path.endswith(".dsse.json"):
        stem = path.removeprefix("attestations/").removesuffix(".dsse.json")
        ends = [".statement.json", ".sig", *([".sig.tsr"] if stem == "plan" else [])]
        lost = {("E-ATT-COPY", f"attestations/{stem}{end}") for end in ends}
        if stem == "grade":
            lost |= {("E-ATT-COPY", f"attestations/keys/{made.p256(made.REVIEWER).public.keyid}.pub.pem")}
        return lost | ({("E-SIG-MISSING", path)} if stem != "grade" else set()) | ({("U-KEY", "attestations/")} if stem == "run" else set())
    subject = path in SUBJECTS or path.startswith("data/plan/")
    return {("E-FILE-MISSING", path)} | ({("E-SUBJ-DIGEST", path)} if subject else set())


def test_the_loss_of_any_file_is_named(attested: Path, roots: TsaRoots, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(attested, folder)
    for path in Tampering(folder=folder, chance=Chance(b"")).files():
        (folder / path).rename(tmp_path / "aside")
        found = named(examined(folder, roots))
        assert found - {("U-FIXITY", path)} == expected_of_loss(path)
        (tmp_path / "aside").rename(folder / path)


ADDED = [
    "attestations/notes.txt",
    "attestations/grade-2.statement.json",
    "attestations/grade.sig.tsr",
    "attestations/disclosure.statement.json",
    "attestations/keys/deep/x",
    "attestations/.hidden",
    "attestations/x.dsse.json",
    "attestations/disclosure.dsse.json",
    "data/added.bin",
    "added.txt",
    "disclosure/disclosed.txt",
]


@pytest.mark.parametrize("path", ADDED)
@pytest.mark.parametrize("octets", [b"", b"{}\n", bytes(range(256))])
def test_an_added_file_is_named(attested: Path, roots: TsaRoots, tmp_path: Path, path: str, octets: bytes) -> None:
    folder = Path(shutil.copytree(attested, tmp_path / "bundle"))
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(octets)
    assert named(examined(folder, roots)) == {("E-ATT-COPY" if path.startswith("attestations/") else "E-FILE-EXTRA", path)}


def test_an_added_folder_or_link_among_the_attestations_is_named(attested: Path, roots: TsaRoots, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(attested, tmp_path / "bundle"))
    (folder / "attestations/empty").mkdir()
    (folder / "attestations/run.sig").unlink()
    (folder / "attestations/run.sig").symlink_to(attested / "attestations/run.sig")
    assert named(examined(folder, roots)) == {
        ("E-ATT-COPY", "attestations/empty/"),
        ("E-ATT-COPY", "attestations/run.sig"),
        ("E-NAME", "attestations/run.sig"),
    }


@pytest.mark.parametrize("kind", ["change_octets_at_random", "swap_two_files"])
def test_two_files_at_once_are_both_named(attested: Path, roots: TsaRoots, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(attested, folder)
    for seed in range(PER_KIND):
        bag = Tampering(folder=folder, chance=Chance(subseed(b"two", kind, seed)))
        one = bag.pick(bag.files())
        before = (folder / one).read_bytes()
        other = bag.pick([path for path in bag.files() if (folder / path).read_bytes() != before])
        content = (folder / other).read_bytes()
        (folder / one).write_bytes(content if kind == "swap_two_files" else flip_a_bit(bag, before))
        (folder / other).write_bytes(before if kind == "swap_two_files" else flip_a_bit(bag, content))
        found = examined(folder, roots)
        assert found.outcome is Outcome.CONTRADICTED
        told = {problem.file for problem in found.problems}
        for path in (one, other):
            assert path in told or beside_is_told(path, told) or tag_is_told(path, told, found), (seed, one, other, told)
        (folder / one).write_bytes(before)
        (folder / other).write_bytes(content)


def beside_is_told(path: str, told: set[str]) -> bool:
    """Tell whether an envelope is told of by what stands beside it, or the other way round."""
    stem = path.partition(".")[0]
    return path.startswith("attestations/") and any(file.startswith(f"{stem}.") for file in told)


def tag_is_told(path: str, told: set[str], found: Verification) -> bool:
    """Tell whether a change hides behind another: nothing of a bundle is believed whose manifests are not as sealed."""
    return (
        "data/" in told
        or any(problem.code == "U-FIXITY" for problem in found.problems)
        or (path.startswith("attestations/keys/") and bool(told))
    )


EVERY = {*(("E-SUBJ-DIGEST", f"tagmanifest-{algorithm}.txt") for algorithm in ("sha256", "sha512"))}


@pytest.mark.parametrize("seed", range(60))
def test_a_payload_changed_and_sealed_anew_is_not_what_was_signed(attested: Path, roots: TsaRoots, tmp_path: Path, seed: int) -> None:
    folder = Path(shutil.copytree(attested, tmp_path / "bundle"))
    bag = Tampering(folder=folder, chance=Chance(subseed(b"reseal", seed)))
    path = bag.pick([path for path in bag.files() if path.startswith("data/raw") or "/trials/" in path or "/identity/" in path])
    octets = (folder / path).read_bytes()
    forged = made.journal(f"t9{seed:04}") if "/trials/" in path else octets.replace(b"Alder", b"Birch").replace(b"\x01\x02", b"\x02\x01")
    made.reseal(folder, path, forged)
    assert named(examined(folder, roots)) == EVERY
    key = bundle_key(bytes(32), sha256((folder / "manifest-sha256.txt").read_bytes()).hexdigest())
    files = sorted(path for path in bag.files() if path.startswith("data/"))
    further = {"blinding.txt": blinding(key, "x"), "commitments-sha256.txt": commitments_of(folder, files, key)}
    made.reseal(folder, path, forged, further)
    commitments = "commitments-sha256.txt"
    assert named(examined(folder, roots)) == EVERY | {("E-SUBJ-DIGEST", commitments), ("E-MERKLE-ROOT", commitments)}


def test_a_plan_changed_and_sealed_anew_is_told_by_its_own_signature(attested: Path, roots: TsaRoots, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(attested, tmp_path / "bundle"))
    made.reseal(folder, "data/plan/assignment.jsonl", (folder / "data/plan/assignment.jsonl").read_bytes().replace(b"sham", b"treatment"))
    assert named(examined(folder, roots)) == EVERY | {("E-SUBJ-DIGEST", "data/plan/assignment.jsonl")}


def resigned(folder: Path, stem: str, number: int, *, keyid: str = "") -> Envelope:
    """Sign a statement as it stands with another key and put everything beside it."""
    key = made.p256(number)
    found = read_envelope((folder / f"attestations/{stem}.dsse.json").read_bytes())
    envelope = Envelope(payload=found.payload, keyid=keyid or key.public.keyid, signature=key.sign(found.signed))
    file(folder, stem, envelope)
    if not keyid:
        (folder / f"attestations/keys/{key.public.keyid}.pub.pem").write_bytes(key.public.pem)
    return envelope


def file(folder: Path, stem: str, envelope: Envelope) -> None:
    for old in (folder / "attestations").glob(f"{stem}.*"):
        old.unlink()
    (folder / f"attestations/{stem}.dsse.json").write_bytes(envelope.octets)
    (folder / f"attestations/{stem}.statement.json").write_bytes(envelope.payload)
    (folder / f"attestations/{stem}.sig").write_bytes(envelope.signature)
    if envelope.stamp:
        (folder / f"attestations/{stem}.sig.tsr").write_bytes(envelope.stamp)


@pytest.fixture
def folder(attested: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(attested, tmp_path / "bundle"))


def test_everything_signed_anew_by_a_stranger_cannot_be_told(folder: Path, roots: TsaRoots) -> None:
    shutil.rmtree(folder / "attestations/keys")
    (folder / "attestations/keys").mkdir()
    for stem in STEMS:
        resigned(folder, stem, made.STRANGER)
    found = examined(folder, roots)
    assert found.outcome is Outcome.CANNOT_TELL
    assert named(found) == {*(("U-KEY", f"attestations/{stem}.dsse.json") for stem in STEMS), ("U-KEY", "attestations/")}
    assert made.p256(made.STRANGER).public.keyid in found.problems[0].sentence


@pytest.mark.parametrize("stem", STEMS)
def test_a_statement_signed_by_a_key_of_another_role_is_told(folder: Path, roots: TsaRoots, stem: str) -> None:
    resigned(folder, stem, made.DISCLOSER)
    told = named(examined(folder, roots))
    assert ("E-SIG-TYPE", f"attestations/{stem}.dsse.json") in told
    assert told <= {("E-SIG-TYPE", f"attestations/{stem}.dsse.json"), ("U-KEY", "attestations/"), key_left_over(stem)}


def key_left_over(stem: str) -> tuple[str, str]:
    """Return the problem of a key whose only envelope is another's now."""
    return ("E-ATT-COPY", f"attestations/keys/{made.p256(made.REVIEWER if stem == 'grade' else made.OPERATOR).public.keyid}.pub.pem")


@pytest.mark.parametrize("stem", STEMS)
def test_a_strangers_signature_under_a_trusted_name_is_told(folder: Path, roots: TsaRoots, stem: str) -> None:
    number = made.REVIEWER if stem == "grade" else made.OPERATOR
    resigned(folder, stem, made.STRANGER, keyid=made.p256(number).public.keyid)
    told = named(examined(folder, roots))
    assert ("E-SIG-INVALID", f"attestations/{stem}.dsse.json") in told
    assert told <= {("E-SIG-INVALID", f"attestations/{stem}.dsse.json"), ("U-KEY", "attestations/")}


def test_every_single_bit_of_a_signature_counts(folder: Path, roots: TsaRoots) -> None:
    found = read_envelope((folder / "attestations/selftest.dsse.json").read_bytes())
    for place in range(len(found.signature)):
        for bit in range(0, 8, 3):
            forged = found.signature[:place] + bytes([found.signature[place] ^ 1 << bit]) + found.signature[place + 1 :]
            file(folder, "selftest", replace(found, signature=forged))
            assert named(examined(folder, roots)) == {("E-SIG-INVALID", "attestations/selftest.dsse.json")}


def test_the_other_signature_that_mathematics_allows_is_not_accepted(folder: Path, roots: TsaRoots) -> None:
    found = read_envelope((folder / "attestations/grade.dsse.json").read_bytes())
    r, s = decode_dss_signature(found.signature)
    file(folder, "grade", replace(found, signature=encode_dss_signature(r, ORDER - s)))
    assert named(examined(folder, roots)) == {("E-SIG-INVALID", "attestations/grade.dsse.json")}


@pytest.mark.parametrize("kind", ["application/json", "application/vnd.in-toto+json ", "APPLICATION/VND.IN-TOTO+JSON", ""])
def test_another_type_of_payload_is_told_although_it_is_signed(folder: Path, roots: TsaRoots, kind: str) -> None:
    found = read_envelope((folder / "attestations/grade.dsse.json").read_bytes())
    signature = made.p256(made.REVIEWER).sign(pae(kind, found.payload))
    file(folder, "grade", replace(found, payload_type=kind, signature=signature))
    assert named(examined(folder, roots)) == {("E-SIG-TYPE", "attestations/grade.dsse.json")}


@pytest.mark.parametrize("other", ["plan", "run", "selftest"])
def test_a_statement_under_another_name_is_told(folder: Path, roots: TsaRoots, other: str) -> None:
    found = read_envelope((folder / f"attestations/{other}.dsse.json").read_bytes())
    file(folder, "grade", replace(found, stamp=b""))
    told = named(examined(folder, roots))
    assert ("E-SIG-TYPE", "attestations/grade.dsse.json") in told
    assert told <= {("E-SIG-TYPE", "attestations/grade.dsse.json"), key_left_over("grade")}


@pytest.mark.parametrize("stem", STEMS)
def test_a_statement_of_another_bundle_is_told(folder: Path, roots: TsaRoots, tmp_path: Path, stem: str) -> None:
    files = made.payload() | {"data/raw/capture.pcapng": b"another", "data/plan/policy.json": b'{"format":"another"}\n'}
    made.make_signed(tmp_path / "other", files, times=RunTimes(started="2099-01-01T00:00:00Z", ended="2099-01-02T00:00:00Z"))
    found = read_envelope((tmp_path / f"other/attestations/{stem}.dsse.json").read_bytes())
    file(folder, stem, found)
    told = named(examined(folder, roots))
    subjects = {("E-SUBJ-DIGEST", "data/plan/policy.json")} if stem == "plan" else {("E-SUBJ-DIGEST", name) for name in SUBJECTS}
    assert subjects <= told
    named_by_run = {("E-SUBJ-DIGEST", f"attestations/{kind}.dsse.json") for kind in ("plan", "selftest")}
    further = (
        {("E-MERKLE-ROOT", SUBJECTS[0])}
        if stem == "run"
        else {("E-TIME-ORDER", "attestations/grade.dsse.json")}
        if stem == "grade"
        else set()
    )
    assert told <= subjects | named_by_run | further


@pytest.mark.parametrize(
    ("kept", "lost"), [(("grade", "run"), ("plan", "selftest")), (("grade",), ("plan", "selftest", "run")), ((), STEMS)]
)
def test_statements_that_were_dropped_with_all_that_belongs_to_them_are_missed(
    folder: Path, roots: TsaRoots, kept: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    for stem in lost:
        for path in (folder / "attestations").glob(f"{stem}.*"):
            path.unlink()
    if "run" in lost:
        (folder / f"attestations/keys/{made.p256(made.OPERATOR).public.keyid}.pub.pem").unlink()
    if not kept:
        shutil.rmtree(folder / "attestations")
    expected = {("E-SIG-MISSING", f"attestations/{stem}.dsse.json") for stem in ("plan", "selftest")}
    if "run" in lost:
        expected = {("E-SIG-MISSING", "attestations/run.dsse.json"), ("U-KEY", "attestations/")}
    assert named(examined(folder, roots)) == expected


def test_a_bundle_stripped_of_all_signing_is_told_to_who_expects_a_signature(folder: Path) -> None:
    shutil.rmtree(folder / "attestations")
    for name in ("blinding.txt", "commitments-sha256.txt"):
        (folder / name).unlink()
    made.reseal(folder, "data/raw/capture.pcapng", b"forged")
    found = verify(folder, trust=made.trust(), derive=lambda _: {}, policy=lambda _: [])
    assert ("E-SIG-MISSING", "attestations/") in named(found)
    assert not found.attested


SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "indented": lambda octets: json.dumps(json.loads(octets), indent=2).encode(),
    "spaced": lambda octets: json.dumps(json.loads(octets)).encode() + b"\n",
    "without its line feed": lambda octets: octets[:-1],
    "with a second key": lambda octets: octets.replace(b'"payloadType"', b'"payloadType":"x","payloadType"'),
    "with another member": lambda octets: octets.replace(b'"payloadType"', b'"note":"approved","payloadType"'),
    "with a second signature": lambda octets: octets.replace(b'"signatures":[', b'"signatures":[{"keyid":"","sig":""},'),
    "without a signature": lambda octets: octets[: octets.index(b'"signatures":[')] + b'"signatures":[]}\n',
    "with base64 for addresses": lambda octets: octets.replace(b"+", b"-").replace(b"/", b"_"),
    "with padding dropped": lambda octets: octets.replace(b"=", b""),
    "with a byte order mark": lambda octets: b"\xef\xbb\xbf" + octets,
    "twice": lambda octets: octets + octets,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("stem", STEMS)
def test_an_envelope_in_another_spelling_is_told(folder: Path, roots: TsaRoots, stem: str, spelling: str) -> None:
    path = folder / f"attestations/{stem}.dsse.json"
    octets = path.read_bytes()
    changed = SPELLINGS[spelling](octets)
    if changed == octets:
        pytest.skip("this envelope has nothing that could be spelt so")
    path.write_bytes(changed)
    told = named(examined(folder, roots))
    assert ("E-SIG-PARSE", f"attestations/{stem}.dsse.json") in told
    assert told <= {("E-SIG-PARSE", f"attestations/{stem}.dsse.json"), ("U-KEY", "attestations/")}


def test_a_statement_that_is_signed_in_another_spelling_is_told(folder: Path, roots: TsaRoots) -> None:
    found = read_envelope((folder / "attestations/grade.dsse.json").read_bytes())
    payload = json.dumps(json.loads(found.payload), indent=2).encode()
    signature = made.p256(made.REVIEWER).sign(pae(found.payload_type, payload))
    file(folder, "grade", replace(found, payload=payload, signature=signature))
    assert named(examined(folder, roots)) == {("E-SIG-PARSE", "attestations/grade.dsse.json")}


def test_a_key_of_a_weaker_kind_is_never_believed(folder: Path, roots: TsaRoots) -> None:
    """Whatever the folder offers as a key, only the trust list's counts."""
    found = read_envelope((folder / "attestations/grade.dsse.json").read_bytes())
    pem = (
        b"-----BEGIN PUBLIC KEY-----\n"
        + b64encode(b64decode("MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf"))
        + b"\n-----END PUBLIC KEY-----\n"
    )
    keyid = sha256(b64decode("MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf")).hexdigest()
    file(folder, "grade", replace(found, keyid=keyid))
    (folder / f"attestations/keys/{keyid}.pub.pem").write_bytes(pem)
    told = named(examined(folder, roots))
    assert {("U-KEY", "attestations/grade.dsse.json"), ("E-ATT-COPY", f"attestations/keys/{keyid}.pub.pem")} <= told


@pytest.mark.parametrize("path", sorted(f"attestations/{stem}{end}" for stem in STEMS for end in (".sig", ".statement.json")))
def test_swapped_copies_are_told(folder: Path, roots: TsaRoots, path: str) -> None:
    other = path.replace("plan", "@").replace("run", "plan").replace("@", "run") if "plan" in path or "run" in path else path
    other = other if other != path else path.replace("grade", "@").replace("selftest", "grade").replace("@", "selftest")
    octets = (folder / path).read_bytes()
    (folder / path).write_bytes((folder / other).read_bytes())
    (folder / other).write_bytes(octets)
    assert named(examined(folder, roots)) == {("E-ATT-COPY", path), ("E-ATT-COPY", other)}


def test_a_stamp_is_tied_to_its_signature_and_its_copy(folder: Path, roots: TsaRoots) -> None:
    found = read_envelope((folder / "attestations/plan.dsse.json").read_bytes())
    run = read_envelope((folder / "attestations/run.dsse.json").read_bytes())
    file(folder, "run", replace(run, stamp=found.stamp))
    assert named(examined(folder, roots)) == {("E-SIG-INVALID", "attestations/run.sig.tsr")}
    file(folder, "run", run)
    file(folder, "plan", replace(found, stamp=b""))
    assert examined(folder, roots).outcome is Outcome.HOLDS, "a stamp may be absent: then nothing is claimed by it"
    (folder / "attestations/plan.sig.tsr").write_bytes(found.stamp)
    assert named(examined(folder, roots)) == {("E-ATT-COPY", "attestations/plan.sig.tsr")}


def test_a_changed_stamp_never_moves_the_instant(folder: Path, roots: TsaRoots) -> None:
    """Bits of a stamp that nothing signs may change with its copy; the instant and whose word it is may not."""
    found = read_envelope((folder / "attestations/plan.dsse.json").read_bytes())
    before = [note for note in examined(folder, roots).levels[1].notes if note.startswith("plan ")]
    told, silent = set(), 0
    for place in range(0, len(found.stamp), 3):
        stamp = found.stamp[:place] + bytes([found.stamp[place] ^ 1 << place % 8]) + found.stamp[place + 1 :]
        file(folder, "plan", replace(found, stamp=stamp))
        result = examined(folder, roots)
        told |= named(result)
        if result.outcome is Outcome.HOLDS:
            silent += 1
            assert [note for note in result.levels[1].notes if note.startswith("plan ")] == before
    assert {code for code, _ in told} <= {"E-SIG-PARSE", "E-SIG-INVALID", "U-TSA"}
    assert silent <= 8


def test_there_are_as_many_mutations_as_promised() -> None:
    assert (len(CHANGES) + 2) * PER_KIND + 2 * 60 + 70 * 3 + len(SPELLINGS) * len(STEMS) + 3 * len(ADDED) >= 2000
    assert set(KINDS) == {*STEMS, "disclosure"}
