"""Which tool: one digest over the source of the harness and of what carries out its trials.

Together with plan and inputs it fixes every byte of a simulated payload, so it belongs into the payload.
"""

from __future__ import annotations

from hashlib import sha256
from importlib.util import find_spec
from typing import TYPE_CHECKING

from harness.errors import UnavailableError
from harness.evidence.files import read_file, walk
from harness.evidence.layout import manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SOURCE_SUFFIXES", "harness_digest"]

SOURCE_SUFFIXES = (".py", ".csv", ".html", ".toml", ".json", ".css", ".js", ".svg", ".txt")
"""Files that decide what a package does: code, catalogues, templates."""

_APART = ("__pycache__", "_library")
"""Folders left out: what the interpreter writes, and scenarios and profiles, which are inputs of their own."""


def harness_digest(providers: Iterable[str] = ()) -> str:
    """Return the SHA-256, 64 hexadecimal digits, of the source of ``harness`` and of these packages.

    ``providers`` name the import packages that bring the target, such as ``comms_hub_sim``; they are
    found and never imported. A checkout and an installed wheel give the same digest: it is that of a
    manifest of relative paths, ``sha256sum harness/… | sha256sum`` in bytewise order. Raises
    :class:`UnavailableError` where a package is not installed.
    """
    digests = {}
    for package in sorted({"harness", *providers}):
        root = _folder(package)
        for path in walk(root).files:
            *folders, name = path.split("/")
            if name.endswith(SOURCE_SUFFIXES) and not any(folder in _APART for folder in folders):
                digests[f"{package}/{path}"] = sha256(read_file(f"{root}/{path}")).hexdigest()
    return sha256(manifest(digests)).hexdigest()


def _folder(package: str) -> str:
    spec = find_spec(package) if package.isidentifier() else None
    places = list(spec.submodule_search_locations or ()) if spec else []
    if len(places) != 1:
        raise UnavailableError(f"no package '{package}' is installed here", expected="the package that provides the target")
    return places[0]
