"""GBCS messages: outer layers, alert payloads, cryptography, and what the catalogue knows of their codes.

::

    octets ──outer──▶ Message ──alerts──▶ AlertPayload        read_alert: octets ──▶ harness.vocab.alert.Alert
                        │                   │
                        └──crypto──▶ Authentication           catalogue: codes ──▶ sourced facts

Clause numbers in this package refer to the rules E01 to E43 listed in ``docs/reference/gbcs-rules.md``; each
:class:`~harness.wire.gbcs.errors.GbcsError` names the one that was broken.
"""
