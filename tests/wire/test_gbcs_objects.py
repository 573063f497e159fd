"""Names of COSEM objects and units, from data with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.access import AccessRequest, Choice
from harness.wire.gbcs.catalogue import message_codes
from harness.wire.gbcs.dlms import Tag
from harness.wire.gbcs.objects import COSEM_CLASSES, object_facts, object_name, objects, unit_name, zcl_unit_name
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import decode_payload

if TYPE_CHECKING:
    from collections.abc import Sequence


def test_an_object_is_found_by_class_instance_and_member() -> None:
    assert object_name(3, bytes((1, 0, 2, 8, 0, 255)), 2) == "ActiveExportRegister: value"
    assert object_name(112, bytes((0, 0, 19, 10, 0, 255)), 1, is_method=True) == "MeterBalance: adjust"
    assert object_name(112, bytes((0, 0, 19, 10, 0, 255)), 1) is None
    facts = object_facts(112, bytes((0, 0, 19, 10, 0, 255)), 1, is_method=True)
    assert facts is not None
    assert (facts.written, facts.message_codes) == (("double-long",), (0x001C,))


def test_every_object_has_a_source_a_known_class_and_known_commands() -> None:
    types = {tag.words for tag in Tag} | {"null-data"}
    for facts in objects():
        assert facts.class_id in COSEM_CLASSES
        assert len(facts.instance) == 6
        assert facts.sources
        assert set(facts.written) <= types
        assert set(facts.message_codes) <= set(message_codes())
    assert len(objects()) == 299


def test_an_object_without_a_name_says_so() -> None:
    nameless = [facts for facts in objects() if not facts.name]
    assert nameless
    assert object_name(nameless[0].class_id, nameless[0].instance, nameless[0].member) is None
    assert object_facts(1, bytes(6), 2) is None


def test_units_have_names() -> None:
    assert (unit_name(30), unit_name(35), unit_name(255), unit_name(200)) == ("Wh", "V", "count", None)
    assert (zcl_unit_name(0), zcl_unit_name(1), zcl_unit_name(99)) == ("kWh", "m3", None)


def test_every_object_of_the_reference_commands_is_listed(vectors: Sequence[object]) -> None:
    seen = 0
    for vector in vectors:
        message = decode_message(vector.octets)
        payload = decode_payload(message)
        if isinstance(payload, AccessRequest):
            for asked in payload.specifications:
                is_method = asked.choice == Choice.ACTION
                facts = object_facts(asked.class_id, asked.instance, asked.member, is_method=is_method)
                assert facts is not None, vector.file
                assert message.message_code in facts.message_codes, vector.file
                seen += 1
    assert seen > 1000
