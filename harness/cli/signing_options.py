"""Options of the commands that sign: which key, its passphrase, the lab's salt key, and when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.evidence.signing_keys import Passphrase, SigningKey

__all__ = ["add_key_options", "chosen_key", "chosen_lab_key", "chosen_time", "passphrase_of"]


def add_key_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Declare the key that signs, where its passphrase comes from, the lab's key, and the time."""
    parser.add_argument("--key", required=required, metavar="KEY", help="PKCS#8 PEM of the key that signs, or a 'pkcs11:' URI")
    add_passphrase_option(parser)
    parser.add_argument("--lab-key", type=Path, metavar="FILE", help="the lab's salt key, from 'smets-harness key new --salt'")
    parser.add_argument("--time", metavar="INSTANT", help="when it is signed, such as 2030-01-07T09:00:00Z (default: now)")


def add_passphrase_option(parser: argparse.ArgumentParser) -> None:
    """Declare where the passphrase of a key, or the PIN of a module, comes from."""
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line is the passphrase or PIN (default: ask)")


def chosen_key(args: argparse.Namespace) -> SigningKey:
    """Open the key that was named; raises :class:`UsageError` where it cannot be used."""
    from harness.evidence.hsm_keys import SCHEME, open_token_key
    from harness.evidence.signing_keys import read_signing_key

    if args.key.startswith(SCHEME):
        return open_token_key(args.key, passphrase_of(args))
    return read_signing_key(Path(args.key), passphrase_of(args))


def passphrase_of(args: argparse.Namespace, *, twice: bool = False) -> Passphrase:
    """Return what gives the passphrase: the file that was named, or whoever sits at the terminal."""

    def given() -> bytes:
        if args.passphrase_file is not None:
            return _first_line(args.passphrase_file)
        return _asked(twice=twice)

    return given


def _first_line(path: Path) -> bytes:
    try:
        found = path.read_bytes().partition(b"\n")[0].removesuffix(b"\r")
    except OSError as error:
        raise UsageError(f"the passphrase could not be read: {error.strerror}", where=str(path)) from error
    if not found:
        raise UsageError("holds no passphrase", where=str(path), expected="it in the first line")
    return found


def _asked(*, twice: bool) -> bytes:
    import sys
    from getpass import getpass

    if not sys.stdin.isatty():
        raise UsageError("the key needs a passphrase, and nobody is there to ask", expected="--passphrase-file FILE")
    found = getpass("passphrase: ")
    if twice and getpass("once more: ") != found:
        raise UsageError("the two passphrases differ", expected="the same one twice")
    return found.encode()


def chosen_lab_key(args: argparse.Namespace) -> bytes | None:
    """Read the lab's salt key where one was named."""
    from harness.evidence.signing_keys import read_lab_key

    return None if args.lab_key is None else read_lab_key(args.lab_key)


def chosen_time(args: argparse.Namespace) -> str:
    """Return the instant that was given, or the present one."""
    from datetime import UTC, datetime

    from harness.evidence.instants import instant

    return instant(args.time if args.time is not None else datetime.now(UTC))
