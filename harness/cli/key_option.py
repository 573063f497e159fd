"""The options ``--keys`` and ``--broker``: which keys a command uses, and whose MAC a Command carries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.vocab.identity import Eui64
    from harness.wire.gbcs.keys import KeyStore

__all__ = ["Keys", "add_key_options", "chosen_keys"]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a folder, and which of their owners is the Access Control Broker."""

    store: KeyStore
    broker: Eui64 | None
    """``None`` where it was not named, and the folder has none, or several."""


def add_key_options(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare both options; ``what`` says what the keys are for."""
    parser.add_argument("--keys", type=Path, metavar="DIR", help=what)
    parser.add_argument(
        "--broker", metavar="EUI64", help="the Access Control Broker, who makes the MACs of Commands (default: the one in DIR)"
    )


def chosen_keys(args: argparse.Namespace, console: Console) -> Keys | None:
    """Read the folder that was named; remarks on its files go to standard error. Raises :class:`UsageError` where it cannot be used."""
    if args.keys is None:
        if args.broker is not None:
            raise UsageError("--broker without --keys", expected="--keys and a folder with the broker's certificate or key")
        return None
    from harness.vocab.identity import eui64
    from harness.wire.gbcs.key_folder import read_key_folder

    named = None if args.broker is None else eui64(args.broker)
    folder = read_key_folder(args.keys)
    for remark in folder.remarks:
        console.talk(f"note: {args.keys}: {remark}")
    return Keys(folder.keys, named or folder.broker)
