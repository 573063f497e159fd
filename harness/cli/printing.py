"""Printing a page to PDF, by a browser that is on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.errors import BenchError, UnavailableError

__all__ = ["BROWSERS", "printed"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
"""Browsers that print without a window, by the name of their command, in the order in which they are looked for."""

_PATIENCE = 120
"""Seconds that a browser may take."""


def printed(page: str) -> bytes:
    """Return a page that needs nothing but itself as PDF, laid out by its own style for print.

    The octets differ from one printing to the next: a PDF says when it was made. Raises :class:`UnavailableError`
    where no browser is here, and :class:`BenchError` where the one that is prints nothing.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise UnavailableError(
            "no browser that prints to PDF is on this machine",
            expected=f"one of {', '.join(BROWSERS)}, such as 'apt-get install chromium'; or --format html, printed by any browser",
        )
    with tempfile.TemporaryDirectory(prefix="smets-harness-print-") as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        _print(browser, source, target)
        if not target.is_file():
            raise BenchError("printed nothing", where=browser, expected="a PDF")
        return target.read_bytes()


def _print(browser: str, source: Path, target: Path) -> None:
    unconfined = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [
        browser,
        "--headless",
        *unconfined,
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={source.parent / 'profile'}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]
    try:
        subprocess.run(command, check=False, capture_output=True, timeout=_PATIENCE)  # noqa: S603 - a browser by name, a page of ours
    except subprocess.TimeoutExpired:
        raise BenchError(f"did not print within {_PATIENCE} s", where=browser) from None
    except OSError as error:
        raise BenchError(f"could not be started: {error.strerror}", where=browser) from error
