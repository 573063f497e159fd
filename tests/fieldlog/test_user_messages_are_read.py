"""Logs of a service user's adapter: device alerts among other messages, with what the DCC says of them."""

from __future__ import annotations

from io import BytesIO

from field_logs import DEVICES, PARTIES, START, alert

from harness.fieldlog.entry import Entry, Missing
from harness.fieldlog.log import Log
from harness.fieldlog.user_messages import read_user_messages
from harness.vocab.time import SECOND
from harness.wire.duis import DccAlert, DeviceAlert, Header, RequestId, Throttled, write_dcc_alert, write_device_alert


def header(counter: int, at: int | None) -> Header:
    response = RequestId(originator=DEVICES[0], target=PARTIES[0], counter=counter)
    return Header(response_id=response, response_time=None if at is None else START.seconds * SECOND + at)


def device_alert(counter: int, at: int | None, **more) -> bytes:
    return write_device_alert(DeviceAlert(header=header(counter, at), alert_code=0x8002, payload=alert(counter), **more))


def test_device_alerts_come_with_the_time_at_which_they_were_sent():
    xml = b"\n".join(device_alert(counter, counter * SECOND + 5_000_000) for counter in (1, 2))
    found = list(Log([BytesIO(xml)]))
    assert [(item.at, item.octets) for item in found] == [(START.seconds * SECOND + n * SECOND + 5_000_000, alert(n)) for n in (1, 2)]
    assert [item.line for item in found] == sorted(item.line for item in found)


def test_alerts_of_the_dcc_and_other_messages_are_named_and_nothing_is_lost_with_them():
    other = device_alert(1, SECOND).replace(b"DeviceAlertMessage", b"ResponseMessage")
    xml = b"\n".join((device_alert(1, 0), write_dcc_alert(DccAlert(header=header(2, SECOND), code="N24")), other))
    first, dcc, response = read_user_messages(BytesIO(xml))
    assert isinstance(first, Entry)
    assert [(item.lost, item.reason) for item in (dcc, response)] == [
        (0, "an alert of the DCC, in which there is no GBCS message"),
        (0, "no alert"),
    ]
    assert dcc.at == START.seconds * SECOND + SECOND


def test_what_storm_protection_held_back_is_told():
    xml = device_alert(1, SECOND, throttled=Throttled(sequence=3, count=20))
    note, entry = read_user_messages(BytesIO(xml))
    assert "held back" in note.reason
    assert note.reason.endswith("20")
    assert isinstance(entry, Entry)


def test_an_alert_without_a_time_and_a_damaged_message_cost_themselves():
    damaged = device_alert(3, SECOND).replace(b"GBCSPayload>", b"GBCSPayload<", 1)
    xml = b"\n".join((device_alert(1, 0), device_alert(2, None), damaged, device_alert(4, 2 * SECOND)))
    found = list(read_user_messages(BytesIO(xml), 2))
    assert [item.octets for item in found if isinstance(item, Entry)] == [alert(1), alert(4)]
    missing = [item for item in found if isinstance(item, Missing)]
    assert {(item.file, item.lost) for item in missing} == {(2, 1)}
    assert missing[0].reason == "an alert without the time at which it was sent"
    assert all("no DUIS message that could be read" in item.reason for item in missing[1:])


def test_lines_and_xml_may_follow_each_other():
    lines = f"2030-01-07T00:00:00Z {alert(1).hex()}\n".encode()
    found = list(Log([BytesIO(lines), BytesIO(b"\xef\xbb\xbf  " + device_alert(2, SECOND))]))
    assert [(item.file, item.octets) for item in found] == [(1, alert(1)), (2, alert(2))]


def test_xml_is_read_once_and_gives_the_same_again():
    stream = BytesIO(
        b"\n".join((device_alert(1, 0), write_dcc_alert(DccAlert(header=header(2, SECOND), code="N24")), device_alert(3, SECOND)))
    )
    log = Log([stream])
    half = iter(log)
    next(half)
    first = list(log)
    stream.truncate(0)
    assert [type(item) for item in first] == [Entry, Missing, Entry]
    assert list(log) == list(log) == first
