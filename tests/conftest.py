"""Fixtures for all: the third-party reference vectors, tools that nobody here wrote, and a command to run."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_TOOLS = os.environ.get("SMETS_HARNESS_REQUIRE_TOOLS") == "1"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A suite that was started in the background of a shell would hand its deafness to every command that a test interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True, slots=True)
class Vector:
    """One official GBCS reference message."""

    use_case: str
    file: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class VectorKey:
    """A published key of the reference messages; ``private_scalar`` is empty where none is published."""

    name: str
    eui64: str
    use: str
    public_point: bytes
    private_scalar: bytes


def _vectors_folder() -> Path:
    return Path(os.environ.get("SMETS_HARNESS_VECTORS", ROOT.parent / "shared" / "vectors")) / "rtds"


def _vector_rows(name: str) -> list[dict[str, str]]:
    path = _vectors_folder() / name
    if not path.is_file():
        pytest.skip(f"the official reference messages are not here ({name}); set SMETS_HARNESS_VECTORS to their folder")
    with path.open(encoding="ascii", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def vectors() -> list[Vector]:
    """The official reference messages that are present; third-party data, so skipped where absent."""
    return [Vector(row["use_case_folder"], row["file"], bytes.fromhex(row["hex"])) for row in _vector_rows("messages.csv")]


@pytest.fixture(scope="session")
def vector_keys() -> list[VectorKey]:
    """The keys that belong to the reference messages."""
    return [
        VectorKey(row["name"], row["eui64"], row["use"], bytes.fromhex(row["public_point"]), bytes.fromhex(row["private_scalar"]))
        for row in _vector_rows("keys.csv")
    ]


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Find a system tool by name; where it is missing the test is skipped, or fails under ``.ci/run``."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"{name} is not installed"
            if REQUIRE_TOOLS:
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Install packages of the npm registry in a folder of their own; skipped, wherever it runs, without npm or out of its reach."""

    def install(*packages: str) -> Path:
        command = shutil.which("npm")
        if command is None or shutil.which("node") is None:
            pytest.skip("node and npm are not installed")
        folder = tmp_path_factory.mktemp("npm")
        arguments = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *packages]
        environment = {**os.environ, "npm_config_cache": str(folder / "cache")}
        try:
            done = subprocess.run([command, *arguments], cwd=folder, env=environment, capture_output=True, check=False, timeout=180)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{packages[0]} cannot be had: the npm registry did not answer within three minutes")
        if done.returncode:
            pytest.skip(f"{packages[0]} cannot be had from the npm registry: {done.stderr.decode(errors='replace').strip()[:200]}")
        return folder

    return install


@pytest.fixture
def smets_harness(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a process of its own, in a folder of its own."""

    def run(
        *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "harness", *arguments],
            cwd=cwd or tmp_path,
            env={**os.environ, "NO_COLOR": "1", **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture
def builder() -> ModuleType:
    """The module that makes up trials, with its devices and detectors (``tests/support``)."""
    import trial_builder

    return trial_builder


@pytest.fixture
def trial(builder: ModuleType) -> object:
    """A made-up trial of a day at which nothing has happened yet."""
    return builder.TrialBuilder()


@pytest.fixture
def campaigns() -> ModuleType:
    """The module that makes up campaigns (``tests/support``)."""
    import campaigns

    return campaigns


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the checkout under test."""
    return ROOT


def run_isolated(code: str, arguments: Sequence[str] = (), **env: str) -> str:
    """Run a piece of Python in a fresh process with the given environment and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env={**os.environ, **env}, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


@pytest.fixture(scope="session")
def isolated() -> Callable[..., str]:
    """Run a piece of Python in a process of its own, under an environment of its own."""
    return run_isolated
