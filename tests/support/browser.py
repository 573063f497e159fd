"""A browser that others wrote, without a window: opened, looked at and asked over its own debugging protocol."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from base64 import b64decode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PIPED = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes the browser, with the two pipes where its debugging protocol wants them: 3 and 4."""


class Browser:
    """Chromium, spoken to over a pair of pipes in its own debugging protocol."""

    def __init__(self, path: str, profile: Path) -> None:
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()

        self.process = subprocess.Popen(
            [sys.executable, "-c", PIPED, str(read_there), str(write_there), path, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(read_there, write_there),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write_there)
        os.close(read_there)
        self.commands = write_here
        self.answers = os.fdopen(read_here, "rb")
        self.number = 0
        self.session: str | None = None
        self.events: list[dict[str, Any]] = []
        self.rest = b""

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Carry out one command and return its result; events that come meanwhile are kept."""
        self.number += 1
        message: dict[str, object] = {"id": self.number, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._answer()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, event: str) -> None:
        """Read on until an event has come."""
        while not any(seen.get("method") == event for seen in self.events):
            self.events.append(self._answer())

    def _answer(self) -> dict[str, Any]:
        parts = [self.rest]
        while b"\0" not in parts[-1]:
            read = self.answers.read1(1 << 20)
            assert read, "the browser closed its pipe"
            parts.append(read)
        whole, _, self.rest = b"".join(parts).partition(b"\0")
        return json.loads(whole)

    def open(self, path: Path) -> None:
        """Open a file in a fresh tab and wait until it has loaded."""
        self.session, self.events = None, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime", "Accessibility"):
            self.ask(f"{domain}.enable")
        self.events = []
        self.ask("Page.navigate", url=path.as_uri())
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """Return what an expression comes to in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"]["value"]

    def screen(self, width: int, height: int, scheme: str = "light") -> tuple[int, int, bytes]:
        """Return width, height and decoded scan lines of the page as shown."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        return _decoded(b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        """End the browser and wait for it."""
        self.session = None
        self.ask("Browser.close")
        self.process.wait(timeout=30)
        os.close(self.commands)
        self.answers.close()


def _decoded(png: bytes) -> tuple[int, int, bytes]:
    """Return width, height and the inflated scan lines of a PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed, size = 8, b"", (0, 0)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            packed += body
        at += 12 + length
    return *size, zlib.decompress(packed)
