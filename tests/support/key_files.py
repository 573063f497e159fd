"""A folder of private keys as files, the way a test bench would hand it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.vocab.identity import Eui64
    from harness.wire.gbcs.keys import KeyStore


def write_key_folder(folder: Path, keys: KeyStore, owners: Iterable[Eui64], uses: Iterable[str] = ("ds", "ka")) -> Path:
    """Write the private keys of some owners as PKCS#8, named for owner and use; return the folder."""
    folder.mkdir()
    wanted = set(uses)
    for owner in owners:
        for use, key in (("ds", keys.signing_private(owner)), ("ka", keys.agreement_private(owner))):
            if key is not None and use in wanted:
                (folder / f"{owner}-{use}.key").write_bytes(private_key_file(key.scalar))
    return folder


def private_key_file(scalar: bytes) -> bytes:
    """Return a private scalar as PKCS#8 in PEM."""
    loaded = derive_private_key(int.from_bytes(scalar, "big"), SECP256R1())
    return loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
