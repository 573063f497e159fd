"""Commitments are what coreutils and openssl say they are, and the tree is the one that was published."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.evidence.commitments import (
    LAB_KEY_SIZE,
    blinding,
    bundle_key,
    commitment,
    commitment_list,
    commitment_of,
    merkle_root,
    salt,
    tree_head,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT = sha256(b"a manifest").hexdigest()
LAB_KEY = bytes(range(LAB_KEY_SIZE))
PATH = "data/identity/dev-k7qd.json"


def shell(command: str, folder: Path, **variables: str) -> str:
    return subprocess.run(
        ["/bin/sh", "-ec", command], cwd=folder, env={"PATH": "/usr/bin:/bin", **variables}, capture_output=True, text=True, check=True
    ).stdout


def test_the_bundle_key_is_what_another_hkdf_gives() -> None:
    expected = HKDF(SHA256(), 32, salt=None, info=b"sae-bundle/1\0" + ROOT.encode()).derive(LAB_KEY)
    assert bundle_key(LAB_KEY, ROOT) == expected


def test_another_bundle_or_another_lab_has_another_key() -> None:
    assert len({bundle_key(LAB_KEY, ROOT), bundle_key(LAB_KEY, ROOT[::-1]), bundle_key(LAB_KEY[::-1], ROOT)}) == 3


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_lab_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(UsageError, match=f"a lab key of {size} octets; expected 32 octets"):
        bundle_key(bytes(size), ROOT)


@pytest.mark.parametrize("content", [b"", b'{"eui64":"02-00-00-00-00-00-00-01"}\n', bytes(range(256)) * 700])
def test_a_commitment_is_what_coreutils_give(tmp_path: Path, content: bytes, tool: Callable[[str], str]) -> None:
    tool("sha256sum")
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_bytes(content)
    secret = salt(bundle_key(LAB_KEY, ROOT), PATH)
    recipe = """{ printf '%s\\n%s\\n' "$salt" "$path"; cat "$path"; } | sha256sum"""
    assert shell(recipe, tmp_path, salt=secret, path=PATH) == f"{commitment(secret, PATH, content)}  -\n"


def test_salt_and_blinding_are_what_openssl_gives(tmp_path: Path, tool: Callable[[str], str]) -> None:
    tool("openssl")
    key = bundle_key(LAB_KEY, ROOT)
    recipe = """printf "$text" | openssl dgst -sha256 -mac hmac -macopt "hexkey:$key" -r | cut -c1-64"""
    assert shell(recipe, tmp_path, key=key.hex(), text=f"sae-salt/v1\\0{PATH}") == f"{salt(key, PATH)}\n"
    assert shell(recipe, tmp_path, key=key.hex(), text=f"sae-blind/v1{ROOT}").encode() == blinding(key, ROOT)


def test_the_list_is_sorted_by_value_as_sort_does(tmp_path: Path, tool: Callable[[str], str]) -> None:
    tool("sort")
    values = [sha256(bytes([number])).hexdigest() for number in range(40)]
    (tmp_path / "list").write_bytes(commitment_list(values))
    assert shell("LC_ALL=C sort -c list; wc -l <list", tmp_path).strip() == "40"


@given(st.lists(st.binary(max_size=9), max_size=6))
def test_a_file_that_comes_in_pieces_has_the_same_commitment(pieces: list[bytes]) -> None:
    assert commitment_of("ab", PATH, iter(pieces)) == commitment("ab", PATH, b"".join(pieces))


@given(st.text("ab/\n", max_size=4), st.binary(max_size=4), st.text("ab/\n", max_size=4), st.binary(max_size=4))
def test_no_two_files_with_permitted_names_share_a_commitment(one: str, octets: bytes, other: str, others: bytes) -> None:
    if "\n" not in one + other and (one, octets) != (other, others):
        assert commitment("00", one, octets) != commitment("00", other, others)


LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
"""The inputs of the reference implementation of Certificate Transparency."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_the_root_over_so_many_leaves_is_the_published_one(size: int) -> None:
    assert tree_head([bytes.fromhex(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


def split(leaves: list[bytes]) -> bytes:
    """Compute the tree as RFC 9162 words it: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    at = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + split(leaves[:at]) + split(leaves[at:])).digest()


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=70))
def test_the_tree_is_split_as_the_rfc_says(leaves: list[bytes]) -> None:
    assert tree_head(leaves) == split(leaves)


def test_the_root_is_over_the_sorted_list() -> None:
    values = [sha256(bytes([number])).hexdigest() for number in range(5)]
    assert merkle_root(values) == merkle_root(values[::-1]) == split([bytes.fromhex(value) for value in sorted(values)]).hex()
