"""One thing that was given to ``decode``, and everything that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.cli.message_sources import Given
from harness.errors import WireError
from harness.vocab.alert import code_text
from harness.wire.gbcs.tree import message_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cli.blocks import Blocks
    from harness.cli.key_option import Keys
    from harness.wire.gbcs.block_transfer import Block
    from harness.wire.gbcs.content import Field
    from harness.wire.gbcs.tree import MessageTree

__all__ = ["Decoded", "Decoding", "OpenedPart", "ProtectionCheck"]


_BLOCK_START = b"\xdd\x09"
"""A MAC header starts DD 00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionCheck:
    """How one protection of a message came out."""

    name: str
    """``signature``, ``MAC`` or ``encryption``."""
    outcome: str
    """``valid``, ``invalid``, ``unknown-key`` or ``absent``."""
    reason: str = ""
    """With which keys it was checked, or why it could not be."""


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """An encrypted body in clear."""

    offset: int
    """Where the encrypted body stands in the message."""
    plaintext: bytes
    fields: tuple[Field, ...]
    """Places are those in the plaintext."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One thing that was given, and what came of it."""

    given: Given
    octets: bytes = b""
    """The message; put together where it came in blocks."""
    tree: MessageTree | None = None
    problem: WireError | None = None
    notes: tuple[str, ...] = ()
    checks: tuple[ProtectionCheck, ...] = ()
    opened: tuple[OpenedPart, ...] = ()
    block: Block | None = None
    """The block of a block transfer, where this is one."""
    block_fields: tuple[Field, ...] = ()

    @property
    def is_message(self) -> bool:
        """Whether this stands for a message, read or not; packets that gave none do not."""
        return self.given.carrier.get("kind") != "packets"


class Decoding:
    """Decodes what is given, one after another, with or without keys."""

    def __init__(self, keys: Keys | None) -> None:
        """Verify and decrypt with ``keys``, or not at all."""
        self._keys = keys
        self._blocks: Blocks | None = None

    def decoded(self, found: Iterable[Given]) -> Iterator[Decoded]:
        """Yield what comes of everything that was given, in order."""
        for given in found:
            if not given.octets:
                yield Decoded(given=given, problem=given.problem)
            elif given.octets.startswith(_BLOCK_START):
                yield from self._block(given)
            else:
                yield self._message(given, given.octets)
        if self._blocks is not None:
            yield from _given_up(self._blocks, room_for=0)

    def _block(self, given: Given) -> Iterator[Decoded]:
        """Yield a block of a block transfer, and the message that it completes."""
        from harness.cli.blocks import Blocks
        from harness.wire.gbcs.tree_block import block_fields

        if self._blocks is None:
            self._blocks = Blocks()
        try:
            block, message = self._blocks.add(given.where, given.octets)
        except WireError as error:
            yield Decoded(given=given, octets=given.octets, problem=error)
            return
        yield Decoded(given=given, octets=given.octets, block=block, block_fields=block_fields(block))
        if message is not None:
            yield self._message(Given(where=f"{given.where}, put together from its blocks", octets=message), message)
        yield from _given_up(self._blocks)

    def _message(self, given: Given, octets: bytes) -> Decoded:
        try:
            tree = message_tree(octets)
        except WireError as error:
            return Decoded(given=given, octets=octets, problem=error)
        notes = tuple(_disagreements(given, tree))
        checks: tuple[ProtectionCheck, ...] = ()
        opened: tuple[OpenedPart, ...] = ()
        if self._keys is not None:
            from harness.cli.protection_checks import check_protections

            checks, opened = check_protections(tree.message, self._keys.store, self._keys.broker)
        return Decoded(given=given, octets=octets, tree=tree, problem=tree.problem, notes=notes, checks=checks, opened=opened)


def _given_up(blocks: Blocks, **room: int) -> Iterator[Decoded]:
    for where, problem in blocks.given_up(**room):
        yield Decoded(given=Given(where=where), problem=problem)


def _disagreements(given: Given, tree: MessageTree) -> Iterator[str]:
    """Yield where the envelope says something else than the message."""
    told = given.carrier.get("alert-code")
    if told is not None and tree.alert is not None and told != code_text(tree.alert.code):
        yield f"the envelope says alert code {told}"
