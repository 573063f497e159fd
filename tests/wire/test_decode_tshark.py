"""tshark reads every field that it knows where we read it, with the same value; each difference is named here.

For tshark a message has outer layers, GBZ components with their ZCL payloads, BER elements without types, and DLMS as raw data.
What it shows differently, and why:

===================  =====================================================================================================
empty fields         one field of five octets for us, five lengths of zero for tshark (MAC header)
signature            r and s for us, 64 octets for tshark
BER content          we show an element with tag and length, tshark its content, and what is in a certificate, which we keep
date                 one ZCL date for us, four octets for tshark
snapshot             one field of octets for tshark, its registers for us
price                what may follow a price has fields for tshark, and is kept as octets here
change of debt       tshark 4.0 reads one octet of the balance percentage, which has two
certificate          in commands for an unknown party tshark reads a counter first, and shows the certificate 8 octets late
turned octets        tshark 4.0 shows the control of PublishChangeOfTenancy and a password's duration as big-endian
sign                 tshark shows an outstanding debt without a sign
pre-commands         have no signature length, which tshark calls malformed, after having read everything
===================  =====================================================================================================

Specimens that no device would send are left out: attributes of a type that does not exist, certificates that are none, calendars
and event configurations whose control octet says that the rest is something else.
"""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest
from captures import pcap, upper_pdu
from payload_specimens import SPECIMENS, message_of

from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.message import Profile
from harness.wire.gbcs.tree import MessageTree, message_tree, value_text, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from harness.wire.gbcs.content import Field

HEAD = len(upper_pdu(b""))
NOT_OURS = {"geninfo", "frame", "exported_pdu"}
TIME = re.compile(r"(\w{3}) +(\d+), (\d{4}) (\d\d:\d\d:\d\d)\.000000000 UTC")
FLAGS = ("zbee_zcl.type", "zbee_zcl.ms", "zbee_zcl.dir", "zbee_zcl.ddr")
NEVER_SENT = {"gbz-attributes", "asn1-credentials", "gbz-PublishDayProfile", "gbz-SetEventConfiguration"}
TURNED = ("proposed_tenancy_change_control", "request_new_password.duration_in_minutes")
COMMON = {"equal", "octets", "bits", "empty fields", "signature", "BER content", "date", "change of debt", "turned octets"}
RARE = {"reference": {"certificate"}, "ours": {"snapshot", "price", "sign"}}
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Seen(NamedTuple):
    """A field as tshark shows it; its place is that in the message."""

    name: str
    at: int
    size: int
    show: str
    value: str
    masked: bool
    """Whether it is some bits of the octets only."""


class Dissected(NamedTuple):
    tree: MessageTree
    octets: bytes
    seen: list[Seen]
    malformed: bool


def dissect(messages: Sequence[bytes], tshark: str, capture: Path) -> list[Dissected]:
    capture.write_bytes(pcap([upper_pdu(octets) for octets in messages]))
    with subprocess.Popen([tshark, "-n", "-r", str(capture), "-T", "pdml"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as done:
        assert done.stdout is not None
        packets = [part for _, part in ET.iterparse(done.stdout) if part.tag == "packet"]
    assert len(packets) == len(messages)
    return [read(octets, packet) for octets, packet in zip(messages, packets, strict=True)]


def read(octets: bytes, packet: ET.Element) -> Dissected:
    layers = [layer for layer in packet.findall("proto") if layer.get("name") not in NOT_OURS]
    seen = [
        Seen(
            name=field.get("name"),
            at=int(field.get("pos")) - HEAD,
            size=int(field.get("size")),
            show=field.get("show", ""),
            value=field.get("value", ""),
            masked=field.get("unmaskedvalue") is not None,
        )
        for layer in layers
        for field in layer.iter("field")
        if field.get("name") and int(field.get("size") or 0)
    ]
    return Dissected(message_tree(octets), octets, seen, any(layer.get("name") == "_ws.malformed" for layer in layers))


@pytest.fixture(scope="module", params=["reference", "ours"])
def dissections(
    request: pytest.FixtureRequest, our_alerts: dict[str, bytes], tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> list[Dissected]:
    if request.param == "ours":
        sent = [specimen for specimen in SPECIMENS if specimen.name not in NEVER_SENT]
        messages = [*our_alerts.values(), *map(message_of, sent)]
    else:
        messages = [vector.octets for vector in request.getfixturevalue("vectors")]
    return dissect(messages, tool("tshark"), tmp_path_factory.mktemp("tshark") / "messages.pcap")


def places(tree: MessageTree) -> dict[tuple[int, int], Field]:
    """Return the innermost field at each place."""
    return {(field.offset, field.end - field.offset): field for _, field in walk(tree.fields)}


def number(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None


def seconds(show: str) -> int | None:
    found = TIME.fullmatch(show)
    if found is None:
        return None
    moment = datetime.strptime(" ".join(found.groups()), "%b %d %Y %H:%M:%S").replace(tzinfo=UTC)
    return (moment - EPOCH).days * 86_400 + (moment - EPOCH).seconds


def ours(field: Field) -> int | None:
    """Return a field's value as a number, where it is one or a time."""
    value = field.value
    if isinstance(value, CosemDateTime):
        return value.seconds
    if isinstance(value, bytes):
        return int.from_bytes(value, "big") if field.constant else None
    return value if isinstance(value, int) else number(value_text(field))


def compared(one: Seen, field: Field) -> str:
    """Say how the two values of a field compare."""
    if one.masked:
        return "bits"
    told, theirs = ours(field), seconds(one.show) if TIME.fullmatch(one.show) else number(one.show)
    if told is None or theirs is None:
        return "octets"
    if told == theirs:
        return "equal"
    octets = bytes.fromhex(one.value)
    if one.name.endswith(TURNED) and told == int.from_bytes(octets, "little"):
        return "turned octets"
    unsigned = one.name.endswith("publish_debt_log.outstanding_debt") and told == int.from_bytes(octets, "little", signed=True)
    return "sign" if unsigned else "different"


def explained(one: Seen, message: Dissected) -> str:
    """Name the difference that explains a field of tshark's at a place where we have none."""
    around = [field for _, field in walk(message.tree.fields) if field.offset <= one.at and one.at + one.size <= field.end]
    inner, octets = around[-1], message.octets[one.at : one.at + one.size]
    if inner.name == "empty fields" and one.name == "gbcs_message.element_length" and octets == b"\x00":
        return "empty fields"
    if inner.name == "signature" and one.name == "gbcs_message.krp":
        first, second = inner.parts[1:]
        return "signature" if (first.offset, second.end) == (one.at, one.at + one.size) else ""
    if one.name.startswith("ber."):
        return "BER content" if ber_agrees(one, inner, octets) else ""
    if re.fullmatch(r"zbee_zcl_se\.calendar\.date\.\w+", one.name):
        return "date" if inner.end - inner.offset == 4 else ""
    if one.name.endswith(("publish_snapshot.sub_payload", "publish_prepay_snapshot.snapshot_payload")):
        return "snapshot" if {one.at, one.at + one.size} <= {field.offset for field in inner.parts} | {inner.end} else ""
    if inner.name == "rest" and one.name.startswith("zbee_zcl_se.price."):
        return "price"
    if one.name == "zbee_zcl_se.pp.change_debt.recovery_balance_percentage" and one.at == inner.offset:
        return "change of debt" if inner.name == "balance-percentage" else ""
    if inner.name == "supplementary remote party certificate":
        late = one.at - inner.offset
        return "certificate" if (one.name[-15:], late) in {("iginator_counter", 0), ("ginator_counter", 0), ("_ka_certificate", 8)} else ""
    return ""


def ber_agrees(one: Seen, inner: Field, octets: bytes) -> bool:
    """Tell whether an untyped element is content of a field of ours; a certificate is kept as octets, whatever is in it."""
    if "certificat" in inner.meaning:
        return True
    if inner.end != one.at + one.size and one.name != "ber.bitstring.padding":
        return False
    if one.name == "ber.unknown.INTEGER":
        return ours(inner) == int.from_bytes(octets, "big", signed=True)
    return True


def test_every_field_that_tshark_knows_is_one_of_ours(dissections: list[Dissected], request: pytest.FixtureRequest) -> None:
    outcomes: Counter[str] = Counter()
    for message in dissections:
        known = places(message.tree)
        for one in message.seen:
            field = known.get((one.at, one.size))
            outcome = compared(one, field) if field is not None else explained(one, message)
            assert outcome not in ("", "different"), f"{one} in {message.tree.message!r:.60}: {field}"
            outcomes[outcome] += 1
    which = request.node.callspec.params["dissections"]
    assert set(outcomes) == COMMON | RARE[which]
    rare = ("change of debt", "turned octets", *RARE[which])
    assert sum(outcomes[name] for name in rare) < 0.01 * outcomes.total()


def test_only_messages_without_a_signature_length_are_malformed_for_tshark(dissections: list[Dissected]) -> None:
    for message in dissections:
        assert message.malformed == (message.tree.message.signature is None)


def test_every_octet_of_outer_layers_and_gbz_payloads_is_in_a_field_of_tshark(dissections: list[Dissected]) -> None:
    missed: Counter[str] = Counter()
    for message in dissections:
        seen = {place for one in message.seen for place in range(one.at, one.at + one.size)}
        for field in leaves(message.tree):
            if not seen.issuperset(range(field.offset, field.end)):
                missed[field.name] += 1
    assert set(missed) == {"balance-percentage"}, missed


def leaves(tree: MessageTree) -> Iterator[Field]:
    """Yield the simple fields, without those of payloads that are BER to tshark."""
    for layer in tree.fields:
        if layer.name != "payload" or tree.message.profile is not Profile.ASN1:
            yield from (field for _, field in walk((layer,)) if not field.parts)


def test_one_name_of_tsharks_is_one_field_of_ours(dissections: list[Dissected]) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for message in dissections:
        known = places(message.tree)
        for one in message.seen:
            if (one.at, one.size) in known:
                names[one.name].add(re.sub(r"[ \d]+$", "", known[one.at, one.size].name))
    several = {name: found for name, found in names.items() if len(found) > 1}
    assert {name for name in several if name.startswith("zbee_")} <= {
        "zbee_zcl_se.met.attr_id",  # of a request and of a response
        "zbee_zcl_se.pp.attr_id",
        "zbee_zcl_se.price.attr_id",
        "zbee_zcl_general.basic.attr_id",
        "zbee_zcl_se.events.publish_event_log.event_id",  # tshark 4.0 gives the total of events the same name
        *(name for name in several if "payment_control_configuration" in name),  # of a command and of an attribute
    }
    allowed = {"control", "command", "sequence", "header", "counter", "length"}
    for name, found in several.items():
        words = [set(re.split(r"[ -]", text.removeprefix("ZCL "))) for text in found]
        assert not name.startswith("gbcs_gbz") or set.intersection(*words) & allowed, (name, found)


def test_the_bits_of_a_zcl_frame_control_mean_the_same(dissections: list[Dissected]) -> None:
    checked = 0
    for message in dissections:
        controls = {field.offset: field for _, field in walk(message.tree.fields) if field.name == "ZCL frame control"}
        for one in message.seen:
            if one.name in FLAGS and one.at in controls:
                meaning, is_set = controls[one.at].meaning, number(one.show)
                words = {"type": "cluster command", "dir": "from server", "ddr": "no default response", "ms": "of a manufacturer"}
                assert (words[one.name.rpartition(".")[2]] in meaning) == bool(is_set), (one, meaning)
                checked += 1
    assert checked > 100
