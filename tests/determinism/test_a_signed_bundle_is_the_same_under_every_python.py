"""A bundle that is run, sealed and signed under Python 3.11, 3.12 and 3.13 is the same bytes, signatures and all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import distribution, version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import signed_bundles as made

if TYPE_CHECKING:
    from collections.abc import Callable

OTHERS = [f"3.{minor}" for minor in (11, 12, 13) if minor != sys.version_info.minor]
NEEDED = ("cryptography", "tree-sitter", "tree-sitter-toml")
SMALL = ("average-voltage-chatter", "--set", "stop.blocks=2", "--set", "window.observe=2h", "--name", "b", "--workers", "1")


def found(name: str) -> str:
    """Return an interpreter of this version, or an empty string."""
    around = sorted(Path.home().glob(f".pyenv/versions/{name}.*/bin/python"))
    for candidate in filter(None, [*map(str, around), shutil.which(f"python{name}")]):
        asked = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if asked.stdout.strip() == name:
            return candidate
    return ""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, the source as it stands now, and a bundle that was run and signed with them under this Python."""
    folder = tmp_path_factory.mktemp("lab")
    for name, octets in (("operator.pem", made.p256(made.OPERATOR).pem()), ("lab.key", made.LAB_KEY.hex().encode() + b"\n")):
        (folder / name).write_bytes(octets)
        (folder / name).chmod(0o600)
    for name in ("harness", "comms_hub_sim", "device_profiles", "firmware_fixtures", "scenarios"):
        shutil.copytree(Path(__file__).parents[2] / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    carry_out(sys.executable, folder, folder / "here")
    return folder


def carry_out(python: str, lab: Path, where: Path) -> None:
    """Run and sign under an interpreter that finds this checkout, and by its metadata the simulator."""
    where.mkdir()
    listed = distribution("smets-harness").files or ()
    metadata = next(Path(str(path.locate())).parent for path in listed if path.name == "entry_points.txt")
    (where / "site").mkdir()
    (where / "site" / metadata.name).symlink_to(metadata)
    signing = ("--key", str(lab / "operator.pem"), "--lab-key", str(lab / "lab.key"), "--time", made.ENDED)
    command = [python, "-m", "harness", "run", *SMALL, *signing]
    environment = {**os.environ, "PYTHONPATH": f"{lab / 'source'}{os.pathsep}{where / 'site'}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in {0, 1, 6}, done.stderr


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_it_is_the_same_bytes(lab: Path, tmp_path: Path, name: str, smets_harness: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    python = found(name)
    if not python:
        pytest.skip(f"no Python {name} is here")
    subprocess.run([python, "-m", "venv", tmp_path / "venv"], check=True, capture_output=True)
    inside = str(tmp_path / "venv/bin/python")
    install = [
        inside,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        *(f"{package}=={version(package)}" for package in NEEDED),
    ]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"what the harness needs cannot be had for Python {name}: {done.stderr.strip()[-200:]}")
    carry_out(inside, lab, tmp_path / "there")
    here = contents(lab / "here/out/b")
    assert contents(tmp_path / "there/out/b") == here
    assert "attestations/run.sig" in here
    assert smets_harness("verify", str(tmp_path / "there/out/b"), "--level", "V0", "--level", "V2").returncode == 0
