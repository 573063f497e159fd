r"""Salted commitments: one line per payload file that binds its name and content and tells neither.

A commitment is ``SHA-256(salt LF path LF content)``. The salt comes from a key that never leaves the lab,
so whoever holds the signed list can check a file that is disclosed together with its salt, and can learn
nothing about the others, not even by trying every identity there could be. A path is bound, so a control
trace cannot be passed off as a treatment. With coreutils alone::

    { printf '%s\n%s\n' "$salt" "$path"; cat "$path"; } | sha256sum
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["LAB_KEY_SIZE", "blinding", "bundle_key", "commitment", "commitment_list", "commitment_of", "merkle_root", "salt", "tree_head"]

LAB_KEY_SIZE = 32
"""Octets of the lab's salt key."""

_LEAF, _NODE = b"\x00", b"\x01"


def bundle_key(lab_key: bytes, payload_root: str) -> bytes:
    """Return the 32 octets from which a bundle's salts come: HKDF-SHA256 (RFC 5869) of the lab's key.

    No salt; the info string is ``sae-bundle/1``, a zero octet and the payload root in hexadecimal, so
    the same payload has the same commitments however often it is signed. Raises :class:`UsageError`
    for a lab key of another length.
    """
    if len(lab_key) != LAB_KEY_SIZE:
        raise UsageError(f"a lab key of {len(lab_key)} octets", expected=f"{LAB_KEY_SIZE} octets")
    extracted = hmac.digest(bytes(sha256().digest_size), lab_key, "sha256")
    return hmac.digest(extracted, b"sae-bundle/1\0" + payload_root.encode() + b"\x01", "sha256")


def salt(key: bytes, path: str) -> str:
    """Return the salt of a payload path, 64 hexadecimal digits, from the bundle's key."""
    return hmac.digest(key, b"sae-salt/v1\0" + path.encode(), "sha256").hex()


def commitment(salt: str, path: str, content: bytes) -> str:
    """Return the commitment, 64 hexadecimal digits, to a file under a path."""
    return commitment_of(salt, path, (content,))


def commitment_of(salt: str, path: str, pieces: Iterable[bytes]) -> str:
    """Return the commitment to a file that comes piece by piece and is never held whole."""
    state = sha256(f"{salt}\n{path}\n".encode())
    for piece in pieces:
        state.update(piece)
    return state.hexdigest()


def commitment_list(values: Iterable[str]) -> bytes:
    """Return ``commitments-sha256.txt``: one commitment a line, sorted by value, so that the order tells nothing."""
    return "".join(f"{value}\n" for value in sorted(values)).encode()


def blinding(key: bytes, payload_root: str) -> bytes:
    """Return ``blinding.txt``: 64 hexadecimal digits and a line feed that nobody outside the lab can guess.

    A digest over a tag manifest that covers this file says nothing about the payload, because its
    preimage cannot be completed by guessing.
    """
    return hmac.digest(key, b"sae-blind/v1" + payload_root.encode(), "sha256").hex().encode() + b"\n"


def merkle_root(values: Sequence[str]) -> str:
    """Return the RFC 9162 root, 64 hexadecimal digits, over the sorted commitments, each a leaf of 32 octets."""
    return tree_head([bytes.fromhex(value) for value in sorted(values)]).hex()


def tree_head(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of RFC 9162, section 2.1.1, over these leaves in this order."""
    level = [sha256(_LEAF + leaf).digest() for leaf in leaves] or [sha256().digest()]
    while len(level) > 1:
        pairs = [sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]
    return level[0]
