"""Every change to a sealed bundle is named: the stable code, the file, and nothing else.

The mutations are seeded, a few dozen of each kind; every tag file is also changed at every single byte.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import TYPE_CHECKING

import pytest

from harness.evidence.problem import CODES, Outcome
from harness.evidence.verify import verify
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Named = set[tuple[str, str]]
PER_KIND = 30


@dataclass
class Tampering:
    """A copy of the small bundle, and the dice of one mutation."""

    folder: Path
    chance: Chance

    def files(self, *, longer_than: int = -1) -> list[str]:
        found = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        return [path for path in found if (self.folder / path).stat().st_size > longer_than]

    def pick(self, choices: list[str]) -> str:
        return choices[self.chance.below(len(choices))]

    def rewrite(self, path: str, change: Callable[[bytes], bytes]) -> Named:
        before = (self.folder / path).read_bytes()
        after = change(before)
        assert after != before
        (self.folder / path).write_bytes(after)
        return {("E-FILE-DIGEST", path)}


def flip_a_bit(bag: Tampering) -> Named:
    def change(octets: bytes) -> bytes:
        place = bag.chance.below(len(octets))
        return octets[:place] + bytes([octets[place] ^ 1 << bag.chance.below(8)]) + octets[place + 1 :]

    return bag.rewrite(bag.pick(bag.files(longer_than=0)), change)


def insert_a_byte(bag: Tampering) -> Named:
    def change(octets: bytes) -> bytes:
        place = bag.chance.below(len(octets) + 1)
        return octets[:place] + bag.chance.octets(1) + octets[place:]

    return bag.rewrite(bag.pick(bag.files()), change)


def delete_a_byte(bag: Tampering) -> Named:
    def change(octets: bytes) -> bytes:
        place = bag.chance.below(len(octets))
        return octets[:place] + octets[place + 1 :]

    return bag.rewrite(bag.pick(bag.files(longer_than=0)), change)


def exchange_two_bytes(bag: Tampering) -> Named:
    def change(octets: bytes) -> bytes:
        place = next(index for index in range(bag.chance.below(len(octets) - 40), len(octets)) if octets[index] != octets[index + 1])
        return octets[:place] + octets[place + 1 : place + 2] + octets[place : place + 1] + octets[place + 2 :]

    return bag.rewrite(bag.pick(bag.files(longer_than=50)), change)


def truncate(bag: Tampering) -> Named:
    return bag.rewrite(bag.pick(bag.files(longer_than=0)), lambda octets: octets[: bag.chance.below(len(octets))])


def append(bag: Tampering) -> Named:
    return bag.rewrite(bag.pick(bag.files()), lambda octets: octets + bag.chance.octets(1 + bag.chance.below(40)))


def append_a_line_feed(bag: Tampering) -> Named:
    return bag.rewrite(bag.pick(bag.files()), lambda octets: octets + b"\n")


def drop_the_last_line_feed(bag: Tampering) -> Named:
    files = [path for path in bag.files() if (bag.folder / path).read_bytes().endswith(b"\n")]
    return bag.rewrite(bag.pick(files), lambda octets: octets[:-1])


def turn_line_feeds_into_carriage_returns_too(bag: Tampering) -> Named:
    files = [path for path in bag.files() if b"\n" in (bag.folder / path).read_bytes()]
    return bag.rewrite(bag.pick(files), lambda octets: octets.replace(b"\n", b"\r\n"))


def overwrite_with_other_bytes_of_the_same_length(bag: Tampering) -> Named:
    return bag.rewrite(bag.pick(bag.files(longer_than=8)), lambda octets: bag.chance.octets(len(octets)))


def remove_a_file(bag: Tampering) -> Named:
    path = bag.pick(bag.files())
    (bag.folder / path).unlink()
    return {("E-FILE-MISSING", path)}


def free_name(bag: Tampering) -> str:
    return bag.pick(["data/", "data/plan/", "data/trials/", "data/new/", "data/new/deep/"]) + f"added-{bag.chance.below(1000)}"


def add_a_file(bag: Tampering) -> Named:
    path = bag.pick(
        [free_name(bag), "added.txt", "attestations/run.dsse.json", "data2/x", ".hidden", "bagit.TXT", "fetch.txt", "manifest-md5.txt"]
    )
    (bag.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (bag.folder / path).write_bytes(bag.pick(["", "{}", "x" * 99]).encode())
    return {("E-FILE-EXTRA", path)}


def add_an_empty_folder(bag: Tampering) -> Named:
    path = bag.pick([free_name(bag), "attestations", "data2/deep", ".git"])
    (bag.folder / path).mkdir(parents=True)
    return {("E-FILE-EXTRA", f"{path}/")}


def add_a_link(bag: Tampering) -> Named:
    path = bag.pick([free_name(bag), "link", "data/link.json"])
    (bag.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (bag.folder / path).symlink_to(bag.pick(["/etc/hostname", "nowhere", str(bag.folder / "data"), str(bag.folder / "bagit.txt")]))
    return {("E-FILE-EXTRA", path), ("E-NAME", path)}


def put_a_link_to_the_same_bytes_in_place_of_a_file(bag: Tampering) -> Named:
    path = bag.pick(bag.files())
    (bag.folder / path).rename(bag.folder.parent / "elsewhere")
    (bag.folder / path).symlink_to(bag.folder.parent / "elsewhere")
    return {("E-FILE-MISSING", path), ("E-NAME", path)}


def put_a_folder_in_place_of_a_file(bag: Tampering) -> Named:
    path = bag.pick(bag.files())
    (bag.folder / path).unlink()
    (bag.folder / path).mkdir()
    return {("E-FILE-MISSING", path), ("E-FILE-EXTRA", f"{path}/")}


def rename_a_file(bag: Tampering) -> Named:
    path, to = bag.pick(bag.files()), free_name(bag)
    (bag.folder / to).parent.mkdir(parents=True, exist_ok=True)
    (bag.folder / path).rename(bag.folder / to)
    return {("E-FILE-MISSING", path), ("E-FILE-EXTRA", to)}


def rename_by_case_alone(bag: Tampering) -> Named:
    path = bag.pick([path for path in bag.files() if path.startswith("data/")])
    folder, _, name = path.rpartition("/")
    to = f"{folder}/{name.capitalize()}"
    (bag.folder / path).rename(bag.folder / to)
    return {("E-FILE-MISSING", path), ("E-FILE-EXTRA", to), ("E-NAME", to)}


def add_a_case_variant(bag: Tampering) -> Named:
    path = bag.pick([path for path in bag.files() if path.startswith("data/")])
    folder, _, name = path.rpartition("/")
    to = f"{folder}/{name.upper()}"
    shutil.copy(bag.folder / path, bag.folder / to)
    return {("E-FILE-EXTRA", to), ("E-NAME", to)}


def swap_two_files(bag: Tampering) -> Named:
    one = bag.pick(bag.files())
    other = bag.pick([path for path in bag.files() if path != one and (bag.folder / path).read_bytes() != (bag.folder / one).read_bytes()])
    octets = (bag.folder / one).read_bytes()
    bag.rewrite(one, lambda _: (bag.folder / other).read_bytes())
    bag.rewrite(other, lambda _: octets)
    return {("E-FILE-DIGEST", one), ("E-FILE-DIGEST", other)}


def manifest_of(bag: Tampering) -> str:
    return bag.pick(["manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"])


def change_lines(bag: Tampering, change: Callable[[list[bytes], int], list[bytes]]) -> Named:
    return bag.rewrite(
        manifest_of(bag), lambda octets: b"".join(change(lines := octets.splitlines(keepends=True), bag.chance.below(len(lines))))
    )


def sort_a_manifest_by_digest(bag: Tampering) -> Named:
    return change_lines(bag, lambda lines, _: sorted(lines) if sorted(lines) != lines else lines[::-1])


def move_a_line_to_the_end(bag: Tampering) -> Named:
    return change_lines(bag, lambda lines, place: [*lines[: place - 1], *lines[place:], lines[place - 1]] if place else lines[::-1])


def repeat_a_line(bag: Tampering) -> Named:
    return change_lines(bag, lambda lines, place: [*lines[: place + 1], *lines[place:]])


def drop_a_line(bag: Tampering) -> Named:
    return change_lines(bag, lambda lines, place: lines[:place] + lines[place + 1 :])


def spell_a_digest_in_capitals(bag: Tampering) -> Named:
    return change_lines(
        bag,
        lambda lines, place: [
            *lines[:place],
            lines[place].split()[0].upper() + lines[place][lines[place].index(b" ") :],
            *lines[place + 1 :],
        ],
    )


def separate_as_for_binary_files(bag: Tampering) -> Named:
    return change_lines(bag, lambda lines, place: [*lines[:place], lines[place].replace(b"  ", b" *"), *lines[place + 1 :]])


def let_a_line_point_out_of_the_bundle(bag: Tampering) -> Named:
    return change_lines(bag, lambda lines, place: [*lines[:place], lines[place].split()[0] + b"  ../../etc/passwd\n", *lines[place + 1 :]])


def add_a_line_for_another_file(bag: Tampering) -> Named:
    (name,) = bag.pick(["data/zz.bin", "/etc/passwd", "zz.txt"]).splitlines()
    return change_lines(bag, lambda lines, _: [*lines, lines[0].split()[0] + f"  {name}\n".encode()])


KINDS = [
    flip_a_bit,
    insert_a_byte,
    delete_a_byte,
    exchange_two_bytes,
    truncate,
    append,
    append_a_line_feed,
    drop_the_last_line_feed,
    turn_line_feeds_into_carriage_returns_too,
    overwrite_with_other_bytes_of_the_same_length,
    remove_a_file,
    add_a_file,
    add_an_empty_folder,
    add_a_link,
    put_a_link_to_the_same_bytes_in_place_of_a_file,
    put_a_folder_in_place_of_a_file,
    rename_a_file,
    rename_by_case_alone,
    add_a_case_variant,
    swap_two_files,
    sort_a_manifest_by_digest,
    move_a_line_to_the_end,
    repeat_a_line,
    drop_a_line,
    spell_a_digest_in_capitals,
    separate_as_for_binary_files,
    let_a_line_point_out_of_the_bundle,
    add_a_line_for_another_file,
]


def named(folder: Path) -> Named:
    """Return codes and files of every contradiction, and check that there is one."""
    found = verify(folder, levels=["V0", "V2"])
    assert found.outcome is Outcome.CONTRADICTED
    assert {problem.code for problem in found.problems} <= CODES.keys()
    return {(problem.code, problem.file) for problem in found.problems if problem.code.startswith("E-")}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_change_is_named_and_nothing_else(sealed: Path, tmp_path: Path, kind: Callable[[Tampering], Named]) -> None:
    for seed in range(PER_KIND):
        folder = tmp_path / str(seed) / "bundle"
        shutil.copytree(sealed, folder)
        expected = kind(Tampering(folder=folder, chance=Chance(subseed(b"tamper", kind.__name__, seed))))
        assert named(folder) == expected, seed


def test_there_are_as_many_mutations_as_promised() -> None:
    assert len(KINDS) * PER_KIND >= 600


@pytest.mark.parametrize(
    "name",
    sorted(
        path
        for path in [
            "README.txt",
            "bag-info.txt",
            "bagit.txt",
            "manifest-sha256.txt",
            "manifest-sha512.txt",
            "tagmanifest-sha256.txt",
            "tagmanifest-sha512.txt",
        ]
    ),
)
def test_a_change_of_any_byte_of_a_tag_file_is_named_as_that_file(sealed: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sealed, folder)
    octets = (folder / name).read_bytes()
    chance = Chance(subseed(b"every byte", name))
    for place in range(len(octets)):
        (folder / name).write_bytes(octets[:place] + bytes([octets[place] ^ 1 + chance.below(255)]) + octets[place + 1 :])
        problems = verify(folder, levels=["V2"]).problems
        assert [(problem.code, problem.file) for problem in problems] == [("E-FILE-DIGEST", name)], place


def test_swapped_tag_manifests_are_both_named_and_nothing_is_believed(sealed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sealed, folder)
    (folder / "tagmanifest-sha256.txt").rename(folder / "swap")
    (folder / "tagmanifest-sha512.txt").rename(folder / "tagmanifest-sha256.txt")
    (folder / "swap").rename(folder / "tagmanifest-sha512.txt")
    (folder / "data/raw/empty.log").write_bytes(b"changed as well")
    found = verify(folder, levels=["V0", "V2"])
    assert [(problem.code, problem.file) for problem in found.levels[1].problems] == [
        ("U-FIXITY", "data/"),
        ("E-FILE-DIGEST", "tagmanifest-sha256.txt"),
        ("E-FILE-DIGEST", "tagmanifest-sha512.txt"),
    ]
    assert found.payload_root == ""


def reseal_tags(folder: Path) -> None:
    """Make the tag manifests agree with the tag files, as somebody who covers traces would."""
    tags = ["README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"]
    for algorithm, digest in (("sha256", sha256), ("sha512", sha512)):
        lines = [f"{digest((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in tags]
        (folder / f"tagmanifest-{algorithm}.txt").write_text("".join(lines))


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("bagit.txt", "1.0", "0.97", {("E-CANON-BYTES", "bagit.txt")}),
        ("README.txt", "simulated", "measured", {("E-CANON-BYTES", "README.txt")}),
        ("bag-info.txt", "Payload-Oxum: ", "Payload-Oxum: 9", {("E-CANON-BYTES", "bag-info.txt")}),
        ("manifest-sha256.txt", "data/raw/empty.log", "../../raw/empty.log", {("E-NAME", "manifest-sha256.txt")}),
        ("manifest-sha256.txt", "data/plan/plan.json", "data/plan/Plan.json", {("E-NAME", "manifest-sha256.txt")}),
        ("manifest-sha256.txt", "  data/plan", " *data/plan", {("E-CANON-BYTES", "manifest-sha256.txt")}),
        ("manifest-sha512.txt", "data/plan/plan.json", "data/plan/plan2.json", {("E-CANON-BYTES", "manifest-sha512.txt")}),
    ],
)
def test_a_tag_file_that_was_changed_with_all_that_covers_it_is_still_not_of_this_format(
    sealed: Path, tmp_path: Path, name: str, old: str, new: str, expected: Named
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sealed, folder)
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))
    reseal_tags(folder)
    assert named(folder) == expected


def replace_digest(folder: Path, algorithm: str, path: str, octets: bytes) -> None:
    manifest = folder / f"manifest-{algorithm}.txt"
    digest = {"sha256": sha256, "sha512": sha512}[algorithm]
    old, new = digest((folder / path).read_bytes()).hexdigest(), digest(octets).hexdigest()
    manifest.write_text(manifest.read_text().replace(f"{old}  {path}\n", f"{new}  {path}\n"))


def test_a_manifest_sealed_with_a_wrong_line_is_named_and_not_the_file(sealed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sealed, folder)
    replace_digest(folder, "sha256", "data/raw/capture.pcapng", b"something else")
    reseal_tags(folder)
    found = verify(folder, levels=["V2"])
    assert [(problem.code, problem.file) for problem in found.problems] == [("E-FILE-DIGEST", "manifest-sha256.txt")]


def test_a_wrong_sha512_sealed_into_a_bundle_is_found_when_thorough(sealed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sealed, folder)
    replace_digest(folder, "sha512", "data/raw/capture.pcapng", b"something else")
    reseal_tags(folder)
    assert verify(folder, levels=["V2"]).outcome is Outcome.HOLDS
    found = verify(folder, levels=["V2"], thorough=True)
    assert [(problem.code, problem.file) for problem in found.problems] == [("E-FILE-DIGEST", "manifest-sha512.txt")]


def test_two_changed_files_are_both_named_even_where_a_manifest_is_gone(sealed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sealed, folder)
    (folder / "manifest-sha256.txt").unlink()
    (folder / "data/raw/empty.log").write_bytes(b"x")
    (folder / "data/plan/plan.json").write_bytes(b"{}\n")
    assert named(folder) == {
        ("E-FILE-MISSING", "manifest-sha256.txt"),
        ("E-FILE-DIGEST", "data/raw/empty.log"),
        ("E-FILE-DIGEST", "data/plan/plan.json"),
    }
