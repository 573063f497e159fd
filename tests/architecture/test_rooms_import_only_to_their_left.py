"""The rooms of the design and their import directions, read from the source itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ORDER = [
    "vocab",
    "wire",
    "masking",
    "interfaces",
    "scenario",
    "plan",
    "oracle",
    "detect",
    "judge",
    "run",
    "capture",
    "fieldlog",
    "evidence",
    "shrink",
    "report",
    "cli",
]
EVERYWHERE = {"errors", "exit_codes", "harness"}
SIMULATOR_MAY = {"errors", "vocab", "wire", "interfaces", "scenario", "plan"}
WAITING = {"asyncio", "time", "threading", "socket", "serial", "subprocess", "multiprocessing", "concurrent", "signal"}
MAY_WAIT = {"run", "cli"}
BLIND = {"oracle", "detect", "judge"}
GPL = {"scapy", "zigpy", "bellows", "zigpy_znp"}


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _sources() -> list[Path]:
    return sorted([*(_root() / "harness").rglob("*.py"), *(_root() / "comms_hub_sim").rglob("*.py")])


def _room(path: Path) -> str:
    parts = path.relative_to(_root()).parts
    if parts[0] == "comms_hub_sim":
        return "comms_hub_sim"
    return parts[1].removesuffix(".py") if len(parts) > 1 else "harness"


def _imports(path: Path) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append((node.module or "", node.lineno))
    return found


def _harness_rooms(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] != "harness":
        return None
    return parts[1] if len(parts) > 1 else "harness"


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(_root())))
def test_a_file_imports_only_what_stands_to_its_left(path: Path) -> None:
    room = _room(path)
    for module, line in _imports(path):
        where = f"{path.relative_to(_root())}:{line} imports {module}"
        top = module.split(".")[0]
        if room != "comms_hub_sim":
            assert top != "comms_hub_sim", f"{where}: the simulator enters by its entry point"
        target = _harness_rooms(module)
        if target is None or target in EVERYWHERE or room in {"__main__", "pytest_plugin"}:
            continue
        if room == "comms_hub_sim":
            assert target in SIMULATOR_MAY, where
        elif room in ORDER:
            allowed = ORDER[: ORDER.index(room) + 1]
            assert target in allowed, f"{where}: {room} may import {allowed}"


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(_root())))
def test_only_the_rooms_that_wait_can_wait(path: Path) -> None:
    if _room(path) in MAY_WAIT:
        return
    waiting = [f"{module}:{line}" for module, line in _imports(path) if module.split(".")[0] in WAITING]
    assert not waiting, f"{path.relative_to(_root())}: {waiting}"


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(_root())))
def test_a_copyleft_library_is_imported_by_nobody_yet(path: Path) -> None:
    assert not [module for module, _ in _imports(path) if module.split(".")[0] in GPL]


def test_oracle_detectors_and_judge_are_blind_to_arm_names() -> None:
    for path in _sources():
        if _room(path) not in BLIND:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"arm_name", "assignment", "combination", "firmware", "maker"}, (
                    f"{path.name}:{node.lineno} reads {node.attr}"
                )


def test_every_room_of_the_design_that_has_code_is_in_the_order() -> None:
    rooms = {path.name for path in (_root() / "harness").iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms <= set(ORDER), rooms - set(ORDER)
