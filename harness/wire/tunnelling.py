"""ZCL frames of the Tunneling cluster, and what devices put into a tunnel: GBCS messages on the HAN.

A frame is frame control, sequence number, command id and payload; all its integers are little-endian::

    c2s 00 RequestTunnel           protocol 06, manufacturer FFFF, flow control 00, most octets DC05 (1500)
    s2c 00 RequestTunnelResponse   tunnel, status, most octets
    c2s 01 CloseTunnel             tunnel
    c2s 02, s2c 01 TransferData    tunnel, data

The data of a TransferData is told by its first octet: 01 GET, 02 GET-RESPONSE (messages still waiting, then a message or
nothing), 03 PUT (a message), DD or DF a message as it is. Mains-powered devices send messages as they are; the GSME, which
sleeps, gets and puts. Reading then writing is the identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from harness.errors import WireError

__all__ = [
    "CLUSTER",
    "STATUSES",
    "Bare",
    "CloseTunnel",
    "Get",
    "GetResponse",
    "OtherCommand",
    "Put",
    "RequestTunnel",
    "RequestTunnelResponse",
    "TransferData",
    "TunnelCommand",
    "TunnelData",
    "TunnelFrame",
    "read_data",
    "read_frame",
    "write_data",
    "write_frame",
]

CLUSTER = "0x0704"
"""The Tunneling cluster as journals spell it."""
GBCS_PROTOCOL = 0x06
"""GB-HRGP, the protocol id of GBCS in a tunnel."""
NO_MANUFACTURER = 0xFFFF
MOST_OCTETS = 1500
STATUSES = {0: "success", 1: "busy", 2: "no more tunnel ids", 3: "protocol not supported", 4: "flow control not supported"}

_HEADER = 3
_CLUSTER_SPECIFIC, _MANUFACTURER_SPECIFIC, _FROM_SERVER, _NO_DEFAULT_RESPONSE = 0x01, 0x04, 0x08, 0x10
_KNOWN_BITS = _CLUSTER_SPECIFIC | _FROM_SERVER | _NO_DEFAULT_RESPONSE
_REQUEST = Struct("<BHBH")
_RESPONSE = Struct("<HBH")
_TUNNEL = Struct("<H")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTunnel:
    """A client asks for a tunnel."""

    protocol: int = GBCS_PROTOCOL
    manufacturer: int = NO_MANUFACTURER
    flow_control: int = 0
    most_octets: int = MOST_OCTETS
    """Most octets of one transfer that the client can take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTunnelResponse:
    """A server grants a tunnel or refuses it."""

    tunnel: int
    status: int = 0
    """One of :data:`STATUSES`."""
    most_octets: int = MOST_OCTETS

    @property
    def granted(self) -> bool:
        """Whether the tunnel is open now."""
        return self.status == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTunnel:
    """A client closes a tunnel."""

    tunnel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferData:
    """Either end sends octets through a tunnel."""

    tunnel: int
    data: bytes
    from_server: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCommand:
    """A command that is not taken apart here, kept as octets: profile-wide, or another of the cluster's own."""

    command: int
    payload: bytes
    from_server: bool = False
    profile_wide: bool = False


TunnelCommand = RequestTunnel | RequestTunnelResponse | CloseTunnel | TransferData | OtherCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelFrame:
    """One ZCL frame of the Tunneling cluster."""

    sequence: int
    command: TunnelCommand
    default_response: bool
    """Whether the sender wants a default response; servers as seen do not, clients do."""


@dataclass(frozen=True, slots=True)
class Bare:
    """A GBCS message as it is: how mains-powered devices are spoken to."""

    message: bytes


@dataclass(frozen=True, slots=True)
class Get:
    """The GSME asks for a message that waits."""


@dataclass(frozen=True, slots=True)
class GetResponse:
    """The CHF answers a GET."""

    waiting: int
    """Messages that still wait after this one."""
    message: bytes
    """Empty where nothing waited."""


@dataclass(frozen=True, slots=True)
class Put:
    """The GSME sends a message."""

    message: bytes


TunnelData = Bare | Get | GetResponse | Put


def read_frame(octets: bytes) -> TunnelFrame:
    """Read one frame; raises :class:`WireError` naming the octet. An unknown command is kept as octets."""
    if len(octets) < _HEADER:
        raise WireError("a ZCL frame breaks off", where=f"octet {len(octets)}", expected="frame control, sequence number and command id")
    control, sequence, command = octets[:_HEADER]
    if control & ~_KNOWN_BITS:
        raise WireError(f"frame control {control:02x}", where="octet 0", expected="a frame of the cluster or profile, of no manufacturer")
    from_server = bool(control & _FROM_SERVER)
    found = None
    if control & _CLUSTER_SPECIFIC:
        found = _from_server(command, octets[_HEADER:]) if from_server else _from_client(command, octets[_HEADER:])
    if found is None:
        profile_wide = not control & _CLUSTER_SPECIFIC
        found = OtherCommand(command=command, payload=octets[_HEADER:], from_server=from_server, profile_wide=profile_wide)
    return TunnelFrame(sequence=sequence, command=found, default_response=not control & _NO_DEFAULT_RESPONSE)


def _from_client(command: int, payload: bytes) -> TunnelCommand | None:
    if command == 0x00:
        protocol, manufacturer, flow_control, most = _unpack(_REQUEST, payload)
        return RequestTunnel(protocol=protocol, manufacturer=manufacturer, flow_control=flow_control, most_octets=most)
    if command == 0x01:
        return CloseTunnel(tunnel=_unpack(_TUNNEL, payload)[0])
    return _transfer(payload, from_server=False) if command == 0x02 else None


def _from_server(command: int, payload: bytes) -> TunnelCommand | None:
    if command == 0x00:
        tunnel, status, most = _unpack(_RESPONSE, payload)
        return RequestTunnelResponse(tunnel=tunnel, status=status, most_octets=most)
    return _transfer(payload, from_server=True) if command == 0x01 else None


def _transfer(payload: bytes, *, from_server: bool) -> TransferData:
    tunnel = _unpack(_TUNNEL, payload[: _TUNNEL.size])[0]
    return TransferData(tunnel=tunnel, data=payload[_TUNNEL.size :], from_server=from_server)


def _unpack(layout: Struct, payload: bytes) -> tuple[int, ...]:
    if len(payload) != layout.size:
        raise WireError(f"a payload of {len(payload)} octets", where=f"octet {_HEADER}", expected=f"{layout.size} octets")
    return layout.unpack(payload)


def write_frame(frame: TunnelFrame) -> bytes:
    """Write one frame; ``struct.error`` or ``ValueError`` where a value does not fit its field."""
    command, payload, from_server = _command_octets(frame.command)
    control = _FROM_SERVER if from_server else 0
    if not (isinstance(frame.command, OtherCommand) and frame.command.profile_wide):
        control |= _CLUSTER_SPECIFIC
    if not frame.default_response:
        control |= _NO_DEFAULT_RESPONSE
    return bytes((control, frame.sequence, command)) + payload


def _command_octets(command: TunnelCommand) -> tuple[int, bytes, bool]:
    """Return command id, payload, and whether a server sends it."""
    match command:
        case RequestTunnel():
            fields = command.protocol, command.manufacturer, command.flow_control, command.most_octets
            return 0x00, _REQUEST.pack(*fields), False
        case RequestTunnelResponse():
            return 0x00, _RESPONSE.pack(command.tunnel, command.status, command.most_octets), True
        case CloseTunnel():
            return 0x01, _TUNNEL.pack(command.tunnel), False
        case TransferData():
            return 0x01 if command.from_server else 0x02, _TUNNEL.pack(command.tunnel) + command.data, command.from_server
        case OtherCommand():
            return command.command, command.payload, command.from_server


def read_data(data: bytes) -> TunnelData:
    """Tell what the data of a TransferData is; raises :class:`WireError` where it is none of the four forms."""
    match data[:1]:
        case b"\x01" if len(data) == 1:
            return Get()
        case b"\x02" if len(data) >= 2:
            return GetResponse(data[1], data[2:])
        case b"\x03" if len(data) >= 2:
            return Put(data[1:])
        case b"\xdd" | b"\xdf":
            return Bare(data)
    expected = "01, 02 with a count, 03 with a message, or a message starting DD or DF"
    raise WireError(f"not the data of a GBCS tunnel, found {data[:4].hex() or 'nothing'}", where="octet 0", expected=expected)


def write_data(data: TunnelData) -> bytes:
    """Write the data of a TransferData."""
    match data:
        case Get():
            return b"\x01"
        case GetResponse():
            return bytes((2, data.waiting)) + data.message
        case Put():
            return b"\x03" + data.message
        case Bare():
            return data.message
