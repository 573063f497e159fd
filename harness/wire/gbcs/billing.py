"""Billing alerts (0x8F0A), whose body is encrypted for its recipient: ESME under 0x0061, GSME under 0x008B.

Inside an ESME's body is ``structure(1){compact-array}`` with one row a billing entry; inside a GSME's is one
:class:`~harness.wire.gbcs.gbz.PublishSnapshot`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import InternalError
from harness.wire.gbcs.alerts import build_alert, decode_alert
from harness.wire.gbcs.axdr import decode_data
from harness.wire.gbcs.content import SEALED, Field, FieldValue, named
from harness.wire.gbcs.crypto import Purpose, agreed_between, body_key, decrypt, derive_key, encrypt
from harness.wire.gbcs.dlms import Cell, CompactArray, Data, Description, Tag
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.vocab.identity import Eui64
    from harness.wire.gbcs.alert_head import AlertTime
    from harness.wire.gbcs.gbz import PublishSnapshot
    from harness.wire.gbcs.keys import KeyStore
    from harness.wire.gbcs.message import Message

__all__ = ["BillingEntry", "build_esme_billing", "build_gsme_billing", "open_body", "read_entries", "write_entries"]

BILLING_DATA_LOG_UPDATED = 0x8F0A
_ESME, _GSME = 0x0061, 0x008B
_METERING, _FROM_SERVER, _PUBLISH_SNAPSHOT = 0x0702, 0x19, 0x06

_REGISTER = Description(Tag.DOUBLE_LONG_UNSIGNED)
_TARIFFS, _SECONDARY_TARIFFS, _BLOCKS = (Description(Tag.ARRAY, count, (_REGISTER,)) for count in (48, 4, 8))
_SINGLE = Description(Tag.STRUCTURE, 0, (_REGISTER, _REGISTER, _TARIFFS, *(_BLOCKS,) * 4))
_TWIN = Description(Tag.STRUCTURE, 0, (_REGISTER, _REGISTER, _REGISTER, _TARIFFS, _SECONDARY_TARIFFS, *(_BLOCKS,) * 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingEntry:
    """One entry of an ESME's billing data log; registers are unsigned 32 bit."""

    time: int
    """Seconds since 2000-01-01T00:00:00Z."""
    imported: int
    tariffs: tuple[int, ...]
    """48 time-of-use registers."""
    blocks: tuple[tuple[int, ...], ...]
    """Four blocks of 8 registers."""
    secondary_imported: int | None = None
    """A twin-element meter's second element; ``None`` for a single-element meter."""
    secondary_tariffs: tuple[int, ...] = ()
    """4 registers of a twin-element meter."""


def write_entries(entries: Sequence[BillingEntry]) -> bytes:
    """Write entries as the plaintext of an ESME's billing alert; ``ValueError`` where they are not all of one shape."""
    rows = tuple(_row(entry) for entry in entries)
    twin = any(entry.secondary_imported is not None for entry in entries)
    log = Data(Tag.COMPACT_ARRAY, CompactArray(_TWIN if twin else _SINGLE, rows))
    return Data(Tag.STRUCTURE, (log,)).encode()


def read_entries(plaintext: bytes, *, offset: int = 0) -> tuple[BillingEntry, ...]:
    """Read the plaintext of an ESME's billing alert; raises :class:`GbcsError` (E31) where it has another shape."""
    data = decode_data(plaintext, offset)
    log = data.children[0].value if data.tag == Tag.STRUCTURE and len(data.children) == 1 else None
    if not isinstance(log, CompactArray) or log.description not in (_SINGLE, _TWIN):
        expected = "a structure of one compact-array, single or twin element"
        raise GbcsError("E31", offset, "another billing data log", expected=expected, octets=plaintext)
    return tuple(_entry(row, twin=log.description == _TWIN) for row in log.rows)


def _row(entry: BillingEntry) -> Cell:
    second = () if entry.secondary_imported is None else (entry.secondary_imported,)
    tariffs = (entry.tariffs, entry.secondary_tariffs) if entry.secondary_tariffs else (entry.tariffs,)
    return (entry.time, entry.imported, *second, *tariffs, *entry.blocks)


def _entry(row: Cell, *, twin: bool) -> BillingEntry:
    cells = row if isinstance(row, tuple) else ()
    numbers = tuple(cell for cell in cells if isinstance(cell, int))
    arrays = tuple(tuple(part for part in cell if isinstance(part, int)) for cell in cells if isinstance(cell, tuple))
    return BillingEntry(
        time=numbers[0],
        imported=numbers[1],
        tariffs=arrays[0],
        blocks=arrays[-4:],
        secondary_imported=numbers[2] if twin else None,
        secondary_tariffs=arrays[1] if twin else (),
    )


def build_esme_billing(
    entries: Sequence[BillingEntry],
    *,
    originator: Eui64,
    target: Eui64,
    counter: int,
    time: AlertTime,
    keys: KeyStore,
) -> bytes:
    """Return an ESME's billing alert up to its payload, encrypted for ``target``; it still has to be signed."""
    sealed = _seal(write_entries(entries), originator, target, counter, keys)
    parameters: FieldValue = {
        "transaction-id": {"flag": int(Purpose.ENCRYPTION), "counter": counter},
        "originator": originator,
        "recipient": target,
    }
    return build_alert(
        originator=originator,
        target=target,
        counter=counter,
        message_code=_ESME,
        code=BILLING_DATA_LOG_UPDATED,
        time=time,
        fields={"protection": ({"parameters": parameters},), "protected-attributes": sealed},
    )


def build_gsme_billing(
    snapshot: PublishSnapshot,
    *,
    originator: Eui64,
    target: Eui64,
    counter: int,
    time: AlertTime,
    keys: KeyStore,
) -> bytes:
    """Return a GSME's billing alert up to its payload, encrypted for ``target``; it still has to be signed."""
    component: dict[str, FieldValue] = {
        "cluster": _METERING,
        "additional-frame-counter": 0,
        "frame-control": _FROM_SERVER,
        "sequence": 0,
        "command": _PUBLISH_SNAPSHOT,
    }
    return build_alert(
        originator=originator,
        target=target,
        counter=counter,
        message_code=_GSME,
        code=BILLING_DATA_LOG_UPDATED,
        time=time,
        fields=component | dict(_seal(snapshot.encode(), originator, target, counter, keys)),
    )


def _seal(plaintext: bytes, originator: Eui64, target: Eui64, counter: int, keys: KeyStore) -> dict[str, FieldValue]:
    agreed = agreed_between(keys, originator, target)
    if agreed is None:
        raise InternalError(f"no agreement keys of {originator} and {target}")
    key = derive_key(agreed, Purpose.ENCRYPTION, originator, counter, target)
    sealed = SEALED.read("body", encrypt(plaintext, key, originator), 0, "E42").value
    return dict(named(sealed, ("ciphertext", "tag")))


def open_body(message: Message, keys: KeyStore) -> bytes | None:
    """Return the plaintext of an alert's encrypted body, or ``None`` where a key it needs is not known.

    Raises :class:`GbcsError`: E42 where the alert has no encrypted body or its tag does not match, and whatever
    :func:`~harness.wire.gbcs.alerts.decode_alert` raises.
    """
    sealed = next((part for part in _walk(decode_alert(message).tree) if part.name == "security-control"), None)
    if sealed is None:
        raise GbcsError("E42", message.payload_offset, "no encrypted body in this alert", expected="message code 0x0061 or 0x008B")
    key = body_key(message, keys)
    if key is None:
        return None
    start = sealed.offset - message.payload_offset  # in both layouts the encrypted body ends the payload
    return decrypt(message.payload[start:], key, message.originator, offset=sealed.offset)


def _walk(parts: Sequence[Field]) -> Iterator[Field]:
    for part in parts:
        yield part
        yield from _walk(part.parts)
