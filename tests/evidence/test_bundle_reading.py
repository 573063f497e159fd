"""What is read from a bundle is what was sealed, or an error that says what to do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from harness.errors import BundleError, UsageError
from harness.evidence.bundle import Bundle
from harness.evidence.problem import FixityError
from harness.evidence.seal import seal

if TYPE_CHECKING:
    from pathlib import Path


def test_a_bundle_gives_back_what_was_sealed(tmp_path: Path, files: dict[str, bytes]) -> None:
    root = seal(tmp_path / "bundle", files)
    opened = Bundle.open(tmp_path / "bundle")
    assert opened.payload_root == root
    assert opened.files == tuple(sorted(files))
    assert {path: opened.read(path) for path in opened.files} == files


def test_a_file_longer_than_one_read_comes_back_whole(tmp_path: Path) -> None:
    octets = bytes(range(256)) * 9000
    seal(tmp_path / "bundle", {"data/raw/long.bin": octets})
    assert Bundle.open(tmp_path / "bundle").read("data/raw/long.bin") == octets


def test_a_changed_file_is_not_given(bundle: Path) -> None:
    opened = Bundle.open(bundle)
    (bundle / "data/plan/plan.json").write_bytes(b"{}\n")
    with pytest.raises(
        FixityError, match=r"data/plan/plan\.json: E-FILE-DIGEST was changed after sealing; expected sha256 \w{16}…, found"
    ) as caught:
        opened.read("data/plan/plan.json")
    assert caught.value.exit_code == 1
    assert caught.value.problem.code == "E-FILE-DIGEST"


def test_a_removed_file_is_told(bundle: Path) -> None:
    (bundle / "data/plan/plan.json").unlink()
    with pytest.raises(FixityError, match=r"data/plan/plan\.json: E-FILE-MISSING"):
        Bundle.open(bundle).read("data/plan/plan.json")


@pytest.mark.parametrize("path", ["data/plan/plan.jsn", "../../etc/passwd", "bagit.txt", ""])
def test_a_file_the_bundle_never_had_is_told_with_the_nearest(bundle: Path, path: str) -> None:
    with pytest.raises(BundleError, match=f"this bundle has no file '{path}'") as caught:
        Bundle.open(bundle).read(path)
    assert caught.value.nearest == ("data/plan/plan.json" if path.startswith("data") else caught.value.nearest)


def test_a_link_out_of_the_bundle_is_not_followed(bundle: Path, tmp_path: Path) -> None:
    shutil.move(bundle / "data/plan/plan.json", tmp_path / "plan.json")
    (bundle / "data/plan/plan.json").symlink_to(tmp_path / "plan.json")
    with pytest.raises(Exception, match="could not be read: Too many levels of symbolic links"):
        Bundle.open(bundle).read("data/plan/plan.json")


@pytest.mark.parametrize(("name", "code"), [("manifest-sha256.txt", "E-FILE-DIGEST"), ("manifest-sha256.txt", "E-FILE-MISSING")])
def test_a_bundle_whose_manifest_is_not_as_sealed_does_not_open(bundle: Path, name: str, code: str) -> None:
    if code == "E-FILE-MISSING":
        (bundle / name).unlink()
    else:
        (bundle / name).write_bytes((bundle / name).read_bytes().replace(b"data/plan", b"data/plam"))
    with pytest.raises(FixityError, match=rf"manifest-sha256\.txt: {code}"):
        Bundle.open(bundle)


def test_a_bundle_without_tag_manifests_does_not_open(bundle: Path) -> None:
    (bundle / "tagmanifest-sha256.txt").unlink()
    Bundle.open(bundle)
    (bundle / "tagmanifest-sha512.txt").unlink()
    with pytest.raises(FixityError, match="is confirmed by no tag manifest"):
        Bundle.open(bundle)


def test_a_folder_inside_or_around_a_bundle_names_it(bundle: Path) -> None:
    with pytest.raises(UsageError, match=r"not an evidence bundle; expected a folder that holds bagit\.txt and data/") as inside:
        Bundle.open(bundle / "data/plan")
    assert inside.value.nearest == str(bundle)
    with pytest.raises(UsageError, match="not an evidence bundle") as around:
        Bundle.open(bundle.parent)
    assert around.value.nearest == str(bundle)
    with pytest.raises(UsageError, match="not an evidence bundle") as a_file:
        Bundle.open(bundle / "data/plan/plan.json")
    assert a_file.value.nearest == str(bundle)


def test_what_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere: no such folder") as caught:
        Bundle.open(tmp_path / "nowhere")
    assert caught.value.nearest == ""
    assert caught.value.exit_code == 4
