"""GBCS messages: outer layers, alert payloads, cryptography, and what the catalogue knows of their codes.

::

    octets ──outer──▶ Message ──alerts──▶ AlertPayload        read_alert: octets ──▶ harness.vocab.alert.Alert
                        │                   │
                        └──crypto──▶ Authentication           catalogue: codes ──▶ sourced facts

Layouts, keys and the rules E01 to E43 that a :class:`~harness.wire.gbcs.errors.GbcsError` names are told in
``docs/reference/gbcs.md``, with how far each was verified.
"""
