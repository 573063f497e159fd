"""A message as JSON is the same message, octet for octet; what is wrong in a document is refused where it stands."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from payload_specimens import SPECIMENS, message_of

from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.document import message_from, message_json
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.json_place import DocumentError, Place
from harness.wire.gbcs.spelling import date_time_from, date_time_text
from harness.wire.gbcs.tree import message_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

MESSAGES = {specimen.name: message_of(specimen) for specimen in SPECIMENS}


def document(octets: bytes) -> dict[str, Any]:
    """Return the JSON of a message, as a reader of JSON has it."""
    tree = message_tree(octets)
    read: dict[str, Any] = json.loads(json.dumps(message_json(tree.message, tree.payload, tree.alert)))
    return read


def octets_of(told: dict[str, Any]) -> bytes:
    return message_from(Place(told)).encode()


def check_identity(messages: Iterable[bytes]) -> None:
    for octets in messages:
        told = document(octets)
        assert octets_of(told) == octets, told


def test_every_reference_message_is_the_same_after_json(vectors: list[object]) -> None:
    check_identity(vector.octets for vector in vectors)


def test_no_reference_message_stays_octets(vectors: list[object]) -> None:
    kinds = {next(iter(document(vector.octets)["payload"])) for vector in vectors}
    assert kinds == {"access-request", "access-response", "alert", "asn1", "gbz"}


def test_every_message_of_ours_is_the_same_after_json(our_alerts: dict[str, bytes]) -> None:
    check_identity(our_alerts.values())
    check_identity(MESSAGES.values())


def test_whatever_the_codec_accepts_is_the_same_after_json(our_alerts: dict[str, bytes]) -> None:
    """Messages with damaged octets, whose payloads are often not what they claim, keep every octet, too."""
    draw = random.Random(20300107)
    sources = [*our_alerts.values(), *MESSAGES.values()]
    accepted = raw = 0
    for _ in range(6000):
        octets = bytearray(draw.choice(sources))
        for _ in range(draw.randrange(1, 4)):
            octets[draw.randrange(len(octets))] = draw.choice((0, 1, 2, 0x7F, 0xFF, draw.randrange(256)))
        try:
            told = document(bytes(octets))
        except GbcsError:
            continue
        accepted += 1
        raw += "octets" in told["payload"]
        assert octets_of(told) == octets
    assert accepted > 4000
    assert 200 < raw < accepted - 1000


@pytest.mark.parametrize("name", ["generic-critical-dlms", "operational-update", "credentials-outcome"])
def test_supplementary_fields_and_signatures_come_in_every_form(name: str, our_alerts: dict[str, bytes]) -> None:
    told = document(our_alerts[name])
    for supplementary in (
        None,
        {"remote-party": "02a5e70000000103"},
        {"remote-party": "02a5e70000000103", "remote-party-counter": "9"},
        {"remote-party": "02a5e70000000103", "remote-party-counter": "9", "originator-counter": "18446744073709551615"},
    ):
        changed = {**told, "supplementary": supplementary}
        assert document(octets_of(changed)) == changed


def test_a_bare_command_may_carry_a_certificate_and_no_signature_at_all() -> None:
    certificate = (b"\x30\x82\x01\x00" + bytes(256)).hex()
    party = {"remote-party": "02a5e70000000103", "remote-party-counter": "9", "certificate": certificate}
    told = {**document(MESSAGES["dlms-request"]), "supplementary": party, "signature": None, "mac": None}
    assert document(octets_of(told)) == told


def edited(told: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return the document with another value at a path of names and numbers."""
    changed = copy.deepcopy(told)
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    inner: Any = changed
    for step in steps:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return changed


CHANGES = [
    ("outage-restored", "originator-counter", "12"),
    ("outage-restored", "originator", "02a5e70000000006"),
    ("outage-restored", "message-code", "0x1000"),
    ("outage-restored", "payload/alert/alert-code", "0x8F35"),
    ("outage-restored", "payload/alert/time", "2031-12-31T23:59:59Z"),
    ("outage-restored", "payload/alert/body/restoration-time", "ffffffffffffffffffff8000"),
    ("integrity-gbz", "payload/alert/body/reason", 9),
    ("integrity-gbz", "payload/alert/time", 4294967295),
    ("chf-device-log", "payload/alert/body/backup/devices/1/hashed-link-key", "00" * 200),
    ("gpf-device-log", "payload/alert/body/entries/0/device-type", 1),
    ("credentials-outcome", "payload/alert/body/execution-outcome/counter-changes/0/floor", "18446744073709551615"),
    ("dlms-response", "payload/access-response/items/0/result", 250),
    ("dlms-request", "payload/access-request/items/1/member", 127),
    ("dlms-request", "payload/access-request/items/0/instance", "1-0:32.7.0.255"),
    ("gbz-PublishTariffInformation", "payload/gbz/components/0/body/PublishTariffInformation/uom", 1),
    ("gbz-PublishTariffInformation", "payload/gbz/components/0/body/PublishTariffInformation/tariff-label", None),
    ("gbz-PublishSeasons", "payload/gbz/components/0/sequence", 255),
    ("asn1-join", "payload/asn1/value/device-type", 3),
    ("asn1-set-clock", "payload/asn1/value/start", "20300101000000Z"),
]


@pytest.mark.parametrize(("name", "path", "value"), CHANGES, ids=[f"{name} {path.rpartition('/')[2]}" for name, path, _ in CHANGES])
def test_a_changed_field_is_changed_in_the_message_and_nothing_else_is(
    name: str, path: str, value: object, our_alerts: dict[str, bytes]
) -> None:
    told = document({**our_alerts, **MESSAGES}[name])
    changed = edited(told, path, value)
    if path == "message-code":
        changed = edited(edited(changed, "payload/alert/body", {}), "payload/alert/alert-code", "0x8F30")
    octets = octets_of(changed)
    assert octets != octets_of(told)
    assert document(octets) == changed


def test_numbers_may_be_written_as_numbers_or_text() -> None:
    told = document(MESSAGES["gbz-PublishTariffInformation"])
    for path, value in (("originator-counter", 4886718345), ("message-code", 0x006B), ("payload/gbz/components/0/cluster", 0x0700)):
        assert octets_of(edited(told, path, value)) == octets_of(told)


MISTAKES = [
    ("outage-restored", "originator-counter", -1, "$.originator-counter", "-1 is out of range; expected an integer from 0 to 1844674"),
    ("outage-restored", "originator-counter", True, "$.originator-counter", "true is true or false; expected an integer"),
    ("outage-restored", "originator-counter", 1.5, "$.originator-counter", "1.5 is a fraction; expected an integer"),
    ("outage-restored", "originator", "02a5", "$.originator", '"02a5" is text; expected an EUI-64 as 16 hexadecimal digits'),
    ("outage-restored", "originator", 7, "$.originator", "7 is a number"),
    ("outage-restored", "target", ..., "$", "member 'target' is missing"),
    ("outage-restored", "tarqet", "x", "$", "no member 'tarqet'; expected 'kind', 'originator-counter'"),
    ("outage-restored", "kind", "Alarm", "$.kind", "no name 'Alarm'; expected Command, Response, Alert; did you mean 'Alert'?"),
    ("outage-restored", "kind", 4, "$.kind", "4 is a number; expected Command, Response, Alert"),
    ("outage-restored", "signature", "00", "$.signature", "2 hexadecimal digits; expected 128"),
    ("outage-restored", "signature", "0g", "$.signature", "expected 128 hexadecimal digits"),
    ("outage-restored", "mac", [], "$.mac", "this is an array; expected 24 hexadecimal digits"),
    ("outage-restored", "payload", {}, "$.payload", "an object with 0 members; expected exactly one of access-request, "),
    ("outage-restored", "payload/alert/body/restoration-tme", 1, "$.payload.alert.body", "did you mean 'restoration-time'?"),
    ("outage-restored", "payload/alert/body/restoration-time", ..., "$.payload.alert.body", "member 'restoration-time' is missing"),
    ("outage-restored", "payload/alert/time", "2030-02-30T00:00:00Z", "$.payload.alert.time", "is no date of the calendar"),
    ("outage-restored", "payload/alert/time", 5, "$.payload.alert.time", "5 is a number; expected 'now', 'never', an instant"),
    ("outage-restored", "payload/alert/profile", "GBZ", "$.payload.alert.profile", "is not written in 'GBZ'; expected DLMS"),
    ("outage-restored", "payload/alert/profile", "DLSM", "$.payload.alert.profile", "is not written in 'DLSM'; expected DLMS"),
    ("outage-restored", "message-code", "0xFFFF", "$.payload.alert.profile", "message code 0xFFFF has no alert layout"),
    ("outage-restored", "message-code", "0xFFFFF", "$.message-code", "1048575 is out of range; expected an integer from 0 to 65535"),
    ("generic-critical-gbz", "payload/alert/invoke-id", 1, "$.payload.alert", "no member 'invoke-id'"),
    ("integrity-gbz", "payload/alert/body/reason", "none", "$.payload.alert.body.reason", '"none" is text; expected an integer from 0'),
    ("gpf-device-log", "payload/alert/time", "2030-01-01", "$.payload.alert.time", "expected a time as YYYYMMDDHHMMSSZ"),
    ("gpf-device-log", "payload/alert/length-forms", [1], "$.payload.alert", "cannot be written"),
    ("dlms-request", "payload/access-request/items/1/choice", "sett", "$.payload.access-request.items[1].choice", "did you mean 'set'?"),
    ("dlms-request", "payload/access-request/items/1/choice", 9, "$.payload.access-request.items[1].choice", "expected get, set, action"),
    ("dlms-request", "payload/access-request/items/1/instance", "1.8.0", "$.payload.access-request.items[1].instance", "1-0:1.8.0.255"),
    ("dlms-request", "payload/access-request/items/1/instance", "1-0:1.8.0.256", "$.payload.access-request.items[1].instance", "name"),
    ("dlms-request", "payload/access-request/items/1/data", {"lonq": 1}, "$.payload.access-request.items[1].data", "did you mean 'long'?"),
    ("dlms-request", "payload/access-request/items/1/data", {"long": 1 << 15}, "$.payload.access-request.items[1].data.long", "-32768"),
    ("dlms-request", "payload/access-request/items/1/data", {"null-data": 0}, "$.payload.access-request.items[1].data.null-data", "null"),
    ("dlms-request", "payload/access-request/items/1/data", {"bit-string": "012"}, "$.payload.access-request.items[1].data", "0 and 1"),
    ("dlms-request", "payload/access-request/items/1/data", {"visible-string": "ö"}, "$.payload.access-request.items[1]", "ASCII only"),
    ("dlms-request", "payload/access-request/items/1/data", {"date": "00"}, "$.payload.access-request.items[1].data.date", "expected 10"),
    ("dlms-request", "payload/access-request/items/1/selector", 1, "$.payload.access-request.items[1]", "no member 'selector'"),
    (
        "dlms-response",
        "payload/access-response/items/0/choice",
        "get-selected",
        "$.payload.access-response.items[0].choice",
        "expected get, set, action",
    ),
    ("gbz-PublishSeasons", "payload/gbz/components/0/body/octets", "00", "$.payload.gbz.components[0].body", "an object with 2 members"),
    ("gbz-PublishSeasons", "payload/gbz/components/0/command", 9, "$.payload.gbz.components[0].body", "no member 'PublishSeasons'"),
    ("gbz-PublishSeasons", "payload/gbz/components/0/frame-counter", 0, "$.payload.gbz.components[0]", "belong together"),
    ("gbz-GetSeasons", "payload/gbz/components/0/body/GetSeasons/provider-id", -1, "$.payload.gbz.components[0].body.GetSeasons", "429"),
    ("asn1-join", "payload/asn1/value/entity", "00", "$.payload.asn1.value.entity", "1 octets; expected the octets of one entity id"),
    ("asn1-join", "payload/asn1/value/certificate", "3000ff", "$.payload.asn1.value.certificate", "expected the octets of one certificate"),
    ("asn1-join", "payload/asn1/length-forms", [0, 0], "$.payload.asn1", "expected length forms of the same structure"),
    ("asn1-join", "message-code", "0x0001", "$.payload.asn1", "no ASN.1 structure of message code 0x0001 is known; expected 'octets'"),
    ("asn1-request", "payload/asn1/value", True, "$.payload.asn1.value", "expected certification request or issue failure"),
    ("asn1-version-wanted", "payload/asn1/value", 0, "$.payload.asn1.value", "0 is a number; expected null"),
    ("operational-update", "supplementary/certificate", "30", "$.supplementary", "no member 'certificate'; expected 'remote-party'"),
]


@pytest.mark.parametrize(
    ("name", "path", "value", "place", "words"), MISTAKES, ids=[f"{row[0]} {row[1]} {row[2]!r:.20}" for row in MISTAKES]
)
def test_a_mistake_is_named_with_its_path(
    name: str, path: str, value: object, place: str, words: str, our_alerts: dict[str, bytes]
) -> None:
    told = edited(document({**our_alerts, **MESSAGES}[name]), path, value)
    with pytest.raises(DocumentError) as caught:
        octets_of(told)
    assert str(caught.value).startswith(place), caught.value
    assert words in str(caught.value), caught.value
    assert caught.value.exit_code == 4


def test_data_nested_too_deep_is_refused() -> None:
    data: dict[str, Any] = {"null-data": None}
    for _ in range(40):
        data = {"structure": [data]}
    with pytest.raises(DocumentError, match="nested deeper than 16"):
        octets_of(edited(document(MESSAGES["dlms-request"]), "payload/access-request/items/1/data", data))


def test_any_json_ends_in_octets_or_the_documents_own_error(our_alerts: dict[str, bytes]) -> None:
    """Every value of every document is replaced by others of every kind."""
    draw = random.Random(7)
    others: list[object] = [None, True, 0, -1, 1 << 70, 1.5, "", "x", "00", "0x10", [], [1], {}, {"octets": "00"}, {"get": 1}, "now"]
    refused = written = 0
    for octets in [*our_alerts.values(), *MESSAGES.values()]:
        told = document(octets)
        for path in draw.sample(list(paths(told)), 12):
            try:
                octets_of(edited(told, path, draw.choice(others)))
            except DocumentError:
                refused += 1
            else:
                written += 1
    assert refused > 1000
    assert written > 50


def paths(value: object, within: str = "") -> Iterable[str]:
    """Yield the paths of everything inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield f"{within}{name}"
        yield from paths(item, f"{within}{name}/")


@pytest.mark.parametrize(
    "value",
    [
        CosemDateTime.from_seconds(0),
        CosemDateTime.from_seconds(946_814_400),
        CosemDateTime.decode(bytes(9) + b"\x80\x00\xff"),
        CosemDateTime.decode(b"\xff" * 9 + b"\x80\x00\xff"),
        CosemDateTime(2030, 1, 7, weekday=1),
        CosemDateTime(2030, 1, 7, deviation=0),
        CosemDateTime(2030, 1, 7, hundredths=50),
        CosemDateTime(2030, 1, 7, status=4),
        CosemDateTime(2030, 2, 30),
        CosemDateTime(0xFFFF, 1, 7),
        CosemDateTime.decode(bytes(range(12))),
    ],
)
def test_every_date_time_is_written_so_that_the_same_octets_are_read(value: CosemDateTime) -> None:
    assert date_time_from(Place(date_time_text(value))) == value
