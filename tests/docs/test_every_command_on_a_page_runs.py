"""Pages are true: each command runs as it stands, each file is written as it stands, in the page's order.

A fence ```` ```console ```` holds commands after ``$ ``; a comment ``# exit 1`` right below one gives the
exit code that is expected instead of 0. A fence with ``file=PATH`` holds a file. A page starts in an
empty folder; its files and commands follow each other as a reader would.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


def _steps(page: Path) -> list[tuple[str, str]]:
    """Return what a page asks for: (``file:PATH``, text) or (``exit:CODE``, command)."""
    steps = []
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        indent = len(fence["indent"])
        body = "".join(line[indent:] for line in fence["body"].splitlines(keepends=True))
        words = fence["info"].split()
        named = [word.removeprefix("file=") for word in words if word.startswith("file=")]
        if named:
            steps.append((f"file:{named[0]}", body))
        elif words[:1] == ["console"]:
            lines = body.splitlines()
            for number, line in enumerate(lines):
                if line.startswith("$ "):
                    told = re.fullmatch(r"# exit (\d)", lines[number + 1]) if number + 1 < len(lines) else None
                    steps.append((f"exit:{told[1] if told else 0}", line[2:]))
    return steps


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``smets-harness`` is this checkout's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    shim = folder / "smets-harness"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m harness "$@"\n')
    shim.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


@pytest.mark.parametrize("page", [page for page in PAGES if _steps(page)], ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_does_what_it_says(page: Path, shell: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    variables: dict[str, str] = {}
    for kind, text in _steps(page):
        action, _, what = kind.partition(":")
        if action == "file":
            (folder / what).parent.mkdir(parents=True, exist_ok=True)
            (folder / what).write_text(text, encoding="utf-8")
            continue
        if text.startswith("make "):
            subprocess.run(["make", "-n", *text.split()[1:]], cwd=ROOT, check=True, capture_output=True)
            continue
        if text.startswith("export "):
            name, _, value = text.removeprefix("export ").partition("=")
            variables[name] = value.strip('"').replace("$PWD", str(folder))
            continue
        done = subprocess.run(
            ["bash", "-c", text], cwd=folder, env={**shell, **variables}, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == int(what), f"{page.name}: $ {text}\n{done.stdout}\n{done.stderr}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} points at {target}"


def test_the_pages_that_are_written_by_program_are_current() -> None:
    spec = importlib.util.spec_from_file_location("pages", ROOT / "docs" / "pages.py")
    assert spec
    assert spec.loader
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    for name, text in written.pages().items():
        page = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert page == text, f"docs/reference/{name} is out of date; write it anew with: python docs/pages.py"
