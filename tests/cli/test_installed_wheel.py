"""An installed wheel works outside the checkout, and comes to the very same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

SHORT = ["run", "average-voltage-chatter", "--set", "stop.blocks=2", "--set", "window.observe=2h", "--name", "b", "--json"]


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--disable-pip-version-check",
        "-w",
        str(folder),
        ".",
    ]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def _run(folder: Path, library: Path | None) -> dict[str, object]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "harness", *SHORT],
        cwd=folder,
        env=env | ({"PYTHONPATH": str(library)} if library else {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, 1, 6}, done.stderr
    value: dict[str, object] = json.loads(done.stdout)
    return value


def test_a_wheel_carries_its_library_and_gives_the_same_payload_root(wheel: Path, tmp_path: Path) -> None:
    library = tmp_path / "site"
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(library)
    for part in ("device_profiles/esme/", "scenarios/voltage/", "firmware_fixtures/"):
        assert any(name.startswith(f"harness/_library/{part}") for name in names), part
    assert not any(name.startswith("tests/") for name in names)
    outside = tmp_path / "outside"
    outside.mkdir()
    beside = tmp_path / "beside"
    beside.mkdir()
    assert _run(outside, library)["payload-root"] == _run(beside, None)["payload-root"]
    shown = subprocess.run(
        [sys.executable, "-c", "import harness; print(harness.__file__)"],
        cwd=outside,
        env={**os.environ, "PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.startswith(str(library)), "the wheel was not what ran"
