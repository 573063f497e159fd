"""tshark reads the same outer layers in our alerts and in the reference alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.alerts import decode_alert, read_alert
from harness.wire.gbcs.message import Message, Profile
from harness.wire.gbcs.outer import decode_message
from harness.wire.tunnelling import (
    Bare,
    CloseTunnel,
    Put,
    RequestTunnel,
    RequestTunnelResponse,
    TransferData,
    TunnelFrame,
    write_data,
    write_frame,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Dissected = Callable[..., list[list[str]]]

HEADER = "gbcs_message.grouping_header."
OUTER = [HEADER + name for name in ("cra_flag", "originator_counter", "business_originator_id", "business_target_id", "message_code")]


def check_outer(messages: Sequence[bytes], dissected: Dissected) -> None:
    rows = dissected(messages, *OUTER, "_ws.malformed")
    assert len(rows) == len(messages)
    for octets, (cra, counter, originator, target, code, malformed) in zip(messages, rows, strict=True):
        message = decode_message(octets)
        assert malformed == ""
        assert int(cra, 0) == message.cra == 3
        assert int(counter) == message.counter
        assert (originator.replace(":", ""), target.replace(":", "")) == (message.originator, message.target)
        assert int(code, 0) == message.message_code


def test_tshark_reads_the_outer_layers_of_our_alerts_as_we_do(our_alerts: dict[str, bytes], dissected: Dissected) -> None:
    check_outer(list(our_alerts.values()), dissected)


def test_tshark_reads_the_outer_layers_of_reference_alerts_as_we_do(
    reference_alerts: list[tuple[str, bytes, Message]], dissected: Dissected
) -> None:
    check_outer([octets for _, octets, _ in reference_alerts], dissected)


def test_tshark_reads_gbz_alerts_as_we_do(our_alerts: dict[str, bytes], dissected: Dissected) -> None:
    chosen = [octets for octets in our_alerts.values() if decode_message(octets).profile is Profile.GBZ]
    names = ("alert_code", "components", "integrity_issue_warning", "firmware_hash", "message_code", "originator_counter")
    rows = dissected(chosen, *(f"gbcs_gbz.{name}" for name in names))
    for octets, (code, components, reason, digest, message_code, counter) in zip(chosen, rows, strict=True):
        payload = decode_alert(decode_message(octets))
        assert int(code, 0) == payload.code
        assert int(components, 0) == (1 if payload.body else 0)
        told = {
            "reason": int(reason, 0) if reason else None,
            "image-hash": bytes.fromhex(digest.replace(":", "")) if digest else None,
            "message-code": int(message_code, 0) if message_code else None,
            "originator-counter": int(counter) if counter else None,
        }
        assert told == {name: payload.fields.get(name) for name in told}


def test_tshark_reads_frames_of_the_tunneling_cluster_as_we_do(on_air: Dissected) -> None:
    commands = (
        RequestTunnel(most_octets=1400),
        RequestTunnelResponse(tunnel=0x1234, status=2),
        CloseTunnel(tunnel=0x0102),
        TransferData(tunnel=0x0304, data=b"\x01"),
        TransferData(tunnel=0x0304, data=b"\x02\x00", from_server=True),
    )
    frames = [write_frame(TunnelFrame(sequence=7, command=command, default_response=True)) for command in commands]
    names = ("cmd.srv_rx.id", "cmd.srv_tx.id", "protocol_id", "manufacturer_code", "max_in_transfer_size", "tunnel_id", "transfer_status")
    rows = on_air(frames, *(f"zbee_zcl_se.tun.{name}" for name in names), "_ws.malformed")
    assert [[value and str(int(value, 0)) for value in row] for row in rows] == [
        ["0", "", "6", "65535", "1400", "", "", ""],
        ["", "0", "", "", "1500", "4660", "2", ""],
        ["1", "", "", "", "", "258", "", ""],
        ["2", "", "", "", "", "772", "", ""],
        ["", "1", "", "", "", "772", "", ""],
    ]


def test_tshark_finds_our_alert_in_a_tunnel_on_the_air(our_alerts: dict[str, bytes], on_air: Dissected) -> None:
    alert = read_alert(our_alerts["integrity-gbz"])
    frames = [
        write_frame(TunnelFrame(sequence=9, command=TransferData(tunnel=5, data=write_data(data)), default_response=True))
        for data in (Put(alert.octets), Bare(alert.octets))
    ]
    rows = on_air(frames, HEADER + "message_code", HEADER + "originator_counter", "gbcs_gbz.alert_code")
    told = [f"0x{alert.message_code:04x}", str(alert.counter), f"0x{alert.code:04x}"]
    assert rows == [told, told]
