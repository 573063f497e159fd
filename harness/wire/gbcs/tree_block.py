"""A block of a block transfer as a tree of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.lengths import write_length
from harness.wire.gbcs.message import Cra
from harness.wire.gbcs.tree_walk import Walk

if TYPE_CHECKING:
    from harness.wire.gbcs.block_transfer import Block
    from harness.wire.gbcs.content import Field

__all__ = ["block_fields"]

_SECURITY_SIZE = 5
_BLOCK_HEAD = 6
"""Tag, control, number and acknowledged number."""


def block_fields(block: Block) -> tuple[Field, ...]:
    """Return the fields of a block; together they cover its octets."""
    walk = Walk(0)
    walk.layer("block header", _header(block))
    walk.layer("general-block-transfer", _transfer(block, walk.at))
    return tuple(walk.fields)


def _header(block: Block) -> Walk:
    inner = _BLOCK_HEAD + len(write_length(len(block.data))) + len(block.data)
    walk = Walk(0)
    walk.add("general-ciphering tag", 1)
    walk.add("transaction-id length", 1, 9)
    walk.add("CRA flag", 1, block.cra, Cra(block.cra).name.title())
    walk.add("originator-counter", 8, block.counter)
    walk.add("originator length", 1, 8)
    walk.add("originator", 8, block.originator)
    walk.add("target length", 1, 8)
    walk.add("target", 8, block.target)
    walk.add("date-time length", 1, 0)
    walk.add("other information length", 1, 2)
    walk.add("message-code", 2, block.message_code)
    walk.add("key-info", 1, meaning="absent")
    walk.add("length", len(write_length(_SECURITY_SIZE + inner)), _SECURITY_SIZE + inner)
    walk.add("security header", _SECURITY_SIZE, block.security_header, "its meaning here is not public")
    return walk


def _transfer(block: Block, at: int) -> Walk:
    told = ("last block" if block.last else "", "streaming" if block.streaming else "", f"window {block.window}" if block.window else "")
    walk = Walk(at)
    walk.add("general-block-transfer tag", 1)
    walk.add("block control", 1, meaning=", ".join(text for text in told if text))
    walk.add("block number", 2, block.number)
    walk.add("block number acknowledged", 2, block.acknowledged)
    walk.add("data length", len(write_length(len(block.data))), len(block.data))
    walk.add("data", len(block.data), block.data, "a slice of the message")
    return walk
