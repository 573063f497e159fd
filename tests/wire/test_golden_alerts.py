"""Every alert that we build is the same octets on every machine: the golden ones, made from a fixed seed.

``tests/golden/gbcs_alerts.txt`` holds a name and a message in turn, so ``smets-harness decode`` reads it, too. To write it
anew after a deliberate change: ``SMETS_HARNESS_REWRITE_GOLDEN=1``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADING = "# Alerts built from the seed 'smets-harness golden alerts/1' (tests/wire/conftest.py): test keys, fictional devices.\n"


def test_alerts_are_the_golden_octets(our_alerts: dict[str, bytes], checkout: Path) -> None:
    path = checkout / "tests" / "golden" / "gbcs_alerts.txt"
    text = HEADING + "".join(f"# {name}\n{octets.hex()}\n" for name, octets in our_alerts.items())
    if os.environ.get("SMETS_HARNESS_REWRITE_GOLDEN") == "1":
        path.write_text(text, encoding="ascii")
    assert path.read_text(encoding="ascii") == text
