"""What nobody here wrote reads the same in our DUIS messages: libxml2, the standard library's tree builder, coreutils, tshark."""

from __future__ import annotations

import subprocess
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from harness.vocab.identity import Eui64
from harness.wire.duis import (
    DccAlert,
    DeviceAlert,
    Element,
    FutureDated,
    Header,
    RequestId,
    Throttled,
    Unrecognised,
    read_messages,
    write_dcc_alert,
    write_device_alert,
)
from harness.wire.gbcs.alerts import read_alert
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

METER, SUPPLIER = Eui64("02a5e70000000001"), Eui64("02a5e70000000100")
NAMESPACE = "{http://www.dccinterface.co.uk/ServiceUserGateway}"
IDENTITY = RequestId(originator=METER, target=SUPPLIER, counter=(1 << 64) - 1)
HEADER = Header(request_id=IDENTITY, response_id=IDENTITY, response_time=1)
ODD = Element(
    name="Größe",
    namespace="urn:odd?a;b'c",
    attributes=(("a", " \t\n\r\"'&<>"), ("http://www.w3.org/XML/1998/namespace}lang", "de"), ("urn:b}a", "x")),
    text="]]> & <b> \r\n 'q' \"q\"",
    children=(Element(name="Leer", namespace=""), Element(name="Mehr", text="\U0001f50c")),
)
MESSAGES = {
    "device": write_device_alert(
        DeviceAlert(header=HEADER, alert_code=0x8F20, payload=bytes(range(256)), throttled=Throttled(sequence=1, count=2))
    ),
    "future-dated": write_device_alert(
        DeviceAlert(
            header=HEADER,
            alert_code=0x8F66,
            payload=b"\xdf",
            future_dated=FutureDated(service_reference="1.1", service_reference_variant="1.1.1", instruction=1, instructions=6),
        )
    ),
    "dcc": write_dcc_alert(DccAlert(header=HEADER, code="N24", content=(ODD,))),
    "odd": write_device_alert(
        DeviceAlert(header=HEADER, alert_code=None, payload=b"\xdf", unrecognised=(Unrecognised(within="Header", element=ODD),))
    ),
    "bare": write_device_alert(DeviceAlert(header=Header(namespace="", response_code=""), alert_code=1, payload=b"\xdf")),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_libxml2_takes_what_we_write_as_it_stands(name: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(MESSAGES[name])
    done = subprocess.run([tool("xmllint"), "--nonet", "--pedantic", "--c14n", str(path)], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(read_messages(BytesIO(done.stdout))) == list(read_messages(BytesIO(MESSAGES[name])))


def test_libxml2_reads_a_log_in_utf_16_as_we_do(tool: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(MESSAGES["dcc"])
    done = subprocess.run([tool("xmllint"), "--encode", "UTF-16", str(path)], capture_output=True, check=True, timeout=60)
    assert done.stdout[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert list(read_messages(BytesIO(done.stdout))) == list(read_messages(BytesIO(MESSAGES["dcc"])))


@pytest.mark.parametrize("name", MESSAGES)
def test_the_standard_librarys_tree_has_the_same_elements(name: str) -> None:
    root = ElementTree.fromstring(MESSAGES[name])
    namespace = "" if name == "bare" else NAMESPACE
    assert root.tag == f"{namespace}Response"
    assert root.attrib == {"schemaVersion": "5.1"}
    assert [child.tag for child in root] == [f"{namespace}Header", f"{namespace}Body"]
    odd = root.find(".//{urn:odd?a;b'c}Größe")
    assert (odd is None) == (name not in ("dcc", "odd"))
    if odd is not None:
        assert odd.attrib == {"a": " \t\n\r\"'&<>", "{http://www.w3.org/XML/1998/namespace}lang": "de", "{urn:b}a": "x"}
        assert odd.text == ODD.text
        assert [(child.tag, child.text) for child in odd] == [("Leer", None), (f"{NAMESPACE}Mehr", "\U0001f50c")]


def test_tshark_reads_the_alerts_in_our_messages(
    our_alerts: dict[str, bytes], tool: Callable[[str], str], dissected: Callable[..., list[list[str]]], tmp_path: Path
) -> None:
    """Neither the element nor the base64 is taken apart by us: xmllint finds the one, and base64 of coreutils reads the other."""
    xmllint, base64 = tool("xmllint"), tool("base64")
    payloads = []
    for number, octets in enumerate(our_alerts.values()):
        identity = RequestId(originator=METER, target=SUPPLIER, counter=number)
        path = tmp_path / f"{number}.xml"
        path.write_bytes(write_device_alert(DeviceAlert(header=Header(response_id=identity), alert_code=0, payload=octets)))
        found = subprocess.run(
            [xmllint, "--xpath", "string(//*[local-name()='GBCSPayload'])", str(path)], capture_output=True, check=True, timeout=60
        )
        payloads.append(subprocess.run([base64, "-d"], input=found.stdout, capture_output=True, check=True, timeout=60).stdout)
    header = "gbcs_message.grouping_header."
    rows = dissected(payloads, header + "message_code", header + "originator_counter", "_ws.malformed")
    for octets, (code, counter, malformed) in zip(our_alerts.values(), rows, strict=True):
        assert malformed == ""
        assert int(code, 0) == decode_message(octets).message_code
        assert int(counter) == read_alert(octets).counter
