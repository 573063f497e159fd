"""One digest tells which source carried out and judged the trials."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import UnavailableError
from harness.evidence.tool import SOURCE_SUFFIXES, harness_digest

if TYPE_CHECKING:
    from collections.abc import Callable

TELL = "import sys; from harness.evidence.tool import harness_digest; print(harness_digest(sys.argv[1:]))"


def digest_of(place: Path, *providers: str) -> str:
    """Return what the harness installed in ``place`` says of itself, from a folder of no meaning."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", TELL, *providers],
        env={**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def installed(tmp_path: Path, checkout: Path) -> Path:
    """A folder that holds what a wheel would install, and a provider of a target."""
    shutil.copytree(checkout / "harness", tmp_path / "site/harness", ignore=shutil.ignore_patterns("__pycache__"))
    provider = tmp_path / "site/provider"
    provider.mkdir()
    (provider / "__init__.py").write_text("raise RuntimeError('a provider is found and never imported')\n")
    (provider / "codes.csv").write_text("code\n0x8002\n")
    return tmp_path / "site"


def test_a_checkout_and_an_installation_give_the_same_digest(installed: Path, checkout: Path) -> None:
    assert digest_of(installed) == digest_of(checkout)


def test_what_the_interpreter_and_the_library_leave_behind_does_not_count(installed: Path) -> None:
    before = digest_of(installed, "provider")
    (installed / "harness/__pycache__").mkdir()
    (installed / "harness/__pycache__/errors.cpython-311.pyc").write_bytes(b"x")
    (installed / "harness/__pycache__/stray.py").write_bytes(b"x")
    (installed / "harness/_library/scenarios").mkdir(parents=True)
    (installed / "harness/_library/scenarios/own.toml").write_bytes(b"x")
    (installed / "harness/.errors.py.swp").write_bytes(b"x")
    assert digest_of(installed, "provider") == before


@pytest.mark.parametrize("change", ["edit", "data", "add", "remove", "rename"])
def test_every_change_of_source_counts(installed: Path, change: str) -> None:
    before = digest_of(installed, "provider")
    if change == "edit":
        with (installed / "harness/exit_codes.py").open("a") as stream:
            stream.write("\n")
    elif change == "data":
        (installed / "provider/codes.csv").write_text("code\n0x8003\n")
    elif change == "add":
        (installed / "harness/detect/more.py").write_text("")
    elif change == "remove":
        (installed / "harness/__main__.py").unlink()
    else:
        (installed / "provider/codes.csv").rename(installed / "provider/code.csv")
    assert digest_of(installed, "provider") != before


def test_the_provider_is_part_of_it_in_any_order(installed: Path) -> None:
    assert digest_of(installed, "provider") != digest_of(installed)
    assert digest_of(installed, "provider", "harness") == digest_of(installed, "harness", "provider", "provider")


def test_coreutils_give_the_same_digest(installed: Path, tool: Callable[[str], str]) -> None:
    tool("sha256sum")
    names = " -o ".join(f"-name '*{suffix}'" for suffix in SOURCE_SUFFIXES)
    command = f"find harness provider -type f \\( {names} \\) | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=installed, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [digest_of(installed, "provider"), "-"]


@pytest.mark.parametrize("package", ["no_such_package", "json.decoder", "../harness", ""])
def test_a_package_that_is_not_there_is_told(package: str) -> None:
    with pytest.raises(UnavailableError, match=f"no package '{package}' is installed here"):
        harness_digest([package])
