"""Whoever changes a derivative is found out with the right code, whether a stranger, or the discloser who signs again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from hashlib import new
from pathlib import Path
from typing import TYPE_CHECKING

import disclosed_bundles as small
import pytest
import signed_bundles as made

from harness.evidence.attestations import files_of
from harness.evidence.commitments import commitment_list
from harness.evidence.layout import MANIFESTS, tag_manifests, tags
from harness.evidence.problem import CODES, Outcome
from harness.evidence.signing import envelope_of
from harness.evidence.statement import statement
from harness.evidence.subjects import SUBJECTS
from harness.evidence.verify import Verification, verify
from harness.vocab.canonical import document, parse
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = ("V0", "V1", "V2", "V3", "V4")
LISTS = ("disclosed.txt", "withheld.txt")
PER_KIND = 60


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed bundle and what the SEC Parties are given of it."""
    place = tmp_path_factory.mktemp("attacked")
    made.make_signed(place / "original", small.payload())
    small.derived(place / "original", place / "derivative")
    return place


@pytest.fixture
def bag(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once / "derivative", tmp_path / "derivative"))


def examined(folder: Path) -> Verification:
    return verify(folder, levels=LEVELS, trust=made.trust())


def told(folder: Path) -> dict[str, set[str]]:
    """Return what verification says: codes by file."""
    found: dict[str, set[str]] = {}
    for problem in examined(folder).problems:
        found.setdefault(problem.file, set()).add(problem.code)
    return found


def reseal(folder: Path, *, signer: int | None = None) -> None:
    """Make every manifest agree with the files; with a signer, sign the disclosure again."""
    files = sorted(str(path.relative_to(folder)) for path in (folder / "data").rglob("*") if path.is_file())
    contents = {path: (folder / path).read_bytes() for path in files}
    manifests = {
        algorithm: "".join(f"{new(algorithm, contents[path]).hexdigest()}  {path}\n" for path in files).encode() for algorithm in MANIFESTS
    }
    sealed = tags(manifests, octets=sum(map(len, contents.values())), files=len(files))
    sealed["README.txt"] = (folder / "README.txt").read_bytes()
    sealed |= {str(path.relative_to(folder)): path.read_bytes() for path in (folder / "disclosure").rglob("*") if path.is_file()}
    sealed |= {"blinding.txt": (folder / "blinding.txt").read_bytes()} if (folder / "blinding.txt").exists() else {}
    sealed |= tag_manifests(sealed)
    if signer is not None:
        key = made.p256(signer)
        predicate = {**parse((folder / "disclosure/terms.json").read_bytes()), "role": "discloser", "time": small.TIME}  # type: ignore[dict-item]
        subjects = {name: sealed[name] for name in SUBJECTS["disclosure"]}
        shutil.rmtree(folder / "attestations")
        sealed |= files_of("disclosure", envelope_of(key, statement("disclosure", subjects, predicate)), key.public.pem)
    for name, octets in sealed.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(octets)


def rewrite(folder: Path, name: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of one of the lists, and keep them sorted."""
    path = folder / "disclosure" / name
    path.write_text("".join(sorted(change(path.read_text().splitlines(keepends=True)))))


def trace(folder: Path, trial: str) -> Path:
    return folder / f"data/traces/{trial}.jsonl"


def edit_a_trace(folder: Path) -> dict[str, set[str]]:
    path = trace(folder, "t00")
    path.write_bytes(path.read_bytes().replace(b'"at":2000', b'"at":2001'))
    return {"data/traces/t00.jsonl": {"E-DISC-DIGEST"}}


def drop_an_unfavourable_trial(folder: Path) -> dict[str, set[str]]:
    trace(folder, "t11").unlink()
    rewrite(folder, "disclosed.txt", lambda lines: [line for line in lines if "t11" not in line])
    return {"disclosure/original/commitments-sha256.txt": {"E-DISC-GAP"}}


def swap_two_traces(folder: Path) -> dict[str, set[str]]:
    one, other = trace(folder, "t00"), trace(folder, "t01")
    a, b = one.read_bytes(), other.read_bytes()
    one.write_bytes(b)
    other.write_bytes(a)
    return {"data/traces/t00.jsonl": {"E-DISC-DIGEST"}, "data/traces/t01.jsonl": {"E-DISC-DIGEST"}}


def relabel_a_control(folder: Path) -> dict[str, set[str]]:
    """A control's trace takes the name of the treatment's, and its salt and commitment with it."""
    trace(folder, "t01").replace(trace(folder, "t00"))
    rewrite(
        folder,
        "disclosed.txt",
        lambda lines: [line.replace("t01", "t00") for line in lines if "t00" not in line or "traces" not in line],
    )
    return {"data/traces/t00.jsonl": {"E-DISC-DIGEST"}, "disclosure/original/commitments-sha256.txt": {"E-DISC-GAP"}}


def insert_a_file(folder: Path) -> dict[str, set[str]]:
    shutil.copy(trace(folder, "t00"), trace(folder, "t99"))
    return {"data/traces/t99.jsonl": {"E-DISC-UNKNOWN"}}


def insert_a_file_with_a_line_of_its_own(folder: Path) -> dict[str, set[str]]:
    shutil.copy(trace(folder, "t00"), trace(folder, "t99"))
    rewrite(folder, "disclosed.txt", lambda lines: [*lines, f"{'ab' * 32} {'cd' * 32} data/traces/t99.jsonl\n"])
    return {"data/traces/t99.jsonl": {"E-DISC-DIGEST"}, "disclosure/disclosed.txt": {"E-DISC-UNKNOWN"}}


def withhold_a_trial_and_say_nothing(folder: Path) -> dict[str, set[str]]:
    """What was disclosed is declared withheld, but the count of the terms is left as it was."""
    trace(folder, "t11").unlink()
    lines = (folder / "disclosure/disclosed.txt").read_text().splitlines()
    commitment = next(line.split()[0] for line in lines if "traces/t11" in line)
    rewrite(folder, "disclosed.txt", lambda lines: [line for line in lines if commitment not in line])
    rewrite(folder, "withheld.txt", lambda lines: [*lines, f"{commitment} R-COMMERCIAL\n"])
    return {"disclosure/terms.json": {"E-DISC-GAP"}}


def account_for_one_twice(folder: Path) -> dict[str, set[str]]:
    first = (folder / "disclosure/disclosed.txt").read_text().split()[0]
    rewrite(folder, "withheld.txt", lambda lines: [*lines[1:], f"{first} R-PERSONAL\n"])
    return {
        "disclosure/disclosed.txt": {"E-DISC-UNKNOWN"},
        "disclosure/original/commitments-sha256.txt": {"E-DISC-GAP"},
        "disclosure/terms.json": {"E-DISC-GAP"},
    }


def shorten_the_signed_list(folder: Path) -> dict[str, set[str]]:
    lines = (folder / "disclosure/disclosed.txt").read_text().splitlines()
    commitment = next(line.split()[0] for line in lines if "traces/t11" in line)
    trace(folder, "t11").unlink()
    rewrite(folder, "disclosed.txt", lambda lines: [line for line in lines if commitment not in line])
    rewrite(folder, "original/commitments-sha256.txt", lambda lines: [line for line in lines if commitment not in line])
    return {
        "disclosure/original/commitments-sha256.txt": {"E-SUBJ-DIGEST", "E-MERKLE-ROOT"},
        "disclosure/terms.json": {"E-SUBJ-DIGEST"},
    }


def drop_the_grade_that_was_signed(folder: Path) -> dict[str, set[str]]:
    for path in (folder / "disclosure/original/attestations").glob("grade.*"):
        path.unlink()
    (folder / f"disclosure/original/attestations/keys/{made.p256(made.REVIEWER).public.keyid}.pub.pem").unlink()
    return {"disclosure/original/attestations/grade.dsse.json": {"E-SIG-MISSING"}}


def disclose_who_it_is(folder: Path) -> dict[str, set[str]]:
    """An identity, with the salt that the lab alone knows, goes to those who should not have it."""
    from harness.evidence.commitments import bundle_key, commitment, salt

    octets = small.payload()["data/identity/dev-k7qd.json"]
    path = "data/identity/dev-k7qd.json"
    root = new("sha256", (folder.parent / "root").read_bytes()).hexdigest() if (folder.parent / "root").exists() else ""
    key = salt(bundle_key(made.LAB_KEY, root), path)
    value = commitment(key, path, octets)
    (folder / path).parent.mkdir()
    (folder / path).write_bytes(octets)
    rewrite(folder, "disclosed.txt", lambda lines: [*lines, f"{value} {key} {path}\n"])
    rewrite(folder, "withheld.txt", lambda lines: [line for line in lines if value not in line])
    terms = parse((folder / "disclosure/terms.json").read_bytes())
    terms["withheld"]["R-THIRD-PARTY-DEVICE"] -= 1  # type: ignore[index, call-overload]
    (folder / "disclosure/terms.json").write_bytes(document(terms))
    return {path: {"E-DISC-LEAK"}}


def give_away_the_blinding(folder: Path) -> dict[str, set[str]]:
    (folder / "blinding.txt").write_bytes(b"ab" * 32 + b"\n")
    return {"blinding.txt": {"E-DISC-LEAK", "E-CANON-BYTES"}}


def give_away_the_manifest(folder: Path) -> dict[str, set[str]]:
    (folder / "disclosure/original/manifest-sha256.txt").write_bytes(b"ab" * 32 + b"  data/identity/dev-k7qd.json\n")
    return {"disclosure/original/manifest-sha256.txt": {"E-DISC-UNKNOWN"}}


def call_it_a_notice(folder: Path) -> dict[str, set[str]]:
    from harness.evidence.derivative_readme import derivative_readme
    from harness.evidence.disclosure_terms import read_terms

    terms = parse((folder / "disclosure/terms.json").read_bytes())
    octets = document({**terms, "purpose": "notice"})  # type: ignore[dict-item]
    (folder / "disclosure/terms.json").write_bytes(octets)
    (folder / "README.txt").write_bytes(derivative_readme(read_terms(octets)))
    return {"disclosure/terms.json": {"E-GRADE"}}


def say_that_it_is_about_a_device(folder: Path) -> dict[str, set[str]]:
    path = folder / "disclosure/terms.json"
    path.write_bytes(path.read_bytes().replace(b'"about":"model"', b'"about":"device"'))
    return {"disclosure/terms.json": {"E-GRADE"}, "README.txt": {"E-CANON-BYTES"}}


def take_off_the_label(folder: Path) -> dict[str, set[str]]:
    path = folder / "README.txt"
    path.write_bytes(path.read_bytes().replace(b"TLP:AMBER", b"TLP:CLEAR"))
    return {"README.txt": {"E-CANON-BYTES"}}


def make_up_a_reason(folder: Path) -> dict[str, set[str]]:
    path = folder / "disclosure/withheld.txt"
    path.write_bytes(path.read_bytes().replace(b"R-INSTALLATION", b"R-EMBARRASSING", 1))
    return {"disclosure/withheld.txt": {"E-CANON-BYTES"}}


ATTACKS = [
    edit_a_trace,
    drop_an_unfavourable_trial,
    swap_two_traces,
    relabel_a_control,
    insert_a_file,
    insert_a_file_with_a_line_of_its_own,
    withhold_a_trial_and_say_nothing,
    account_for_one_twice,
    shorten_the_signed_list,
    drop_the_grade_that_was_signed,
    disclose_who_it_is,
    give_away_the_blinding,
    give_away_the_manifest,
    call_it_a_notice,
    say_that_it_is_about_a_device,
    take_off_the_label,
    make_up_a_reason,
]


@pytest.fixture
def rooted(bag: Path, once: Path) -> Path:
    """The derivative, with what only the lab has beside it."""
    (bag.parent / "root").write_bytes((once / "original/manifest-sha256.txt").read_bytes())
    return bag


def test_what_nobody_changed_holds(bag: Path) -> None:
    assert examined(bag).problems == ()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_discloser_who_signs_again_is_found_out(rooted: Path, attack: Callable[[Path], dict[str, set[str]]]) -> None:
    expected = attack(rooted)
    reseal(rooted, signer=made.DISCLOSER)
    assert told(rooted) == expected


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_stranger_who_makes_the_manifests_agree_is_found_out_by_the_signature_as_well(
    rooted: Path, attack: Callable[[Path], dict[str, set[str]]]
) -> None:
    expected = attack(rooted)
    reseal(rooted)
    found = told(rooted)
    assert all(codes <= found.get(file, set()) for file, codes in expected.items())
    assert "E-SUBJ-DIGEST" in found["tagmanifest-sha256.txt"]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_stranger_who_changes_files_alone_is_found_out_by_the_manifests(
    rooted: Path, attack: Callable[[Path], dict[str, set[str]]]
) -> None:
    attack(rooted)
    found = examined(rooted)
    assert found.outcome is Outcome.CONTRADICTED
    assert {problem.code for problem in found.problems} & {"E-FILE-DIGEST", "E-FILE-MISSING", "E-FILE-EXTRA"}


def test_who_signs_the_original_must_be_trusted(bag: Path) -> None:
    found = verify(bag, levels=LEVELS)
    assert {problem.code for problem in found.problems} == {"U-KEY", "U-FIXITY"}
    assert found.outcome is Outcome.CANNOT_TELL


def test_a_stranger_cannot_sign_as_the_discloser(bag: Path) -> None:
    reseal(bag, signer=made.STRANGER)
    assert {problem.code for problem in examined(bag).problems} == {"U-KEY"}
    reseal(bag, signer=made.REVIEWER)
    assert {problem.code for problem in examined(bag).problems} == {"E-SIG-TYPE"}


def test_the_original_of_somebody_else_is_not_this_one(bag: Path, tmp_path: Path) -> None:
    other = small.payload() | {"data/raw/capture.bin": b"another"}
    made.make_signed(tmp_path / "other", other)
    small.derived(tmp_path / "other", tmp_path / "others")
    for name in ("commitments-sha256.txt", "attestations"):
        target = bag / "disclosure/original" / name
        if target.is_dir():
            shutil.rmtree(target)
            shutil.copytree(tmp_path / "others/disclosure/original" / name, target)
        else:
            shutil.copy(tmp_path / "others/disclosure/original" / name, target)
    reseal(bag, signer=made.DISCLOSER)
    found = told(bag)
    assert found["disclosure/disclosed.txt"] == {"E-DISC-UNKNOWN"}
    assert found["disclosure/terms.json"] == {"E-SUBJ-DIGEST"}
    assert "E-DISC-GAP" in found["disclosure/original/commitments-sha256.txt"]


@pytest.mark.parametrize("name", [*LISTS, "original/commitments-sha256.txt"])
def test_a_list_that_is_missing_leaves_a_gap(bag: Path, name: str) -> None:
    (bag / "disclosure" / name).unlink()
    reseal(bag, signer=made.DISCLOSER)
    assert told(bag)[f"disclosure/{name}"] == {"E-DISC-GAP"}


def test_terms_that_were_removed_leave_it_open_what_they_were(bag: Path) -> None:
    (bag / "disclosure/terms.json").unlink()
    assert told(bag)["disclosure/terms.json"] == {"E-FILE-MISSING", "U-FIXITY"}


def test_a_list_out_of_order_is_not_spelt_as_it_must_be(bag: Path) -> None:
    path = bag / "disclosure/disclosed.txt"
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    reseal(bag, signer=made.DISCLOSER)
    assert told(bag) == {"disclosure/disclosed.txt": {"E-CANON-BYTES"}}


def test_the_commitments_are_those_of_the_original(once: Path) -> None:
    carried = (once / "derivative/disclosure/original/commitments-sha256.txt").read_bytes()
    assert carried == (once / "original/commitments-sha256.txt").read_bytes()
    told_of = [line.split()[0] for name in LISTS for line in (once / "derivative/disclosure" / name).read_text().splitlines()]
    assert commitment_list(told_of) == carried


@dataclass
class Tampering:
    """A copy of the derivative, and the dice of one mutation."""

    folder: Path
    chance: Chance

    def file(self) -> Path:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return files[self.chance.below(len(files))]


def flip_a_bit(bag: Tampering) -> None:
    path = bag.file()
    octets = bytearray(path.read_bytes())
    octets[bag.chance.below(len(octets))] ^= 1 << bag.chance.below(8)
    path.write_bytes(octets)


def delete_a_file(bag: Tampering) -> None:
    bag.file().unlink()


def append(bag: Tampering) -> None:
    path = bag.file()
    path.write_bytes(path.read_bytes() + bag.chance.octets(1 + bag.chance.below(9)))


def truncate(bag: Tampering) -> None:
    path = bag.file()
    octets = path.read_bytes()
    path.write_bytes(octets[: bag.chance.below(len(octets))])


def drop_a_line(bag: Tampering) -> None:
    path = bag.file()
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[bag.chance.below(len(lines))]
    path.write_bytes(b"".join(lines))


def exchange_two_files(bag: Tampering) -> None:
    one, other = bag.file(), bag.file()
    while one.read_bytes() == other.read_bytes():
        other = bag.file()
    a, b = one.read_bytes(), other.read_bytes()
    one.write_bytes(b)
    other.write_bytes(a)


def add_a_file(bag: Tampering) -> None:
    (bag.file().parent / f"x{bag.chance.below(1000)}.bin").write_bytes(bag.chance.octets(3))


def rename_a_file(bag: Tampering) -> None:
    path = bag.file()
    path.rename(path.with_name(f"{path.stem}x{path.suffix}"))


def edit_and_reseal(bag: Tampering) -> None:
    """Change a byte of the payload, and make all manifests agree."""
    files = sorted(path for path in (bag.folder / "data").rglob("*") if path.is_file())
    path = files[bag.chance.below(len(files))]
    octets = bytearray(path.read_bytes())
    octets[bag.chance.below(len(octets))] ^= 1 << bag.chance.below(8)
    path.write_bytes(octets)
    reseal(bag.folder)


def edit_a_list_and_sign_again(bag: Tampering) -> None:
    """Change a digit of a list as the discloser."""
    path = bag.folder / "disclosure" / LISTS[bag.chance.below(2)]
    lines = path.read_text().splitlines(keepends=True)
    number, place = bag.chance.below(len(lines)), bag.chance.below(64)
    line = lines[number]
    digit = "0123456789abcdef"[(int(line[place], 16) + 1 + bag.chance.below(15)) % 16]
    lines[number] = line[:place] + digit + line[place + 1 :]
    path.write_text("".join(sorted(lines)))
    reseal(bag.folder, signer=made.DISCLOSER)


KINDS = [
    flip_a_bit,
    delete_a_file,
    append,
    truncate,
    drop_a_line,
    exchange_two_files,
    add_a_file,
    rename_a_file,
    edit_and_reseal,
    edit_a_list_and_sign_again,
]


@pytest.mark.parametrize("mutate", KINDS, ids=lambda mutate: mutate.__name__)
def test_no_mutation_goes_unnoticed(once: Path, tmp_path: Path, mutate: Callable[[Tampering], None]) -> None:
    assert PER_KIND * len(KINDS) >= 500
    for number in range(PER_KIND):
        folder = tmp_path / str(number)
        shutil.copytree(once / "derivative", folder)
        mutate(Tampering(folder=folder, chance=Chance(subseed(b"derivative", mutate.__name__, number))))
        found = examined(folder)
        assert found.outcome is Outcome.CONTRADICTED, number
        assert {problem.code for problem in found.problems} <= CODES.keys()
        shutil.rmtree(folder)
