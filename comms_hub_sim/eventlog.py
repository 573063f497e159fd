"""Event logs inside a device: circular, so that a storm overwrites what led to it."""

from __future__ import annotations

from collections import deque

__all__ = ["EventLogs"]


class EventLogs:
    """A device's logs, the newest entries of each; an entry is (seconds since 2000, alert or event code)."""

    __slots__ = ("_logs",)

    def __init__(self, capacity: int) -> None:
        self._logs: dict[str, deque[tuple[int, int]]] = {name: deque(maxlen=capacity) for name in ("power-event", "event", "security")}

    def add(self, log: str, seconds: int, code: int) -> None:
        """Write an entry; the oldest gives way where the log is full."""
        self._logs[log].append((seconds, code))

    def read(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """Read every log back by name, oldest entry first."""
        return {name: tuple(entries) for name, entries in self._logs.items()}
