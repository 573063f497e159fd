"""DUIS messages as values: read as public material shows them, written in one way, and the same value again when read."""

from __future__ import annotations

import os
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vocab.identity import Eui64
from harness.wire.duis import (
    DccAlert,
    DeviceAlert,
    DuisError,
    DuisProblem,
    Element,
    FutureDated,
    Header,
    OtherMessage,
    RequestId,
    Throttled,
    Unrecognised,
    read_messages,
    write_dcc_alert,
    write_device_alert,
)
from harness.wire.duis.dcc_alerts import dcc_alert_codes, dcc_alert_facts, dcc_alert_told
from harness.wire.duis.times import instant_text, parse_instant
from harness.wire.gbcs.alerts import read_alert

if TYPE_CHECKING:
    from pathlib import Path

METER, SUPPLIER = Eui64("02a5e70000000001"), Eui64("02a5e70000000100")
IDENTITY = RequestId(originator=METER, target=SUPPLIER, counter=1_660_751_141_087)
HEADER = Header(response_id=IDENTITY, response_time=946_771_200_790_000_000)
SENT = "2030-01-01T00:00:00.790Z"
START = (
    '<?xml version="1.0" encoding="UTF-8"?><sr:Response xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.1">'
)
HEAD = (
    "<sr:Header><sr:ResponseID>02-A5-E7-00-00-00-00-01:02-A5-E7-00-00-00-01-00:1660751141087</sr:ResponseID>"
    f"<sr:ResponseCode>I0</sr:ResponseCode><sr:ResponseDateTime>{SENT}</sr:ResponseDateTime></sr:Header>"
)


def only(octets: bytes) -> object:
    """Read a log of one message."""
    (message,) = read_messages(BytesIO(octets))
    return message


def in_body(body: str) -> object:
    return only(f"{START}{HEAD}<sr:Body>{body}</sr:Body></sr:Response>".encode())


def test_a_device_alert_is_written_as_public_material_shows_it() -> None:
    alert = DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf\x09\x03", throttled=Throttled(sequence=4, count=17))
    assert write_device_alert(alert).decode() == (
        f"{START}{HEAD}<sr:Body><sr:DeviceAlertMessage><sr:AlertCode>8F20</sr:AlertCode>"
        "<sr:ThrottledAlertSequenceId>4</sr:ThrottledAlertSequenceId><sr:ThrottledAlertCount>17</sr:ThrottledAlertCount>"
        "<sr:GBCSPayload>3wkD</sr:GBCSPayload></sr:DeviceAlertMessage></sr:Body></sr:Response>"
    )
    assert only(write_device_alert(alert)) == alert


def test_a_dcc_alert_is_written_as_public_material_shows_it() -> None:
    request = Element(name="UpdateHANDeviceLogServiceRequestID", text=IDENTITY.text())
    alert = DccAlert(header=HEADER, code="N24", content=(Element(name="UpdateHANDeviceLogResult", children=(request,)),))
    assert write_dcc_alert(alert).decode() == (
        f"{START}{HEAD}<sr:Body><sr:DCCAlertMessage><sr:DCCAlertCode>N24</sr:DCCAlertCode><sr:DCCAlert><sr:UpdateHANDeviceLogResult>"
        f"<sr:UpdateHANDeviceLogServiceRequestID>{IDENTITY.text()}</sr:UpdateHANDeviceLogServiceRequestID>"
        "</sr:UpdateHANDeviceLogResult></sr:DCCAlert></sr:DCCAlertMessage></sr:Body></sr:Response>"
    )
    assert only(write_dcc_alert(alert)) == alert


def test_an_alert_about_a_future_dated_command_is_a_device_alert() -> None:
    command = FutureDated(service_reference="1.1", service_reference_variant="1.1.1", instruction=2, instructions=6)
    alert = DeviceAlert(header=replace(HEADER, request_id=IDENTITY), alert_code=0x8F66, payload=b"\xdf\x09\x03", future_dated=command)
    octets = write_device_alert(alert)
    assert b"<sr:ResponseMessage><sr:ServiceReference>1.1</sr:ServiceReference>" in octets
    assert b"<sr:FutureDatedDeviceAlertMessage><sr:FutureDatedAlertCode>8F66</sr:FutureDatedAlertCode>" in octets
    assert only(octets) == alert


def test_every_alert_of_ours_is_the_same_octets_after_a_round_trip(our_alerts: dict[str, bytes]) -> None:
    log = b"".join(
        write_device_alert(DeviceAlert(header=HEADER, alert_code=read_alert(octets).code, payload=octets)) for octets in our_alerts.values()
    )
    assert [message.payload for message in read_messages(BytesIO(log))] == list(our_alerts.values())


def test_messages_are_the_golden_octets(our_alerts: dict[str, bytes], checkout: Path) -> None:
    """``SMETS_HARNESS_REWRITE_GOLDEN=1`` writes the file anew after a deliberate change."""
    identity = replace(IDENTITY, counter=0x0123456789)
    written = [
        write_device_alert(
            DeviceAlert(
                header=Header(response_id=identity, response_time=946_771_200_000_000_000 + number * 1_000_000),
                alert_code=read_alert(octets).code,
                payload=octets,
                throttled=Throttled(sequence=number, count=number + 1) if number % 5 == 0 else Throttled(),
            )
        )
        for number, octets in enumerate(our_alerts.values())
    ]
    text = b"".join(message + b"\n" for message in written)
    path = checkout / "tests" / "golden" / "duis_device_alerts.xml"
    if os.environ.get("SMETS_HARNESS_REWRITE_GOLDEN") == "1":
        path.write_bytes(text)
    assert path.read_bytes() == text
    assert [message.payload for message in read_messages(BytesIO(text))] == list(our_alerts.values())


# What is read more leniently than it is written


@pytest.mark.parametrize("prefix", ["", "sr:", "ns2:", "größe:"])
def test_a_prefix_is_only_a_name(prefix: str) -> None:
    sent = DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf\x09\x03")
    text = write_device_alert(sent).decode().replace("xmlns:sr", f"xmlns:{prefix[:-1]}" if prefix else "xmlns").replace("sr:", prefix)
    assert only(text.encode()) == sent


def test_a_log_without_the_namespace_says_so() -> None:
    sent = DeviceAlert(header=replace(HEADER, namespace=""), alert_code=0x8F20, payload=b"\xdf\x09\x03")
    octets = write_device_alert(sent)
    assert b"sr:" not in octets
    assert only(octets) == sent


def test_a_message_of_another_namespace_is_none() -> None:
    octets = write_device_alert(DeviceAlert(header=replace(HEADER, namespace="urn:other"), alert_code=1, payload=b"\xdf"))
    problem = only(octets)
    assert isinstance(problem, DuisProblem)
    assert "without a DUIS message" in str(problem.error)


def test_layout_comments_and_instructions_change_nothing() -> None:
    laid_out = f"""{START.replace(" xmlns:sr=", " xmlns:ra='http://www.dccinterface.co.uk/ResponseAndAlert' xmlns:sr=")}
      <!-- from the adapter -->
      {HEAD}<?adapter queue="7"?>
      <sr:Body>
        <sr:DeviceAlertMessage>
          <sr:AlertCode> 8f<!-- of the hub -->20 </sr:AlertCode>
          <sr:GBCSPayload>
            3w
            <![CDATA[kD]]>
          </sr:GBCSPayload>
        </sr:DeviceAlertMessage>
      </sr:Body>
    </sr:Response>"""
    assert only(laid_out.encode()) == DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf\x09\x03")


def test_a_signature_is_skipped_and_said_to_be_there() -> None:
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/><ds:Object><sr:Header/><ds:Signature>'
        "</ds:Signature></ds:Object><ds:SignatureValue>NaXp&#13; bv==</ds:SignatureValue></ds:Signature>"
    )
    alert = DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf\x09\x03")
    plain = write_device_alert(alert).decode()
    assert only(plain.replace("</sr:Body>", f"</sr:Body>{signature}").encode()) == replace(alert, signed=True)
    assert only(plain.replace("<sr:Header>", f"{signature}<sr:Header>").encode()) == replace(alert, signed=True)


def test_a_simulated_message_says_so_whatever_stands_around_it() -> None:
    alert = DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf\x09\x03")
    simulated = write_device_alert(replace(alert, simulated=True))
    assert simulated == write_device_alert(alert).replace(b"</sr:Body>", b"</sr:Body><?simulated by smets-harness?>")
    one, other = read_messages(BytesIO(simulated + write_device_alert(alert)))
    assert (one.simulated, other.simulated) == (True, False)


def test_what_is_not_known_stays_visible_and_costs_nothing() -> None:
    message = in_body(
        "<sr:DeviceAlertMessage><sr:AlertCode>8F20</sr:AlertCode><sr:AlertCode>8F21</sr:AlertCode>"
        '<sr:GBCSPayload>3wkD</sr:GBCSPayload><x:Note xmlns:x="urn:adapter" level="2">kept <sr:Deep>one</sr:Deep></x:Note>'
        "</sr:DeviceAlertMessage><sr:Extra/>"
    )
    assert isinstance(message, DeviceAlert)
    assert message.payload == b"\xdf\x09\x03"
    note = Element(
        name="Note", namespace="urn:adapter", attributes=(("level", "2"),), text="kept", children=(Element(name="Deep", text="one"),)
    )
    assert message.unrecognised == (
        Unrecognised(within="DeviceAlertMessage", element=Element(name="AlertCode", text="8F21")),
        Unrecognised(within="DeviceAlertMessage", element=note),
        Unrecognised(within="Body", element=Element(name="Extra")),
    )
    assert only(write_device_alert(message)) == message


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("ResponseID", "a:b:c", "two EUI-64s"),
        ("ResponseID", f"{IDENTITY.text()}:1", "two EUI-64s"),
        ("ResponseID", IDENTITY.text().replace("1660751141087", str(1 << 64)), "64-bit"),
        ("ResponseDateTime", "yesterday", "time zone"),
        ("ResponseDateTime", SENT[:-1], "time zone"),
        ("ResponseDateTime", SENT.replace("01-01", "02-30"), "calendar"),
        ("ResponseDateTime", SENT.replace("T00", "T24"), "time of day"),
    ],
)
def test_a_header_that_cannot_be_read_does_not_cost_the_octets(name: str, text: str, why: str) -> None:
    field = {"ResponseID": "response_id", "ResponseDateTime": "response_time"}[name]
    sent = DeviceAlert(header=replace(HEADER, **{field: None}), alert_code=0x8F20, payload=b"\xdf\x09\x03")
    read = only(write_device_alert(sent).replace(b"</sr:Header>", f"<sr:{name}>{text}</sr:{name}></sr:Header>".encode()))
    assert isinstance(read, DeviceAlert)
    assert replace(read, unrecognised=()) == sent
    (left,) = read.unrecognised
    assert (left.within, left.element) == ("Header", Element(name=name, text=text))
    assert why in left.why


@pytest.mark.parametrize(
    ("code", "sequence"), [("8F2", "1"), ("8F200", "1"), ("", "1"), ("8F20", "-1"), ("8F20", "1.5"), ("8F20", "1" * 400), ("8F20", "٣")]
)
def test_a_code_or_number_that_cannot_be_read_does_not_cost_the_octets(code: str, sequence: str) -> None:
    message = in_body(
        f"<sr:DeviceAlertMessage><sr:AlertCode>{code}</sr:AlertCode><sr:ThrottledAlertSequenceId>{sequence}</sr:ThrottledAlertSequenceId>"
        "<sr:GBCSPayload>3wkD</sr:GBCSPayload></sr:DeviceAlertMessage>"
    )
    assert isinstance(message, DeviceAlert)
    assert (message.alert_code is None) == (code != "8F20")
    assert (message.throttled.sequence is None) == (sequence != "1")
    assert [left.element.text for left in message.unrecognised] == [code if code != "8F20" else sequence]


@pytest.mark.parametrize(
    ("body", "what", "column"),
    [
        ("<sr:DeviceAlertMessage><sr:AlertCode>8F20</sr:AlertCode></sr:DeviceAlertMessage>", "without GBCSPayload", 9),
        ("<sr:DeviceAlertMessage><sr:GBCSPayload>3wk</sr:GBCSPayload></sr:DeviceAlertMessage>", "not base64", 32),
        ("<sr:DeviceAlertMessage><sr:GBCSPayload>3wk?</sr:GBCSPayload></sr:DeviceAlertMessage>", "not base64", 32),
        ("<sr:DeviceAlertMessage><sr:GBCSPayload>3wk=3wkD</sr:GBCSPayload></sr:DeviceAlertMessage>", "not base64", 32),
        ("<sr:DeviceAlertMessage><sr:GBCSPayload>ü</sr:GBCSPayload></sr:DeviceAlertMessage>", "not base64", 32),
        ("<sr:DeviceAlertMessage><sr:GBCSPayload/></sr:DeviceAlertMessage>", "is empty", 32),
        ("<sr:DCCAlertMessage><sr:DCCAlertCode/></sr:DCCAlertMessage>", "without a code", 9),
        ("<sr:ResponseMessage><sr:GBCSPayload>!</sr:GBCSPayload></sr:ResponseMessage>", "not base64", 29),
    ],
)
def test_a_message_whose_octets_cannot_be_had_is_a_problem_with_its_place(body: str, what: str, column: int) -> None:
    problem = only(f"{START}\n{HEAD}\n<sr:Body>{body}</sr:Body></sr:Response>".encode())
    assert isinstance(problem, DuisProblem)
    assert what in problem.error.what
    assert (problem.line, problem.column) == (1, 39)
    assert (problem.error.line, problem.error.column) == (3, 1 + column)
    assert str(problem.error).startswith(f"line 3, column {1 + column}: ")
    assert problem.error.expected


@pytest.mark.parametrize("lost", ["Header", "Body"])
def test_a_message_needs_header_and_body(lost: str) -> None:
    alert = DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf\x09\x03")
    problem = only(write_device_alert(alert).replace(f"sr:{lost}>".encode(), b"sr:Other>"))
    assert isinstance(problem, DuisProblem)
    assert problem.error.what == f"an element Response without {lost}"


# Messages that are no alerts


def test_a_response_gives_its_octets_and_the_whole_of_its_body() -> None:
    message = in_body(
        "<sr:ResponseMessage><sr:ServiceReference>4.1</sr:ServiceReference><sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant>"
        "<sr:LocalCommand><sr:GBCSPayload>3QAA</sr:GBCSPayload></sr:LocalCommand></sr:ResponseMessage>"
    )
    assert isinstance(message, OtherMessage)
    assert (message.name, message.payloads) == ("ResponseMessage", (b"\xdd\x00\x00",))
    assert [child.name for child in message.body[0].children] == ["ServiceReference", "ServiceReferenceVariant", "LocalCommand"]
    assert message.unrecognised == ()


def test_a_request_is_no_alert_whatever_it_holds() -> None:
    octets = write_device_alert(DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf")).replace(b"sr:Response ", b"sr:Request ")
    message = only(octets.replace(b"/sr:Response>", b"/sr:Request>"))
    assert isinstance(message, OtherMessage)
    assert message.name == "DeviceAlertMessage"


def test_an_acknowledgement_has_no_octets() -> None:
    message = in_body("")
    assert isinstance(message, OtherMessage)
    assert (message.name, message.payloads, message.body) == ("", (), ())


# Writing


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=("Cc", "Cs")), max_size=12).map(
    str.strip
)
NAMES = st.from_regex(r"[A-Za-zé_][A-Za-z0-9._é-]{0,8}", fullmatch=True)
NUMBERS = st.integers(0, (1 << 64) - 1)
IDENTITIES = st.builds(
    RequestId, originator=NUMBERS.map(lambda n: Eui64(f"{n:016x}")), target=NUMBERS.map(lambda n: Eui64(f"{n:016x}")), counter=NUMBERS
)
ELEMENTS = st.recursive(
    st.builds(Element, name=NAMES, text=TEXTS),
    lambda inner: st.builds(
        Element,
        name=NAMES,
        namespace=st.sampled_from(["", "urn:a", 'urn:"b"&<', Header().namespace]),
        attributes=st.dictionaries(
            st.one_of(
                NAMES.filter(lambda name: not name.startswith("xml")),
                NAMES.map("urn:c}}{}".format),
                st.just("http://www.w3.org/XML/1998/namespace}lang"),
            ),
            st.text(
                st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\n\r")
            ),
            max_size=3,
        ).map(lambda found: tuple(sorted(found.items()))),
        text=TEXTS,
        children=st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=6,
)
HEADERS = st.builds(
    Header,
    request_id=st.none() | IDENTITIES,
    response_id=st.none() | IDENTITIES,
    response_code=TEXTS,
    response_time=st.none() | st.integers(-(10**18), 10**20),
    schema_version=TEXTS,
    namespace=st.sampled_from([Header().namespace, ""]),
)
THROTTLED = st.builds(Throttled, sequence=st.none() | NUMBERS, count=st.none() | NUMBERS)
ASIDE = st.lists(st.builds(Unrecognised, within=st.just("Header"), element=ELEMENTS), max_size=2).map(tuple)


@given(HEADERS, st.none() | st.integers(0, 0xFFFF), st.binary(min_size=1, max_size=200), THROTTLED, ASIDE, st.booleans())
def test_a_device_alert_that_is_written_is_read_as_it_was(
    header: Header, code: int | None, payload: bytes, throttled: Throttled, aside: tuple[Unrecognised, ...], simulated: bool
) -> None:
    aside = tuple(one for one in aside if not one.element.name.startswith(("Re", "xml")))
    alert = DeviceAlert(header=header, alert_code=code, payload=payload, throttled=throttled, unrecognised=aside, simulated=simulated)
    written = write_device_alert(alert)
    assert b"\n" not in written
    assert only(written) == alert
    assert write_device_alert(only(written)) == written


@given(HEADERS, TEXTS.filter(bool), THROTTLED, st.lists(ELEMENTS, max_size=3).map(tuple))
def test_a_dcc_alert_that_is_written_is_read_as_it_was(
    header: Header, code: str, throttled: Throttled, content: tuple[Element, ...]
) -> None:
    alert = DccAlert(header=header, code=code, throttled=throttled, content=content)
    assert only(write_dcc_alert(alert)) == alert


ALERT = DeviceAlert(header=HEADER, alert_code=0x8F20, payload=b"\xdf")
COMMAND = FutureDated(service_reference="1.1", service_reference_variant="1.1.1", instruction=1, instructions=1)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (replace(ALERT, payload=b""), "without octets"),
        (replace(ALERT, alert_code=0x10000), "number 65536"),
        (replace(ALERT, throttled=Throttled(count=-1)), "number -1"),
        (replace(ALERT, throttled=Throttled(count=1), future_dated=COMMAND), "throttled"),
        (replace(ALERT, header=replace(HEADER, response_time=10**23)), "year"),
        (replace(ALERT, header=replace(HEADER, response_code="I\x000")), "character"),
        (replace(ALERT, header=replace(HEADER, response_code=" I0")), "white space"),
        (replace(ALERT, header=replace(HEADER, response_id=replace(IDENTITY, counter=1 << 64))), "number"),
        (replace(ALERT, unrecognised=(Unrecognised(within="Header", element=Element(name="a b")),)), "no name"),
        (replace(ALERT, unrecognised=(Unrecognised(within="Nowhere", element=Element(name="a")),)), "'Nowhere'"),
    ],
)
def test_what_has_no_place_in_a_message_is_refused(value: DeviceAlert, what: str) -> None:
    with pytest.raises(DuisError) as refused:
        write_device_alert(value)
    assert what in refused.value.what
    assert refused.value.expected


# Times


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("2022-08-17T15:45:42.790Z", "2022-08-17T15:45:42.790Z"),
        ("2022-08-17T15:45:42Z", "2022-08-17T15:45:42.000Z"),
        ("2022-08-17T16:45:42.79+01:00", "2022-08-17T15:45:42.790Z"),
        ("2021-12-31T23:30:00-01:30", "2022-01-01T01:00:00.000Z"),
        ("1999-12-31T23:59:59.999999999Z", "1999-12-31T23:59:59.999999999Z"),
        ("2024-02-29T00:00:00.123456Z", "2024-02-29T00:00:00.123456Z"),
    ],
)
def test_instants_are_utc(text: str, again: str) -> None:
    assert instant_text(parse_instant(text)) == again


def test_instants_count_from_2000() -> None:
    assert parse_instant("2000-01-01T00:00:00Z") == 0
    assert parse_instant("2030-01-01T00:00:00Z") == 946_771_200 * 10**9


# DCC alert codes


def test_only_what_rests_on_a_source_is_told_without_a_warning() -> None:
    assert [code for code in dcc_alert_codes() if "unverified" not in dcc_alert_told(code)] == ["AD1", "N24"]
    assert dcc_alert_told("AD1") == "AD1 Power outage notification"
    assert dcc_alert_told("N12").endswith("(unverified: from recollection only)")
    assert dcc_alert_told("N7") == "N7 (not known here)"
    outage = dcc_alert_facts("AD1")
    assert outage is not None
    assert outage.verified
    assert outage.related == (0x8F35, 0x8F36, 0x8F57)
