"""The option ``--zigbee-keys``: files of ZigBee keys as Wireshark keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["add_zigbee_keys_option", "zigbee_keys"]

_LONGEST = 1 << 20


def add_zigbee_keys_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option; it may be given more than once."""
    told = "decrypt ZigBee frames of captures with the keys of a file, lines as in Wireshark's zigbee_pc_keys; repeatable"
    parser.add_argument("--zigbee-keys", type=Path, action="append", default=[], metavar="FILE", help=told)


def zigbee_keys(paths: Sequence[Path]) -> tuple[bytes, ...]:
    """Return the keys of all files; raises :class:`UsageError` where one cannot be read or holds something else."""
    if not paths:
        return ()
    from harness.wire.zigbee.key_file import read_keys

    found: list[bytes] = []
    for path in paths:
        try:
            with path.open("rb") as stream:
                text = stream.read(_LONGEST).decode("utf-8", "replace").removeprefix("\ufeff")
        except OSError as error:
            raise UsageError(f"could not be read: {error.strerror}", where=str(path), expected="a file of ZigBee keys") from error
        found += read_keys(text, where=str(path))
    return tuple(dict.fromkeys(found))
