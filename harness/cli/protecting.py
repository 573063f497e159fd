"""New signatures and MACs for messages that were changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.crypto import BETWEEN_DEVICES, agreed_between, derive_key, gmac, sign
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.json_place import DocumentError
from harness.wire.gbcs.message import Cra, Message
from harness.wire.gbcs.payloads import decode_payload
from harness.wire.gbcs.sealing import open_bodies

if TYPE_CHECKING:
    from harness.cli.key_option import Keys

__all__ = ["protected"]


def protected(message: Message, keys: Keys, path: str) -> Message:
    """Return the message with a new signature and MAC, where it has them.

    Raises :class:`DocumentError` where a private key is missing, or where an encrypted body belongs to another header: such a body was made
    for one originator, counter and recipient.
    """
    _check_bodies(message, keys, path)
    if message.signature:
        key = keys.store.signing_private(message.originator)
        if key is None:
            raise DocumentError(f"{path}.signature", f"no private signing key of {message.originator}", expected="one in the folder")
        message = _with(message, sign(message.unsigned(), key), message.mac)
    return message if message.mac is None else _with(message, message.signature, _mac(message, keys, path))


def _mac(message: Message, keys: Keys, path: str) -> bytes:
    by_broker = message.cra == Cra.COMMAND and message.message_code not in BETWEEN_DEVICES
    maker = keys.broker if by_broker else message.originator
    if maker is None:
        raise DocumentError(f"{path}.mac", "the Access Control Broker, who makes it, is not known", expected="--broker")
    agreed = agreed_between(keys.store, maker, message.target)
    if agreed is None:
        what = f"no private key agreement key of {maker} or {message.target}, with the other's certificate"
        raise DocumentError(f"{path}.mac", what, expected="both in the folder")
    key = derive_key(agreed, message.cra, message.originator, message.counter, message.target)
    return gmac(message.signed(), key, message.originator)


def _check_bodies(message: Message, keys: Keys, path: str) -> None:
    try:
        open_bodies(message, decode_payload(message), keys.store)
    except GbcsError as error:
        if error.rule == "E42":
            what = f"an encrypted body does not open under this header: {error}"
            raise DocumentError(f"{path}.payload", what, expected="the originator, counter and target that it was encrypted for") from None


def _with(message: Message, signature: bytes | None, mac: bytes | None) -> Message:
    """Return the same message with other protection."""
    return Message(
        cra=message.cra,
        counter=message.counter,
        originator=message.originator,
        target=message.target,
        message_code=message.message_code,
        payload=message.payload,
        date_time=message.date_time,
        supplementary=message.supplementary,
        signature=signature,
        mac=mac,
    )
