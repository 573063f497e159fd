"""Frames of the Tunneling cluster and the data in a tunnel, both ways; tshark is the second reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import WireError
from harness.wire.tunnelling import (
    Bare,
    CloseTunnel,
    Get,
    GetResponse,
    OtherCommand,
    Put,
    RequestTunnel,
    RequestTunnelResponse,
    TransferData,
    TunnelData,
    TunnelFrame,
    read_data,
    read_frame,
    write_data,
    write_frame,
)

if TYPE_CHECKING:
    pass

KNOWN = [
    ("01010006ffff00dc05", TunnelFrame(sequence=1, command=RequestTunnel(), default_response=True)),
    ("190100000000dc05", TunnelFrame(sequence=1, command=RequestTunnelResponse(tunnel=0), default_response=False)),
    ("1902000000 01dc05", TunnelFrame(sequence=2, command=RequestTunnelResponse(tunnel=0, status=1), default_response=False)),
    ("0103010500", TunnelFrame(sequence=3, command=CloseTunnel(tunnel=5), default_response=True)),
    ("0102020000 01", TunnelFrame(sequence=2, command=TransferData(tunnel=0, data=b"\x01"), default_response=True)),
    (
        "1903010000 0200dd",
        TunnelFrame(sequence=3, command=TransferData(tunnel=0, data=b"\x02\x00\xdd", from_server=True), default_response=False),
    ),
    ("01070600", TunnelFrame(sequence=7, command=OtherCommand(command=6, payload=b"\x00"), default_response=True)),
    (
        "18080b0081",
        TunnelFrame(
            sequence=8,
            command=OtherCommand(command=0x0B, payload=b"\x00\x81", from_server=True, profile_wide=True),
            default_response=False,
        ),
    ),
]


@pytest.mark.parametrize(("octets", "frame"), KNOWN)
def test_known_frames_are_read_and_written(octets: str, frame: TunnelFrame) -> None:
    assert read_frame(bytes.fromhex(octets)) == frame
    assert write_frame(frame) == bytes.fromhex(octets)


def test_only_status_0_grants_a_tunnel() -> None:
    assert RequestTunnelResponse(tunnel=1).granted
    assert not RequestTunnelResponse(tunnel=1, status=2).granted


@pytest.mark.parametrize(
    ("octets", "where"),
    [("", 0), ("0101", 2), ("05010006ffff00dc05", 0), ("02010006ffff00dc05", 0), ("01010006", 3), ("0101010000ff", 3), ("01010200", 3)],
)
def test_a_frame_that_does_not_hold_is_refused_with_its_place(octets: str, where: int) -> None:
    with pytest.raises(WireError) as caught:
        read_frame(bytes.fromhex(octets))
    assert caught.value.where == f"octet {where}"
    assert caught.value.expected


def refusal(octets: bytes) -> WireError | None:
    """Return why octets are no frame, or ``None`` after checking that they are written again as they were."""
    try:
        frame = read_frame(octets)
    except WireError as error:
        return error
    assert write_frame(frame) == octets
    return None


@given(st.sampled_from([0x00, 0x01, 0x08, 0x09, 0x10, 0x11, 0x18, 0x19]), st.binary(max_size=20))
def test_any_octets_are_a_frame_or_an_error(control: int, octets: bytes) -> None:
    refusal(bytes((control,)) + octets)
    refusal(octets)


@pytest.mark.parametrize(
    ("octets", "data"),
    [
        ("01", Get()),
        ("0203", GetResponse(3, b"")),
        ("0200dd01", GetResponse(0, b"\xdd\x01")),
        ("03df09", Put(b"\xdf\x09")),
        ("dd00", Bare(b"\xdd\x00")),
        ("df09", Bare(b"\xdf\x09")),
    ],
)
def test_the_four_forms_of_tunnel_data_are_told_apart(octets: str, data: TunnelData) -> None:
    assert read_data(bytes.fromhex(octets)) == data
    assert write_data(data) == bytes.fromhex(octets)


@pytest.mark.parametrize("octets", ["", "0100", "02", "03", "04dd", "00"])
def test_data_of_no_known_form_is_refused(octets: str) -> None:
    with pytest.raises(WireError, match="not the data of a GBCS tunnel"):
        read_data(bytes.fromhex(octets))
