"""Sealing writes a bag that other people's tools accept, the same bytes every time, or nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tracemalloc
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import bagit
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.errors import BenchError, BundleError, UsageError
from harness.evidence.layout import bag_info
from harness.evidence.problem import Outcome
from harness.evidence.readme import README
from harness.evidence.seal import seal
from harness.evidence.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/sh", "-e", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_bundle_holds_its_payload_and_eight_tag_files_in_all(bundle: Path, files: dict[str, bytes]) -> None:
    found = contents(bundle)
    assert {path: octets for path, octets in found.items() if path.startswith("data/")} == files
    assert sorted(path for path in found if not path.startswith("data/")) == [
        "README.txt",
        "bag-info.txt",
        "bagit.txt",
        "manifest-sha256.txt",
        "manifest-sha512.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha512.txt",
    ]


def test_the_library_of_congress_finds_the_bag_valid(bundle: Path, files: dict[str, bytes]) -> None:
    bag = bagit.Bag(str(bundle))
    bag.validate()
    assert sorted(bag.payload_files()) == sorted(files)
    assert bag.info["Payload-Oxum"] == f"{sum(map(len, files.values()))}.{len(files)}"
    assert "Bagging-Date" not in bag.info


UNSIGNED = README.decode().partition("The rest is for a bundle that somebody signed")[0]


@pytest.mark.parametrize("line", [line.strip() for line in UNSIGNED.splitlines() if line.startswith("    ")])
def test_every_command_of_the_readme_for_any_bundle_runs_as_written(bundle: Path, tool: Callable[[str], str], line: str) -> None:
    if line.startswith("sha"):
        tool(line.partition(" ")[0])
    done = shell(line, bundle)
    assert done.returncode == 0, done.stderr


def test_coreutils_give_the_payload_root(tmp_path: Path, files: dict[str, bytes], tool: Callable[[str], str]) -> None:
    tool("sha256sum")
    root = seal(tmp_path / "bundle", files)
    assert shell("find data -type f | LC_ALL=C sort | xargs sha256sum | sha256sum", tmp_path / "bundle").stdout == f"{root}  -\n"
    assert sha256((tmp_path / "bundle/manifest-sha256.txt").read_bytes()).hexdigest() == root


def test_a_byte_changed_is_seen_by_coreutils_too(bundle: Path, tool: Callable[[str], str]) -> None:
    tool("sha256sum")
    (bundle / "data/raw/empty.log").write_bytes(b"x")
    assert shell("sha256sum -c --strict manifest-sha256.txt", bundle).returncode == 1


def test_bag_info_has_a_fixed_order_and_no_date() -> None:
    assert bag_info(root="ab", octets=7, files=2) == b"Bundle-Format: sae-bundle/1\nExternal-Identifier: sha256:ab\nPayload-Oxum: 7.2\n"


SEAL_ANYWHERE = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[2], 8))
from harness.evidence.seal import seal
files = {f"data/x/{name}.bin": name.encode() * 9 for name in {"b", "a", "c.d", "e_f", "g-h"}}
print(seal(Path(sys.argv[1]) / "bundle", files))
"""


def test_sealing_gives_the_same_bytes_whatever_the_surroundings(tmp_path: Path, isolated: Callable[..., str]) -> None:
    surroundings = [
        ("022", {"PYTHONHASHSEED": "0", "TZ": "UTC"}),
        ("077", {"PYTHONHASHSEED": "1", "TZ": "Pacific/Chatham", "LC_ALL": "C"}),
        ("000", {"PYTHONHASHSEED": "random", "LC_ALL": "C.UTF-8"}),
    ]
    found = []
    for number, (mask, env) in enumerate(surroundings):
        root = isolated(SEAL_ANYWHERE, [str(tmp_path / f"place-{number}"), mask], **env)
        found.append((root, contents(tmp_path / f"place-{number}/bundle")))
    assert found[0] == found[1] == found[2]


def test_files_can_be_copied_from_elsewhere_and_from_memory_alike(tmp_path: Path, files: dict[str, bytes]) -> None:
    sources = {}
    for path, octets in files.items():
        sources[path] = tmp_path / path.replace("/", "-")
        sources[path].write_bytes(octets)
    assert seal(tmp_path / "copied", sources) == seal(tmp_path / "given", files)
    assert contents(tmp_path / "copied") == contents(tmp_path / "given")


def test_a_large_file_is_never_held_whole(tmp_path: Path) -> None:
    source = tmp_path / "large"
    with source.open("wb") as stream:
        stream.truncate(48 << 20)
    tracemalloc.start()
    seal(tmp_path / "bundle", {"data/raw/large.bin": source})
    verify(tmp_path / "bundle", levels=["V0", "V2"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


segments = st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,8}\Z")
paths = (
    st.lists(segments, min_size=1, max_size=4)
    .map(lambda parts: "/".join(["data", *parts]))
    .filter(lambda path: not path.endswith((".json", ".jsonl")))
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(paths, st.binary(max_size=40), min_size=1, max_size=6))
def test_whatever_is_sealed_is_a_valid_bag_and_verifies(tmp_path: Path, payload: dict[str, bytes]) -> None:
    directory = tmp_path / "bundle"
    assume(not any(other.startswith(f"{path}/") for path in payload for other in payload))
    seal(directory, payload)
    bagit.Bag(str(directory)).validate()
    assert verify(directory, levels=["V0", "V2"], thorough=True).problems == ()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("plan/plan.json", "not a permitted name"),
        ("data", "not a permitted name"),
        ("data/", "not a permitted name"),
        ("data/Plan.json", "not a permitted name"),
        ("data/../etc/passwd", "not a permitted name"),
        ("data/./plan", "not a permitted name"),
        ("data//plan", "not a permitted name"),
        ("/data/plan", "not a permitted name"),
        ("data/.hidden", "not a permitted name"),
        ("data/a b", "not a permitted name"),
        ("data/a\n", "not a permitted name"),
        ("data/ä", "not a permitted name"),
        ("data/" + "a" * 96, "longer than 100 bytes"),
    ],
)
def test_a_name_the_format_does_not_permit_is_refused(tmp_path: Path, path: str, why: str) -> None:
    with pytest.raises(BundleError, match=why) as caught:
        seal(tmp_path / "bundle", {path: b""})
    assert caught.value.what.startswith("E-NAME ")
    assert list(tmp_path.iterdir()) == []


def test_a_path_of_a_hundred_bytes_is_long_enough(tmp_path: Path) -> None:
    seal(tmp_path / "bundle", {"data/" + "a" * 95: b""})
    bagit.Bag(str(tmp_path / "bundle")).validate()


def test_a_file_cannot_be_a_folder_too(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"data/a/b: E-NAME lies below 'data/a', which is a file"):
        seal(tmp_path / "bundle", {"data/a": b"", "data/a/b": b""})


def test_nothing_is_not_sealed(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="at least one file under data/"):
        seal(tmp_path / "bundle", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "octets", "message"),
    [
        ("data/a.json", b'{"a": 1}\n', r"data/a\.json: E-CANON-BYTES"),
        ("data/a.json", b'{"a":1}', r"data/a\.json: E-CANON-BYTES"),
        ("data/a.json", b'{"a":1}\n\n', r"data/a\.json: E-CANON-BYTES"),
        ("data/a.json", b"", r"data/a\.json: E-CANON-BYTES"),
        ("data/a.json", b'{"a":1.5}\n', r"data/a\.json: E-CANON-FLOAT"),
        ("data/a.json", b'{"a":9007199254740992}\n', r"data/a\.json: E-CANON-INT"),
        ("data/a.json", '{"ä":1}\n'.encode(), r"data/a\.json: E-CANON-KEY"),
        ("data/a.jsonl", b'{"a":1}\n{"b":1,"a":1}\n', r"data/a\.jsonl:2: E-CANON-BYTES"),
        ("data/a.jsonl", b'{"a":1}\n{"a":1}', r"data/a\.jsonl:2: E-CANON-BYTES"),
        ("data/a.jsonl", b"[1]\n", r"data/a\.jsonl:1: E-CANON-BYTES"),
    ],
)
@pytest.mark.parametrize("from_file", [False, True])
def test_json_that_is_not_canonical_is_not_sealed(tmp_path: Path, path: str, octets: bytes, message: str, from_file: bool) -> None:
    source = tmp_path / "source"
    source.write_bytes(octets)
    with pytest.raises(BundleError, match=message):
        seal(tmp_path / "bundle", {path: source if from_file else octets})
    assert [child.name for child in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("make", ["symlink", "folder", "pipe"])
def test_a_source_that_is_no_regular_file_is_refused(tmp_path: Path, make: str) -> None:
    source = tmp_path / "source"
    if make == "symlink":
        (tmp_path / "real").write_bytes(b"")
        source.symlink_to("real")
    elif make == "folder":
        source.mkdir()
    else:
        os.mkfifo(source)
    with pytest.raises(BundleError, match=r"data/raw/x: E-NAME its source .* is not a regular file"):
        seal(tmp_path / "bundle", {"data/raw/x": source})


def test_a_source_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"data/raw/x: its source .*gone could not be read: No such file"):
        seal(tmp_path / "bundle", {"data/raw/x": tmp_path / "gone"})


def test_sealing_again_replaces_the_earlier_bundle(tmp_path: Path, bundle: Path, files: dict[str, bytes]) -> None:
    root = seal(bundle, {"data/new.bin": b"new"})
    assert verify(bundle, levels=["V0", "V2"]).payload_root == root
    assert [child.name for child in tmp_path.iterdir()] == [bundle.name]


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("seven years")
    with pytest.raises(UsageError, match="is there already and is not a bundle"):
        seal(precious, {"data/x": b""})
    with pytest.raises(UsageError, match="is there already and is not a bundle"):
        seal(precious / "thesis.txt", {"data/x": b""})
    assert contents(tmp_path) == {"precious/thesis.txt": b"seven years"}


def test_a_bundle_can_be_sealed_into_an_empty_folder_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    seal(tmp_path / "empty", {"data/x": b"1"})
    (tmp_path / "link").symlink_to("empty")
    seal(tmp_path / "link", {"data/x": b"2"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "empty/data/x").read_bytes() == b"2"


def test_two_seals_in_one_place_do_not_mix(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x")

    class Nested(dict[str, bytes]):
        """A payload that seals in the same place while it is being read."""

        def __getitem__(self, path: str) -> bytes:
            with pytest.raises(BenchError, match="another process is sealing in this place"):
                seal(tmp_path / "bundle", {"data/other": b""})
            return super().__getitem__(path)

    seal(tmp_path / "bundle", Nested({"data/x": b"mine"}))
    assert (tmp_path / "bundle/data/x").read_bytes() == b"mine"
    assert verify(tmp_path / "bundle", levels=["V2"]).outcome is Outcome.HOLDS


FULL_DISK = """
import resource, sys
from pathlib import Path
from harness.errors import BenchError
from harness.evidence.seal import seal
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    seal(Path(sys.argv[1]), {"data/a.bin": b"small", "data/b.bin": b"x" * 5000})
except BenchError as error:
    print(error.exit_code, error)
"""


def test_a_disk_that_takes_no_more_is_told_with_the_file_and_what_was_kept(bundle: Path, isolated: Callable[..., str]) -> None:
    before = contents(bundle)
    told = isolated(FULL_DISK, [str(bundle)])
    assert told == f"7 {bundle}: data/b.bin could not be written: File too large; the bundle that was there before is untouched\n"
    assert contents(bundle) == before
    assert [child.name for child in bundle.parent.iterdir()] == [bundle.name]
    told = isolated(FULL_DISK, [str(bundle.parent / "other")])
    assert told.endswith("data/b.bin could not be written: File too large; nothing was sealed\n")


@contextlib.contextmanager
def small_disk(place: Path, options: str) -> Iterator[None]:
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk is not permitted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, tool: Callable[[str], str]) -> None:
    tool("mount")
    with small_disk(tmp_path / "disk", "size=64k"):
        with pytest.raises(BenchError, match=r"data/b\.bin could not be written: No space left on device; nothing was sealed"):
            seal(tmp_path / "disk/bundle", {"data/a.bin": b"a", "data/b.bin": bytes(100_000)})
        assert list((tmp_path / "disk").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, tool: Callable[[str], str]) -> None:
    tool("mount")
    with (
        small_disk(tmp_path / "disk", "ro"),
        pytest.raises(BenchError, match="could not make room beside it: Read-only file system; nothing was sealed"),
    ):
        seal(tmp_path / "disk/bundle", {"data/a.bin": b"a"})
