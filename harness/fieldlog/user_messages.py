"""Logs of DUIS messages, as a service user's adapter keeps them: the alerts of devices among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.fieldlog.entry import Entry, Missing
from harness.wire.duis import DccAlert, DeviceAlert, DuisProblem, read_messages
from harness.wire.duis.values import NOT_THROTTLED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from harness.wire.duis import OtherMessage

__all__ = ["read_user_messages"]


def read_user_messages(stream: BinaryIO, file: int = 0) -> Iterator[Entry | Missing]:
    """Yield what each message of a DUIS log holds, in the order of the log; alerts bear the time at which the DCC sent them.

    Raises :class:`UsageError` for a message that says itself that a simulator made it: it was never seen in the field.
    """
    for message in read_messages(stream):
        if not isinstance(message, DuisProblem) and message.simulated:
            where, expected = f"line {message.line}", "messages that were seen in the field"
            raise UsageError("a message of a simulated trial", where=where, expected=expected)
        if isinstance(message, DeviceAlert):
            yield from _device_alert(file, message)
        elif isinstance(message, DuisProblem):
            yield Missing(file, message.line, None, f"no DUIS message that could be read; see column {message.error.column}")
        else:
            yield Missing(file, message.line, message.header.response_time, _kind(message), lost=0)


def _device_alert(file: int, alert: DeviceAlert) -> Iterator[Entry | Missing]:
    at = alert.header.response_time
    if alert.throttled != NOT_THROTTLED:
        held = "unknown" if alert.throttled.count is None else f"{alert.throttled.count}"
        yield Missing(file, alert.line, at, f"storm protection held back alerts before this one; its count is {held}", lost=0)
    if at is None:
        yield Missing(file, alert.line, None, "an alert without the time at which it was sent")
    else:
        yield Entry(file, alert.line, at, alert.payload)


def _kind(message: DccAlert | OtherMessage) -> str:
    return "an alert of the DCC, in which there is no GBCS message" if isinstance(message, DccAlert) else "no alert"
