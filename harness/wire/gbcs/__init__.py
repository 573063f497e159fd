"""GBCS messages: outer layers, payloads, cryptography, and what the catalogue knows of their codes.

::

    octets ──outer──▶ Message ──payloads──▶ Payload           DLMS: access, dlms; GBZ: components, zcl_table; ASN.1: asn1_schema
                        │        ──alerts──▶ AlertPayload      what an alert's fields mean; read_alert: octets ──▶ harness.vocab.alert.Alert
                        ├──crypto──▶ Authentication           signature and MAC; alert_checking: alerts in bulk; utrn: tokens
                        ├──sealing──▶ OpenedBody              encrypted bodies, opened and sealed again
                        └──block_transfer──▶ Block            messages longer than 1200 octets

    catalogue, objects: codes, objects and units ──▶ sourced facts        key_folder: certificates and keys ──▶ KeyStore

Layouts, keys and the rules E01 to E43 that a :class:`~harness.wire.gbcs.errors.GbcsError` names are told in
``docs/reference/gbcs.md``, with how far each was verified.
"""
