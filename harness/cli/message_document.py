"""Decoded messages as JSON with stable names.

========== =====================================================================================================
member     holds
========== =====================================================================================================
where      file and line, packet or element
octets     the message as it was read, in hexadecimal; empty where there is none
problem    ``null``, or ``text``, ``rule`` and ``offset`` (``null`` where the problem has none)
message    the message (:mod:`harness.wire.gbcs.document`), all that ``encode`` reads; ``null`` where there is none
alert-code of an alert, wherever its profile puts it; else ``null``
carrier    what the message came in: ``null`` for text
block      of a block of a block transfer: whose it is, and which; else ``null``
fields     the tree: ``name``, ``offset``, ``size``, ``value``, ``meaning``, ``fields``
opened     encrypted bodies in clear: ``offset``, ``octets``, ``fields``
notes      what is out of the ordinary, though no error
checks     ``name``, ``outcome``, ``reason`` of signature, MAC and encryption; empty without keys
catalogue  what is known of message code and alert code; ``null`` for what is not listed
========== =====================================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cli.message_text import COLUMNS
from harness.vocab.alert import code_text
from harness.wire.gbcs.catalogue import alert_facts, message_facts
from harness.wire.gbcs.document import message_json
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.tree import value_text

if TYPE_CHECKING:
    from harness.cli.decoded import Decoded
    from harness.errors import WireError
    from harness.vocab.canonical import Json
    from harness.wire.gbcs.block_transfer import Block
    from harness.wire.gbcs.content import Field
    from harness.wire.gbcs.tree import MessageTree

__all__ = ["decoded_json"]


def decoded_json(one: Decoded) -> dict[str, Json]:
    """Write one entry of ``decode --json``."""
    tree = one.tree
    return {
        "where": one.given.where,
        "octets": one.octets.hex(),
        "problem": None if one.problem is None else _problem_json(one.problem),
        "message": None if tree is None else message_json(tree.message, tree.payload, tree.alert),
        "alert-code": None if tree is None or tree.alert is None else code_text(tree.alert.code),
        "carrier": dict(one.given.carrier) or None,
        "block": None if one.block is None else _block_json(one.block),
        "fields": [_field_json(field) for field in (one.block_fields if tree is None else tree.fields)],
        "opened": [
            {"offset": part.offset, "octets": part.plaintext.hex(), "fields": [_field_json(field) for field in part.fields]}
            for part in one.opened
        ],
        "notes": [*(tree.notes if tree is not None else ()), *one.notes],
        "checks": [{"name": check.name, "outcome": check.outcome, "reason": check.reason} for check in one.checks],
        "catalogue": None if tree is None else _catalogue_json(tree),
    }


def _problem_json(problem: WireError) -> Json:
    rule, offset = (problem.rule, problem.offset) if isinstance(problem, GbcsError) else (None, None)
    return {"text": str(problem), "rule": rule, "offset": offset}


def _block_json(block: Block) -> Json:
    told: dict[str, Json] = {"originator": block.originator, "originator-counter": str(block.counter), "number": block.number}
    return {**told, "last": block.last, "acknowledged": block.acknowledged, "data": block.data.hex()}


def _field_json(field: Field) -> Json:
    told: dict[str, Json] = {"name": field.name, "offset": field.offset, "size": field.end - field.offset}
    return {**told, "value": value_text(field), "meaning": field.meaning, "fields": [_field_json(part) for part in field.parts]}


def _catalogue_json(tree: MessageTree) -> Json:
    message = message_facts(tree.message.message_code)
    alert = None if tree.alert is None else alert_facts(tree.alert.code)
    return {
        "message-code": None
        if message is None
        else {
            "name": message.name,
            "use-case": message.use_case,
            "devices": list(message.devices),
            "message-type": message.message_type,
            "sources": list(message.sources),
        },
        "alert-code": None
        if alert is None
        else {
            "name": alert.name,
            "columns": {column: alert.told(column) for column in COLUMNS},
            "inferred": sorted(alert.inferred),
            "opposites": [code_text(code) for code in alert.opposites],
            "sources": list(alert.sources),
            "confidence": alert.confidence,
        },
    }
