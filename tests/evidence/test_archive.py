"""A bundle as one file is what GNU tar writes, byte for byte, and what any tar unpacks."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from harness.errors import BundleError
from harness.evidence.archive import archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECIPE = """find * -type f | LC_ALL=C sort | tar -cf ../gnu.tar --format=ustar --no-recursion --numeric-owner \
--owner=0 --group=0 --mode=0644 --mtime=@0 -T -"""


def test_gnu_tar_writes_the_same_bytes(signed: Path, tool: Callable[[str], str]) -> None:
    version = subprocess.run([tool("tar"), "--version"], capture_output=True, text=True, check=True).stdout
    if "GNU tar" not in version:
        pytest.skip("this tar is not GNU's")
    deep = signed / "disclosure/original/attestations/keys" / f"{'ab' * 32}.pub.pem"
    deep.parent.mkdir(parents=True)
    deep.write_bytes(b"x" * 10_000)
    subprocess.run(["/bin/sh", "-ec", RECIPE], cwd=signed, check=True)
    assert b"".join(archive(signed)) == (signed.parent / "gnu.tar").read_bytes()


def test_it_comes_back_as_it_was(signed: Path, tmp_path: Path, smets_harness: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = smets_harness("export", str(signed), "bundle.tar", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "bundle.tar") as found:
        found.extractall(tmp_path / "out", filter="data")
    compared = subprocess.run(["diff", "-r", signed, tmp_path / "out"], capture_output=True, text=True, check=False)
    assert (compared.returncode, compared.stdout) == (0, "")
    again = smets_harness("export", str(signed), "bundle.tar", cwd=tmp_path)
    assert (again.returncode, "is there already" in again.stderr) == (4, True)
    within = smets_harness("export", str(signed), str(signed / "bundle.tar"))
    assert (within.returncode, "would lie within the bundle" in within.stderr) == (4, True)
    assert smets_harness("export", str(tmp_path / "none"), "x.tar").returncode == 4


def test_what_cannot_stand_in_an_archive_is_refused(
    signed: Path, tmp_path: Path, smets_harness: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (signed / ("a" * 101)).write_bytes(b"")
    with pytest.raises(BundleError, match="does not fit into an archive"):
        list(archive(signed))
    assert smets_harness("export", str(signed), "x.tar").returncode == 1
    assert not (tmp_path / "x.tar").exists()
    shutil.move(signed / ("a" * 101), signed / "a")
    (signed / "link").symlink_to("a")
    with pytest.raises(BundleError, match="is no regular file"):
        list(archive(signed))
