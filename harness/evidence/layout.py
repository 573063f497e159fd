"""The layout of an evidence bundle: which files it has, how they are named and how each is spelt.

Every tag file is a function of the payload, so two bundles with the same ``data/`` are the same bytes
throughout. The *payload root* is the SHA-256 of ``manifest-sha256.txt``; it names the whole payload in
one line and can be had from coreutils alone (:mod:`harness.evidence.readme`).
"""

from __future__ import annotations

import re
from hashlib import new, sha256
from typing import TYPE_CHECKING

from harness.errors import BundleError
from harness.evidence.readme import README

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ALGORITHMS",
    "ATTESTATIONS",
    "BAGIT",
    "BLINDING",
    "COMMITMENTS",
    "DISCLOSURE",
    "FORMAT",
    "JSON",
    "MANIFESTS",
    "PAYLOAD",
    "RESULTS",
    "SALTED",
    "TAGS",
    "TAG_MANIFESTS",
    "bag_info",
    "is_further_tag",
    "manifest",
    "name_fault",
    "parse_manifest",
    "payload_root",
    "tag_manifests",
    "tags",
]

FORMAT = "sae-bundle/1"

PAYLOAD = "data/"
"""Where everything lies that is evidence; what a rerun must bring back byte for byte."""

RESULTS = "data/results/"
"""Where everything lies that is a function of plan, inputs and trials."""

JSON = (".json", ".jsonl")
"""Names of payload files that are canonical JSON: one document, or one object a line."""

ALGORITHMS = ("sha256", "sha512")
"""SHA-256 is the digest that counts; SHA-512 is kept beside it for the day SHA-256 no longer does."""

MANIFESTS = {algorithm: f"manifest-{algorithm}.txt" for algorithm in ALGORITHMS}
TAG_MANIFESTS = {algorithm: f"tagmanifest-{algorithm}.txt" for algorithm in ALGORITHMS}

TAGS = ("README.txt", "bag-info.txt", "bagit.txt", *MANIFESTS.values())
"""Tag files of every bundle, sorted bytewise; beside these there are the tag manifests, which list them, and ``data/``."""

COMMITMENTS = "commitments-sha256.txt"
"""Lists a salted commitment to every payload file, in the order of their values."""

BLINDING = "blinding.txt"
"""Holds a secret line, so that no digest of a tag manifest can be guessed."""

SALTED = (BLINDING, COMMITMENTS)
"""Tag files that signing adds; the tag manifests list them as well."""

ATTESTATIONS = "attestations/"
"""Where statements and signatures lie; outside all manifests, because they sign these."""

DISCLOSURE = "disclosure/"
"""Where the tag files of a disclosed bundle lie, which tell what it was derived from."""

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_LONGEST = 100
_PATH = re.compile(r"data(?:/[a-z0-9][a-z0-9._-]*)+")
_FURTHER = re.compile(r"disclosure(?:/[a-z0-9][a-z0-9._-]*)+")
_LINES = {
    "sha256": re.compile(r"^([0-9a-f]{64})  ([^\n]+)\n", re.MULTILINE),
    "sha512": re.compile(r"^([0-9a-f]{128})  ([^\n]+)\n", re.MULTILINE),
}


def name_fault(path: str) -> str:
    """Return why ``path`` may not be a payload path, or an empty string where it may.

    Payload paths are at most 100 bytes (what a ustar header holds) of ``data/`` and segments
    ``[a-z0-9][a-z0-9._-]*``, so no two differ by case alone and no shell needs to quote them.
    """
    if len(path.encode("utf-8", "surrogateescape")) > _LONGEST:
        return f"is longer than {_LONGEST} bytes"
    if not _PATH.fullmatch(path):
        return "is not a permitted name; expected 'data/' and parts of a-z, 0-9, '.', '_' and '-' that start with a letter or digit"
    return ""


def is_further_tag(name: str) -> bool:
    """Return whether a bundle that is signed or disclosed may have a tag file of this name."""
    return name in SALTED or _FURTHER.fullmatch(name) is not None


def tag_manifests(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return both tag manifests over tag files, by name."""
    return {
        TAG_MANIFESTS[algorithm]: manifest({name: new(algorithm, octets).hexdigest() for name, octets in contents.items()})
        for algorithm in ALGORITHMS
    }


def manifest(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of ``path -> hexadecimal digest``, sorted bytewise by path."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def parse_manifest(octets: bytes, algorithm: str) -> dict[str, str]:
    """Return ``path -> hexadecimal digest`` of the well-formed lines, whatever else the octets hold.

    The octets are a manifest as this format writes one exactly where :func:`manifest` gives them back.
    """
    lines = _LINES[algorithm].findall(octets.decode("latin-1"))
    return {path: digest for digest, path in lines}


def payload_root(manifest_sha256: bytes) -> str:
    """Return the payload root, 64 hexadecimal digits, that belongs to ``manifest-sha256.txt``."""
    return sha256(manifest_sha256).hexdigest()


def bag_info(*, root: str, octets: int, files: int) -> bytes:
    """Return ``bag-info.txt``; it has no date, so that sealing again gives the same bytes."""
    return f"Bundle-Format: {FORMAT}\nExternal-Identifier: sha256:{root}\nPayload-Oxum: {octets}.{files}\n".encode()


def tags(manifests: Mapping[str, bytes], *, octets: int, files: int) -> dict[str, bytes]:
    """Return all tag files but the tag manifests, for payload manifests by algorithm.

    Raises :class:`BundleError` where there is no payload: such a bundle would show nothing, and the
    payload root could not be had from the shell.
    """
    if not files:
        raise BundleError("a bundle without a payload shows nothing", expected="at least one file under data/")
    root = payload_root(manifests["sha256"])
    return {
        "README.txt": README,
        "bag-info.txt": bag_info(root=root, octets=octets, files=files),
        "bagit.txt": BAGIT,
        **{MANIFESTS[algorithm]: manifests[algorithm] for algorithm in ALGORITHMS},
    }
