"""Two bundles are compared file by file, down to the byte, the line and the member."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BundleError, UsageError
from harness.evidence.diff import FileDifference, compare
from harness.evidence.files import CHUNK, first_difference
from harness.evidence.seal import seal
from harness.vocab.canonical import document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def pair(tmp_path: Path, a: dict[str, bytes], b: dict[str, bytes]) -> dict[str, FileDifference]:
    seal(tmp_path / "a", a)
    seal(tmp_path / "b", b)
    return {item.path: item for item in compare(tmp_path / "a", tmp_path / "b").files if item.path.startswith("data/")}


def test_a_bundle_is_the_same_as_its_copy(bundle: Path, tmp_path: Path, files: dict[str, bytes]) -> None:
    shutil.copytree(bundle, tmp_path / "copy")
    found = compare(bundle, tmp_path / "copy")
    assert found.files == ()
    assert found.same == len(files) + 7
    assert found.a_root == found.b_root != ""


def test_files_in_one_bundle_only_are_told(tmp_path: Path) -> None:
    found = pair(tmp_path, {"data/x": b"", "data/mine": b""}, {"data/x": b"", "data/theirs": b""})
    assert found == {
        "data/mine": FileDifference(path="data/mine", kind="only in a"),
        "data/theirs": FileDifference(path="data/theirs", kind="only in b"),
    }


def test_tag_files_are_compared_too(tmp_path: Path) -> None:
    seal(tmp_path / "a", {"data/x": b"1"})
    seal(tmp_path / "b", {"data/x": b"2"})
    found = compare(tmp_path / "a", tmp_path / "b")
    assert [item.path for item in found.files] == [
        "bag-info.txt",
        "data/x",
        "manifest-sha256.txt",
        "manifest-sha512.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha512.txt",
    ]
    assert found.a_root != found.b_root
    assert found.same == 2


@pytest.mark.parametrize(
    ("a", "b", "member", "values"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ".b", ("2", "3")),
        ({"a": {"x": [1, {"y": "s"}]}}, {"a": {"x": [1, {"y": "t"}]}}, ".a.x[1].y", ('"s"', '"t"')),
        ({"a": 1}, {"a": 1, "b": None}, ".b", ("", "null")),
        ({"a": [1, 2]}, {"a": [1]}, ".a[1]", ("2", "")),
        ({"a": True}, {"a": 1}, ".a", ("true", "1")),
        ({"a": []}, {"a": {}}, ".a", ("[]", "{}")),
        ({"a": {"z": 1}}, {"b": {"z": 1}}, ".a", ('{"z":1}', "")),
        ([0, 1], {"0": 0}, "", ("[0,1]", '{"0":0}')),
        ("one", "two", "", ('"one"', '"two"')),
    ],
)
def test_json_is_told_apart_by_member(tmp_path: Path, a: object, b: object, member: str, values: tuple[str, str]) -> None:
    one, other = document(a), document(b)  # type: ignore[arg-type]
    item = pair(tmp_path, {"data/x.json": one}, {"data/x.json": other})["data/x.json"]
    assert (item.kind, item.line, item.member, item.a, item.b) == ("differs", 1, member, *values)
    assert one[: item.byte - 1] == other[: item.byte - 1]
    assert one[item.byte - 1 : item.byte] != other[item.byte - 1 : item.byte]


def test_json_lines_are_told_apart_by_line(tmp_path: Path) -> None:
    same = b'{"n":1}\n' * 500
    found = pair(
        tmp_path,
        {"data/x.jsonl": same + b'{"n":1}\n', "data/y.jsonl": same, "data/z.jsonl": same},
        {"data/x.jsonl": same + b'{"n":2}\n', "data/y.jsonl": same + b'{"n":2}\n', "data/z.jsonl": same},
    )
    longer = len(same) + 1
    assert found == {
        "data/x.jsonl": FileDifference(path="data/x.jsonl", kind="differs", byte=longer + 5, line=501, member=".n", a="1", b="2"),
        "data/y.jsonl": FileDifference(path="data/y.jsonl", kind="differs", byte=longer, line=501),
    }


def test_a_bundle_that_was_tampered_with_can_still_be_compared(bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle, tmp_path / "copy")
    (tmp_path / "copy/data/plan/plan.json").write_bytes(b"{ not json\n")
    (tmp_path / "copy/manifest-sha256.txt").unlink()
    found = compare(bundle, tmp_path / "copy")
    assert [(item.path, item.kind, item.byte, item.member) for item in found.files] == [
        ("data/plan/plan.json", "differs", 2, ""),
        ("manifest-sha256.txt", "only in a", 0, ""),
    ]
    assert found.b_root == ""


def test_a_link_is_refused(bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle, tmp_path / "copy")
    (tmp_path / "copy/data/link").symlink_to("/etc/passwd")
    with pytest.raises(BundleError, match=r"copy/data/link: E-NAME is a symbolic link"):
        compare(bundle, tmp_path / "copy")


def test_what_is_no_bundle_is_not_compared(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        compare(bundle, tmp_path / "nowhere")


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_the_first_byte_that_differs_is_found(a: bytes, b: bytes) -> None:
    slow = next((place for place, (one, other) in enumerate(zip(a, b, strict=False), 1) if one != other), None)
    assert first_difference(a, b) == (0 if a == b else slow or min(len(a), len(b)) + 1)


@pytest.mark.parametrize("place", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 7])
def test_cmp_finds_the_same_first_byte_in_large_files(tmp_path: Path, tool: Callable[[str], str], place: int) -> None:
    octets = bytearray(2 * CHUNK + 9)
    (tmp_path / "a").write_bytes(octets)
    octets[place] = 1
    (tmp_path / "b").write_bytes(octets)
    said = subprocess.run([tool("cmp"), "a", "b"], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    (byte,) = re.findall(r"(?:byte|char) (\d+)", said)
    assert first_difference(tmp_path / "a", tmp_path / "b") == int(byte) == first_difference(tmp_path / "a", bytes(octets))


def test_diff_exits_0_for_the_same_and_1_for_others(tmp_path: Path, smets_harness: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    seal(tmp_path / "a", {"data/x.json": b'{"seed":"1"}\n', "data/y.bin": b"y"})
    seal(tmp_path / "b", {"data/x.json": b'{"seed":"2"}\n'})
    shutil.copytree(tmp_path / "a", tmp_path / "c")
    same = smets_harness("diff", "a", "c")
    assert (same.returncode, same.stderr) == (0, "")
    assert same.stdout.endswith("9 files are the same, 0 are not\n")
    differs = smets_harness("diff", "a", "b")
    assert differs.returncode == 1
    assert 'data/x.json  differs at byte 10, line 1, at .seed: "1" and "2"\ndata/y.bin  only in a\n' in differs.stdout
    as_json = json.loads(smets_harness("diff", "a", "b", "--json").stdout)
    assert [item["path"] for item in as_json["different"]][1:3] == ["data/x.json", "data/y.bin"]
    assert as_json["a"]["payload-root"] != as_json["b"]["payload-root"]
    nothing = smets_harness("diff", "a", "nowhere")
    assert (nothing.returncode, nothing.stdout) == (4, "")
    assert nothing.stderr.startswith("error: nowhere: no such folder")
