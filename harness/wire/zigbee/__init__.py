"""ZigBee on the home area network, to the octet: frames, security, device objects, and the cluster library with Smart Energy.

::

    octets ──mac──▶ MacFrame ──nwk──▶ NwkFrame ──aps──▶ ApsFrame ──▶ zdo           device objects: announce, descriptors, bindings
             │                  │                 │                 zcl            frames of clusters: foundation, clusters
             └ mac_commands     └ nwk_commands    └ aps_commands    fragments      messages longer than a frame
               beacons                              keys

    security      auxiliary header, AES-CCM*, replay      derivations   MMO hash, install codes, keys made of keys
    cluster_names attributes and commands by name         crc           frame check sequence, CRC of install codes
    following     networks heard from outside: heard      fields, flagged   what commands are made of
                  (what is told), exchanges, learning     key_file          keys as Wireshark keeps them
    cbke          key establishment, suite 2

Everything reads octets to a frozen value and writes the value to the same octets; what is read broken raises
:class:`~harness.wire.zigbee.errors.ZigbeeError` with layer, offset, expectation and octets, and what does not fit its field when it is
written is a ``ValueError``.
"""
