"""``python -m harness.cli``: the same as ``smets-harness``."""

from __future__ import annotations

import sys

from harness.cli import main

if __name__ == "__main__":
    sys.exit(main())
