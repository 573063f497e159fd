"""How one message gets from node to node: blocks, each acknowledged by the MAC and by APS, and put together at the far end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.han.node import Node
    from harness.wire.zigbee.aps import ApsFrame

__all__ = ["Fate", "Passage", "pass_blocks"]


class Passage(NamedTuple):
    """What became of one attempt."""

    arrived: int
    """When the last block was there."""
    message: ApsFrame | None
    """What the receiver put together; ``None`` where blocks are missing, or where it had the message already."""
    taken: int
    """How many blocks the sender knows, or could know, to have come: the next attempt goes on with the one after them."""
    is_acknowledged: bool
    """Whether the sender knows that all have."""


class Fate(NamedTuple):
    """What is to become of an attempt."""

    loss: int = 0
    """Share of single frames lost, in parts per million."""
    lost: bool = False
    """Whether nobody hears the last block."""
    unheard: bool = False
    """Whether nobody hears the last APS acknowledgement."""


def pass_blocks(
    air: FrameAir, sender: Node, receiver: Node, blocks: Sequence[ApsFrame], now: int, *, secured: bool, fate: Fate | None = None
) -> Passage:
    """Lay out an attempt on the air, from ``now`` on; the channel is free again when all of it is over."""
    loss, lost, unheard = fate or Fate()
    handling, last = air.band.handling, len(blocks) - 1
    message, arrived = None, now
    for number, block in enumerate(blocks):
        octets = sender.message(block, receiver, secured=secured)
        if not air.send(octets, sender, receiver, now, loss=loss, heard=not lost or number < last):
            return Passage(air.free, None, number, is_acknowledged=False)
        arrived = air.free
        heard = receiver.hear(octets, sender)
        message = receiver.completed(heard, sender)
        octets = receiver.acknowledgement(heard, sender)
        if not air.send(octets, receiver, sender, arrived + handling, loss=loss, heard=not unheard or number < last):
            return Passage(arrived, message, number + 1, is_acknowledged=False)
        sender.hear(octets, receiver)
        now = air.free + handling
    return Passage(arrived, message, len(blocks), is_acknowledged=True)
