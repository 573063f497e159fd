"""Commands of the clusters that the simulator speaks itself, as values, beside those that GBCS messages carry.

Where a layout was read off Wireshark 4.0.17 the tests show it; the source marks are in :mod:`harness.wire.zigbee.clusters`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = [
    "TERMINATE_STATUSES",
    "AckTransferData",
    "ConfigureMirror",
    "ConfirmKeyData",
    "EphemeralData",
    "FileId",
    "GetNotifiedMessage",
    "GetSupportedTunnelProtocols",
    "GetSuspendZclMessagesStatus",
    "ImageBlock",
    "ImageBlockRequest",
    "ImageBlockResponse",
    "ImageNotify",
    "ImageOffer",
    "ImagePageRequest",
    "InitiateKeyEstablishment",
    "MirrorRemoved",
    "MirrorReportAttributeResponse",
    "PublishEvent",
    "QueryNextImageRequest",
    "QueryNextImageResponse",
    "ReadyData",
    "RemoveMirror",
    "RequestFastPollMode",
    "RequestFastPollModeResponse",
    "RequestMirror",
    "RequestMirrorResponse",
    "SeCommand",
    "SupportedTunnelProtocols",
    "SuspendZclMessages",
    "TerminateKeyEstablishment",
    "TransferDataError",
    "TunnelClosureNotification",
    "TunnelProtocol",
    "UpgradeEndRequest",
    "UpgradeEndResponse",
    "WaitForData",
]

TERMINATE_STATUSES = {
    1: "unknown issuer",
    2: "bad key confirm",
    3: "bad message",
    4: "no resources",
    5: "unsupported suite",
    6: "invalid certificate",
}
"""Why a key establishment ends (Wireshark 4.0.17's table)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateKeyEstablishment:
    """Either end shows its certificate and says how long it needs; the same in request and response."""

    suites: int
    """1 is suite 1, 2 is suite 2 (sect283k1), which GB uses."""
    ephemeral_seconds: int
    confirm_seconds: int
    certificate: bytes
    """48 octets in suite 1, 74 in suite 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EphemeralData:
    """Either end tells its ephemeral public key: 22 octets in suite 1, 37 in suite 2."""

    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmKeyData:
    """Either end shows that it has come to the same key."""

    mac: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateKeyEstablishment:
    """Either end gives up."""

    status: int
    """One of :data:`TERMINATE_STATUSES`."""
    wait_seconds: int
    suites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDataError:
    """The receiver of a transfer could not take it."""

    tunnel: int
    status: int
    """0 no such tunnel, 1 another device's, 2 too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AckTransferData:
    """The receiver of a transfer took it, with flow control on."""

    tunnel: int
    octets_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyData:
    """The receiver can take more, with flow control on."""

    tunnel: int
    octets_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GetSupportedTunnelProtocols:
    """Ask which protocols tunnels can carry."""

    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelProtocol:
    """A protocol that tunnels can carry."""

    manufacturer: int
    protocol: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportedTunnelProtocols:
    """Which protocols tunnels can carry."""

    complete: int
    protocols: tuple[TunnelProtocol, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelClosureNotification:
    """A server has closed a tunnel by itself: it was silent for too long."""

    tunnel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMirror:
    """A sleepy meter asks for a place where it is mirrored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMirror:
    """A sleepy meter gives its mirror up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMirrorResponse:
    """The endpoint of a mirror; FFFF where there is none."""

    endpoint: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorRemoved:
    """The endpoint at which a mirror was."""

    endpoint: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureMirror:
    """A sleepy meter tells how often it reports, and how it wants to hear of waiting messages."""

    issuer_event: int
    interval_seconds: int
    notifies: int
    scheme: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorReportAttributeResponse:
    """The mirror answers a report with its notification flags: what waits for the meter."""

    scheme: int
    flags: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetNotifiedMessage:
    """A sleepy meter fetches what a notification flag told of."""

    scheme: int
    flag_attribute: int
    flags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFastPollMode:
    """Ask a meter to tell its readings more often."""

    quarter_seconds: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFastPollModeResponse:
    """How often a meter tells its readings, and until when."""

    quarter_seconds: int
    until: int
    """Seconds since 2000-01-01T00:00:00Z."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEvent:
    """A device tells of one event as it happens."""

    log: int
    """Log id in bits 0-3."""
    event: int
    time: int
    """Seconds since 2000-01-01T00:00:00Z."""
    control: int
    """Bit 0 report to the HAN, bit 1 report to the WAN."""
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendZclMessages:
    """A hub whose duty cycle runs out asks a sub-GHz device to be silent."""

    minutes: int | None = None
    """0 ends the silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetSuspendZclMessagesStatus:
    """A sub-GHz device asks whether it is to be silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileId:
    """Which firmware file."""

    manufacturer: int
    image: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageNotify:
    """A server tells that there is a new image; which members are there, ``kind`` tells: 0 none, up to 3 all."""

    kind: int
    jitter: int
    """1 to 100: of so many devices in a hundred, the receiver may be one."""
    manufacturer: int | None = None
    image: int | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryNextImageRequest:
    """A device asks for a newer image."""

    file: FileId
    hardware: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOffer:
    """An image and its size."""

    file: FileId
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryNextImageResponse:
    """The image a device may fetch; none where the status is not 0 (98 says that there is none)."""

    status: int
    offer: ImageOffer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBlockRequest:
    """A device asks for a piece of an image."""

    file: FileId
    offset: int
    most_octets: int
    node: Eui64 | None = None
    least_milliseconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePageRequest:
    """A device asks for a run of pieces of an image."""

    file: FileId
    offset: int
    most_octets: int
    page_octets: int
    spacing_milliseconds: int
    node: Eui64 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBlock:
    """A piece of an image."""

    file: FileId
    offset: int
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForData:
    """When to ask again."""

    now: int
    ask_at: int
    least_milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBlockResponse:
    """A piece of an image (status 0), a time to ask again (97), or neither (95, abort)."""

    status: int
    content: ImageBlock | WaitForData | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeEndRequest:
    """A device has all of an image, or will not have it."""

    status: int
    file: FileId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeEndResponse:
    """When to run an image."""

    file: FileId
    now: int
    upgrade_at: int
    """FFFFFFFF: wait to be told."""


SeCommand = (
    InitiateKeyEstablishment
    | EphemeralData
    | ConfirmKeyData
    | TerminateKeyEstablishment
    | TransferDataError
    | AckTransferData
    | ReadyData
    | GetSupportedTunnelProtocols
    | SupportedTunnelProtocols
    | TunnelClosureNotification
    | RequestMirror
    | RemoveMirror
    | RequestMirrorResponse
    | MirrorRemoved
    | ConfigureMirror
    | MirrorReportAttributeResponse
    | GetNotifiedMessage
    | RequestFastPollMode
    | RequestFastPollModeResponse
    | PublishEvent
    | SuspendZclMessages
    | GetSuspendZclMessagesStatus
    | ImageNotify
    | QueryNextImageRequest
    | QueryNextImageResponse
    | ImageBlockRequest
    | ImagePageRequest
    | ImageBlockResponse
    | UpgradeEndRequest
    | UpgradeEndResponse
)
