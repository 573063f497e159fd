"""Who takes part in a trial, and the test keys they speak with: all of it derived from the trial's seed.

Addresses are locally administered EUI-64s, so they belong to no maker, and they tell neither model nor arm. The
keys are test keys: :func:`harness.wire.gbcs.keys.test_keys` of the seed, labelled ``<eui64> signing`` and
``<eui64> agreement``, so anybody who has the seed can derive them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.vocab.identity import Eui64
from harness.vocab.seed import subseed
from harness.wire.gbcs.keys import MemoryKeyStore, test_keys

if TYPE_CHECKING:
    from harness.vocab.canonical import Json

__all__ = ["PARTIES", "Credentials"]

PARTIES: Final = ("supplier", "network-operator", "acb", "wan-provider")
"""The remote parties that a device has credentials of."""

_PREFIX: Final = "02a5e7"
"""First three octets of every address; the bit 0x02 marks them as locally administered."""


class Credentials:
    """Addresses and keys of one trial, by role."""

    __slots__ = ("_seed", "keys", "of")

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self.keys = MemoryKeyStore()
        self.of: dict[str, Eui64] = {}

    def enrol(self, role: str) -> Eui64:
        """Give a role its address and keys, and return the address."""
        address = Eui64(_PREFIX + subseed(self._seed, "eui64", role).hex()[:10])
        self.of[role] = address
        self.keys.add_private(
            address,
            signing=test_keys(self._seed, f"{address} signing"),
            agreement=test_keys(self._seed, f"{address} agreement"),
        )
        return address

    def points(self, address: Eui64) -> dict[str, Json]:
        """Return an address's public keys for the journal: uncompressed points, hexadecimal."""
        signing, agreement = self.keys.signing_public(address), self.keys.agreement_public(address)
        return {
            "signing_key": signing.point.hex() if signing else "",
            "agreement_key": agreement.point.hex() if agreement else "",
        }
