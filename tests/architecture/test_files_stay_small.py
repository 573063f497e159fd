"""House style that a machine can see: sizes, annotations, documentation, left-over markers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "harness").rglob("*.py"), *(ROOT / "comms_hub_sim").rglob("*.py")])


def test_no_file_is_long_and_most_are_short() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert max(sizes.values()) <= 500, max(sizes, key=sizes.__getitem__)
    assert median(size for size in sizes.values() if size > 5) <= 150


def test_every_function_is_annotated_and_every_public_one_documented() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                assert node.returns is not None, where
                missing = [argument.arg for argument in [*node.args.args, *node.args.kwonlyargs] if argument.annotation is None]
                assert set(missing) <= {"self", "cls"}, f"{where}: {missing}"


def test_nothing_is_left_over_and_no_path_of_a_machine_stands_anywhere() -> None:
    marker = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|(^|[^\w.])/(work|farm|root|home)/")
    for path in SOURCES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not marker.search(line), f"{path.relative_to(ROOT)}:{number}"
