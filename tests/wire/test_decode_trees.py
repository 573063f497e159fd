"""A tree has a field for every octet, and the JSON of messages has the names that readers of it rely on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from captures import pcap, upper_pdu
from message_mutator import spoilt
from payload_specimens import SPECIMENS, message_of

from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.tree import message_tree

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from harness.wire.gbcs.content import Field

    Command = Callable[..., subprocess.CompletedProcess[str]]

MESSAGES = {specimen.name: message_of(specimen) for specimen in SPECIMENS}
_KINDS = {type(None): "null", bool: "boolean", int: "integer", str: "text"}


def check_cover(fields: Sequence[Field], start: int, end: int) -> None:
    """Insist that fields stand one after another from ``start`` to ``end``, and so do the parts of each from its first part on."""
    at = start
    for field in fields:
        assert field.offset == at < field.end, field
        if field.parts:
            check_cover(field.parts, field.parts[0].offset, field.end)
            assert field.offset <= field.parts[0].offset
        at = field.end
    assert at == end


def check_trees(messages: Iterable[bytes]) -> None:
    for octets in messages:
        tree = message_tree(octets)
        assert tree.problem is None
        check_cover(tree.fields, 0, len(octets))


def test_fields_cover_every_octet_of_every_reference_message(vectors: list[object]) -> None:
    check_trees(vector.octets for vector in vectors)


def test_fields_cover_every_octet_of_every_message_of_ours(our_alerts: dict[str, bytes]) -> None:
    check_trees([*our_alerts.values(), *MESSAGES.values()])


def test_fields_cover_every_octet_of_spoilt_messages_whatever_is_wrong_with_them(our_alerts: dict[str, bytes]) -> None:
    decoded = problems = 0
    for octets in spoilt([*our_alerts.values(), *MESSAGES.values()], 4000, 20300107):
        try:
            tree = message_tree(octets)
        except GbcsError:
            continue
        check_cover(tree.fields, 0, len(octets))
        decoded += 1
        problems += tree.problem is not None
    assert decoded > 800
    assert problems > 100


@pytest.mark.parametrize("name", ["outage-restored", "integrity-gbz", "gpf-device-log"])
def test_a_payload_that_breaks_its_rules_is_told_and_shown_as_far_as_it_goes(name: str, our_alerts: dict[str, bytes]) -> None:
    octets = our_alerts[name]
    start = message_tree(octets).message.payload_offset
    spoilt_payload = octets[:start] + b"\xd9" + octets[start + 1 :]
    tree = message_tree(spoilt_payload)
    assert tree.problem is not None
    assert tree.problem.offset >= start
    payload = next(field for field in tree.fields if field.name == "payload")
    assert payload.value == tree.message.payload


def test_an_alert_of_an_unknown_layout_is_shown_as_the_data_it_is(our_alerts: dict[str, bytes]) -> None:
    for name in ("outage-restored", "integrity-gbz", "gpf-device-log"):
        octets = our_alerts[name]
        message = message_tree(octets).message
        unknown = octets.replace(b"\x02" + message.message_code.to_bytes(2, "big"), b"\x02\xff\xfe", 1)
        tree = message_tree(unknown)
        assert tree.problem is None
        assert tree.notes[0] == "E30 no layout is known for alerts of message code 0xFFFE"
        check_cover(tree.fields, 0, len(unknown))


def paths(value: Any, within: str = "") -> Iterator[str]:
    """Yield the path and type of every value; fields inside fields are told once."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, within if within.endswith("fields[]") and name == "fields" else f"{within}.{name}".lstrip("."))
    elif isinstance(value, list):
        within = within if within.endswith("fields[]") else f"{within}[]"
        for inner in value:
            yield from paths(inner, within)
        if not value:
            yield f"{within}: empty"
    else:
        yield f"{within}: {_KINDS[type(value)]}"


def test_names_and_types_of_the_json_are_as_they_were(
    smets_harness: Command, our_alerts: dict[str, bytes], checkout: Path, tmp_path: Path
) -> None:
    """Readers of the JSON rely on them: a name that goes, or changes its type, breaks somebody's program.

    A golden file; write it anew, where a change is meant, from what this test says is different.
    """
    (tmp_path / "messages.txt").write_text("\n".join(octets.hex() for octets in (*our_alerts.values(), *MESSAGES.values())))
    (tmp_path / "packets.pcap").write_bytes(pcap([upper_pdu(b"x", b"http"), upper_pdu(our_alerts["integrity-gbz"])]))
    log = checkout / "tests" / "golden" / "duis_device_alerts.xml"
    done = smets_harness("decode", "--json", "messages.txt", "packets.pcap", str(log), "DF09")
    found = sorted(set(paths(json.loads(done.stdout))))
    golden = (checkout / "tests" / "golden" / "decoded_names.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(set(found) - set(golden)) == []
    assert sorted(set(golden) - set(found)) == []


def test_json_of_golden_alerts_is_as_it_was(smets_harness: Command, our_alerts: dict[str, bytes], checkout: Path) -> None:
    chosen = [our_alerts[name].hex() for name in ("integrity-dlms", "gpf-device-log", "billing-gsme")]
    done = smets_harness("decode", "--json", *chosen)
    assert done.stdout == (checkout / "tests" / "golden" / "decoded_alerts.json").read_text(encoding="utf-8")
