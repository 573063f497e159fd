"""M17: a message whose acknowledgement was lost is sent again, octet for octet, by the application."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from harness.errors import InternalError
from harness.interfaces.setting import Setting
from harness.vocab.time import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.mechanism import Inside
    from harness.interfaces.setting import Value

__all__ = ["MECHANISM"]


@dataclass(frozen=True, slots=True)
class RetransmissionDuplicates:
    """The radio gives up; the application sends the same message again under a new APS counter.

    By then the receiver's duplicate-rejection entry has expired, so a hub without a cache of
    (originator, counter) passes the copy to the WAN.
    """

    name: ClassVar[str] = "retransmission-duplicates"
    origin: ClassVar[str] = "M17"
    doc: ClassVar[str] = "sends an unacknowledged message again, octet for octet, after the receiver has forgotten it"
    roles: ClassVar[frozenset[str]] = frozenset({"esme", "gsme"})
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "wait": Setting(
                kind="duration", doc="from the radio giving up to sending again", default=10 * SECOND, minimum=0, maximum=3600 * SECOND
            ),
            "times": Setting(kind="count", doc="how often one message is sent again at most", default=3, minimum=1, maximum=31),
        }
    )

    def attach(self, device: Inside, settings: Mapping[str, Value]) -> None:
        """Listen for messages that the radio gave up."""
        wait, times = settings["wait"], settings["times"]
        if not isinstance(wait, int) or not isinstance(times, int):
            raise InternalError(f"settings {dict(settings)} are not settled", where=self.name, expected="a duration and a count")
        sent_again: dict[Value, int] = {}

        def unacknowledged(now: int, facts: Mapping[str, Value]) -> None:
            del now
            code, counter = facts["code"], facts["counter"]
            so_far = sent_again.get(counter, 0)
            if so_far < times and isinstance(code, int):
                sent_again[counter] = so_far + 1
                device.after(wait, lambda at: device.resend(code, at))

        device.on("unacknowledged", unacknowledged)


MECHANISM = RetransmissionDuplicates()
