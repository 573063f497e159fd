"""General block transfer: messages longer than 1200 octets cross the HAN in blocks.

::

    DD 09 CRA counter(8)  08 originator(8)  08 target(8)  00  02 message-code(2)  00  length
       security header(5)
       E0 control number(2) acknowledged(2)  length  octets of the message

Control is bit 7 last block, bit 6 streaming, bits 5 to 0 window. Blocks count from 1 to 63 at most; joined, their octets are the message,
which starts with its own DD or DF. A block without octets acknowledges. tshark reads what is written here; no reference message is
in blocks.

Unresolved, because no source at hand shows it: the value of the security header (zero here, any value is read and kept), the use of
the window, and what is sent again when. So reassembly asks for blocks in order, each once, and says what it got instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from harness.errors import WireError
from harness.vocab.identity import Eui64
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import read_length, write_length
from harness.wire.gbcs.outer import decode_message

__all__ = ["MOST_BLOCKS", "MOST_OCTETS", "Block", "BlockError", "Reassembly", "split_message"]

MOST_OCTETS = 1200
"""Octets of the longest message that is sent whole, and of the longest block."""
MOST_BLOCKS = 63
_DATA = 1149
"""Octets of a message in a full block: 1200 less 51 of headers."""
_NO_SECURITY = bytes(5)
_LAST, _STREAMING, _WINDOW = 0x80, 0x40, 0x3F
_HEAD = Struct(">BBBQB8sB8sBBHB")
_BLOCK = Struct(">BBHH")
_BLOCK_TAG = 0xE0
_IN_FLIGHT = 16


class BlockError(WireError):
    """A block of a block transfer is not what it should be, or not the one that was to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a message."""

    cra: int
    counter: int
    originator: Eui64
    target: Eui64
    message_code: int
    number: int
    """From 1."""
    data: bytes
    """Octets of the message; none in an acknowledgement."""
    last: bool = False
    streaming: bool = False
    window: int = 0
    acknowledged: int = 0
    security_header: bytes = _NO_SECURITY

    @property
    def key(self) -> tuple[Eui64, int, int]:
        """What blocks of one message have in common: originator, CRA flag, counter."""
        return self.originator, self.cra, self.counter

    def encode(self) -> bytes:
        """Write the block; ``struct.error`` or ``ValueError`` where a value does not fit."""
        if self.window & ~_WINDOW or len(self.security_header) != len(_NO_SECURITY):
            raise ValueError(f"window {self.window} and security header {self.security_header.hex()} do not fit a block")
        control = _LAST * self.last | _STREAMING * self.streaming | self.window
        inner = _BLOCK.pack(_BLOCK_TAG, control, self.number, self.acknowledged) + write_length(len(self.data)) + self.data
        ends = bytes.fromhex(self.originator), bytes.fromhex(self.target)
        head = _HEAD.pack(0xDD, 9, self.cra, self.counter, 8, ends[0], 8, ends[1], 0, 2, self.message_code, 0)
        return head + write_length(len(_NO_SECURITY) + len(inner)) + self.security_header + inner

    @classmethod
    def decode(cls, octets: bytes) -> Block:
        """Read a block; raises :class:`BlockError` naming the octet where it breaks the layout."""
        if len(octets) < _HEAD.size:
            raise BlockError("a block breaks off", where=f"octet {len(octets)}", expected=f"a header of {_HEAD.size} octets")
        if len(octets) > MOST_OCTETS:
            raise BlockError(f"a block of {len(octets)} octets", where=f"octet {MOST_OCTETS}", expected=f"at most {MOST_OCTETS}")
        tag, nine, cra, counter, eight, originator, eight_too, target, date, two, code, key_info = _HEAD.unpack_from(octets)
        fixed = (tag, nine, eight, eight_too, date, two, key_info)
        if fixed != (0xDD, 9, 8, 8, 0, 2, 0) or not 1 <= cra <= 3:
            expected = "DD 09 CRA counter 08 originator 08 target 00 02 message-code 00"
            raise BlockError(f"not the header of a block, found {octets[: _HEAD.size].hex()}", where="octet 0", expected=expected)
        at = _length(octets, _HEAD.size)
        start = at + len(_NO_SECURITY)
        if len(octets) < start + _BLOCK.size or octets[start] != _BLOCK_TAG:
            raise BlockError("no general-block-transfer", where=f"octet {start}", expected="E0, control, number, acknowledged")
        _, control, number, acknowledged = _BLOCK.unpack_from(octets, start)
        data = _length(octets, start + _BLOCK.size)
        return cls(
            cra=cra,
            counter=counter,
            originator=Eui64(originator.hex()),
            target=Eui64(target.hex()),
            message_code=code,
            number=number,
            data=octets[data:],
            last=bool(control & _LAST),
            streaming=bool(control & _STREAMING),
            window=control & _WINDOW,
            acknowledged=acknowledged,
            security_header=octets[at:start],
        )


def _length(octets: bytes, at: int) -> int:
    """Read a length, which must be what is left; return where what it counts starts."""
    try:
        length, start = read_length(octets, at, len(octets), "E06")
    except GbcsError as error:
        raise BlockError(error.what, where=error.where, expected=error.expected) from None
    if length != len(octets) - start:
        raise BlockError(f"a length of {length}", where=f"octet {at}", expected=f"{len(octets) - start}, the octets that are left")
    return start


def split_message(octets: bytes) -> tuple[bytes, ...]:
    """Return what is sent for a message: itself where it has at most 1200 octets, else its blocks.

    Raises :class:`GbcsError` where the octets are no message, :class:`BlockError` where 63 blocks do not hold it.
    """
    if len(octets) <= MOST_OCTETS:
        return (octets,)
    message = decode_message(octets)
    pieces = [octets[at : at + _DATA] for at in range(0, len(octets), _DATA)]
    if len(pieces) > MOST_BLOCKS:
        raise BlockError(f"a message of {len(octets)} octets", where="octet 0", expected=f"at most {MOST_BLOCKS * _DATA}")
    return tuple(
        Block(
            cra=message.cra,
            counter=message.counter,
            originator=message.originator,
            target=message.target,
            message_code=message.message_code,
            number=number,
            data=piece,
            last=number == len(pieces),
        ).encode()
        for number, piece in enumerate(pieces, 1)
    )


class Reassembly:
    """Joins blocks to messages; blocks of several messages may come between each other."""

    __slots__ = ("_most", "_parts")

    def __init__(self, *, most: int = _IN_FLIGHT) -> None:
        """Start with nothing; ``most`` messages at a time may be incomplete."""
        self._parts: dict[tuple[Eui64, int, int], list[Block]] = {}
        self._most = most

    @property
    def incomplete(self) -> tuple[tuple[Eui64, int, int], ...]:
        """Messages whose last block has not come: originator, CRA flag, counter."""
        return tuple(self._parts)

    def receive(self, octets: bytes) -> bytes | None:
        """Take a block; return the message that it completes, or ``None`` where it completes none.

        Raises :class:`BlockError`: a block that is malformed, over-long, missing, come twice, out of order, of more than 63, or one too
        many messages at a time; what came before stays as it was. Raises it, too, where the joined octets are not the message that
        the blocks named; they are forgotten then.
        """
        block = Block.decode(octets)
        if not block.data:
            return None
        parts = self._parts.get(block.key, [])
        if not parts and len(self._parts) >= self._most:
            raise BlockError(f"blocks of {self._most} messages already", where=_place(block), expected="one of those to be completed first")
        _check_turn(block, parts)
        if not block.last:
            self._parts[block.key] = [*parts, block]
            return None
        self._parts.pop(block.key, None)
        return _joined([*parts, block])

    def forget(self, key: tuple[Eui64, int, int]) -> None:
        """Drop what came of a message."""
        self._parts.pop(key, None)


def _place(block: Block) -> str:
    return f"block {block.number} of message {block.counter} from {block.originator}"


def _check_turn(block: Block, parts: list[Block]) -> None:
    """Insist that a block is the next one."""
    turn = len(parts) + 1
    if block.number > MOST_BLOCKS:
        raise BlockError("a block number out of range", where=_place(block), expected=f"at most {MOST_BLOCKS}")
    if block.number < turn:
        again = block.number >= 1 and block.data == parts[block.number - 1].data
        what = "the block came twice" if again else "the block came twice, and differs" if block.number else "a block number 0"
        raise BlockError(what, where=_place(block), expected=f"block {turn}")
    if block.number > turn:
        what = f"block {turn} is missing" if block.number == turn + 1 else f"blocks {turn} to {block.number - 1} are missing"
        raise BlockError(what, where=_place(block), expected=f"block {turn}")


def _joined(blocks: list[Block]) -> bytes:
    octets = b"".join([block.data for block in blocks])
    first = blocks[0]
    try:
        message = decode_message(octets)
    except GbcsError as error:
        raise BlockError(f"{len(blocks)} blocks make no message: {error}", where=_place(blocks[-1])) from None
    named = (first.originator, first.cra, first.counter, first.target, first.message_code)
    if named != (message.originator, message.cra, message.counter, message.target, message.message_code):
        what = f"the blocks make message {message.counter} from {message.originator}"
        raise BlockError(what, where=_place(blocks[-1]), expected="the message that their headers name")
    return octets
