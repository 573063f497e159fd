"""How whoever is named on the way into a journal appears there: under pseudonyms, or, where all of it is simulated, as he is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from harness.errors import WireError
from harness.masking.alerts import masked
from harness.masking.frames import masked_frame
from harness.masking.messages import masked_message
from harness.vocab.identity import Eui64
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from harness.fieldlog.pseudonyms import Pseudonyms

__all__ = ["AsTheyAre", "Masks", "UnderKey"]

Ends = tuple[Eui64, Eui64]


class Masks(Protocol):
    """Gives what is written in place of what was seen."""

    def alert(self, octets: bytes) -> tuple[Eui64, Eui64, bytes]:
        """Return originator, target and octets of an alert; raises :class:`GbcsError` where it is none that can be read."""
        ...

    def message(self, octets: bytes) -> bytes:
        """Return the octets of any message, or of what is none."""
        ...

    def frame(self, cluster: str, octets: bytes) -> bytes:
        """Return the octets of a ZCL frame."""
        ...

    def name(self, device: str) -> Eui64:
        """Return the EUI-64 that stands for one."""
        ...


class UnderKey:
    """Pseudonyms under the secret key of whoever keeps the log."""

    __slots__ = ("_pseudonyms",)

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        """Use these pseudonyms."""
        self._pseudonyms = pseudonyms

    def alert(self, octets: bytes) -> tuple[Eui64, Eui64, bytes]:
        """Mask an alert."""
        return masked(octets, self._pseudonyms)

    def message(self, octets: bytes) -> bytes:
        """Mask any message."""
        return masked_message(octets, self._pseudonyms)

    def frame(self, cluster: str, octets: bytes) -> bytes:
        """Mask a ZCL frame."""
        return masked_frame(cluster, octets, self._pseudonyms)

    def name(self, device: str) -> Eui64:
        """Mask a device or party."""
        return Eui64(self._pseudonyms.eui64(bytes.fromhex(device)).hex())


class AsTheyAre:
    """Nothing is masked: what is simulated names nobody, and its traces are masked as those of any simulated trial."""

    def alert(self, octets: bytes) -> tuple[Eui64, Eui64, bytes]:
        """Return the alert as it is."""
        alert = read_alert(octets)
        return alert.originator, alert.target, octets

    def message(self, octets: bytes) -> bytes:
        """Return the message as it is."""
        return octets

    def frame(self, cluster: str, octets: bytes) -> bytes:
        """Return the frame as it is."""
        del cluster
        return octets

    def name(self, device: str) -> Eui64:
        """Return the name as it is."""
        return Eui64(device)


def ends_of(octets: bytes) -> Ends | None:
    """Return originator and target of a message; ``None`` where it is none."""
    try:
        message = decode_message(octets)
    except WireError:
        return None
    return message.originator, message.target
