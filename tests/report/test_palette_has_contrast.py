"""The palettes of the page: readable by WCAG 2.2 level AA, in light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[2] / "harness" / "report" / "templates" / "report.css"

TEXT = [(ink, ground) for ink in ("ink", "muted", "accent", "treatment") for ground in ("paper", "card")] + [
    ("notice-ink", "notice"),
    ("ink", "wash"),
    ("ink", "interval"),
]
"""Text on its ground: 4.5 to 1."""
MARKS = [
    *((mark, ground) for mark in ("treatment", "control", "accent", "strong-line") for ground in ("card",)),
    ("treatment", "interval"),
    ("treatment", "wash"),
    ("control", "wash"),
    ("accent", "interval"),
    ("notice-line", "notice"),
]
"""Marks that carry meaning on their ground: 3 to 1."""


def _palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{([^}]*)\}", SHEET.read_text(encoding="utf-8"))
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2])
    return {"light": light, "dark": dark, "print": light | {"paper": "#ffffff"}}


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_the_published_one() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("mode", ["light", "dark", "print"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_from_its_ground(mode: str, ink: str, ground: str) -> None:
    palette = _palettes()[mode]
    assert _contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark", "print"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_stand_out_from_their_ground(mode: str, mark: str, ground: str) -> None:
    palette = _palettes()[mode]
    assert _contrast(palette[mark], palette[ground]) >= 3


def test_dark_names_every_colour_that_light_names_and_no_rule_goes_round_them() -> None:
    palettes = _palettes()
    assert palettes["light"].keys() == palettes["dark"].keys()
    rules = SHEET.read_text(encoding="utf-8").split("* { box-sizing")[1]
    used = set(re.findall(r"var\(--([\w-]+)\)", rules))
    assert used <= palettes["light"].keys()
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)", rules.replace("--paper: #ffffff", ""))
