"""The key that pseudonyms are made with: a file that stays where the log was kept, and goes into no bundle."""

from __future__ import annotations

import os
import stat
from secrets import token_hex
from typing import TYPE_CHECKING

from harness.errors import BenchError, UsageError
from harness.fieldlog.pseudonyms import KEY_SIZE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["secret_key"]

_PRIVATE = 0o600
_OTHERS = 0o077
_LONGEST = 1 << 10
_EXPECTED = f"{2 * KEY_SIZE} hexadecimal digits on one line; a file that is not there yet is made"


def secret_key(path: Path) -> bytes:
    """Return the key that a file holds; where there is no file, one with a new random key, for its owner's eyes only.

    Raises :class:`UsageError` where it is no such file, or others may read it, and :class:`BenchError` where it
    cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise BenchError(f"the key could not be written: {error.strerror}", where=str(path)) from error
    text = token_hex(KEY_SIZE)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"{text}\n")
        stream.flush()
        os.fsync(descriptor)
    return bytes.fromhex(text)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            octets = stream.read(_LONGEST) if stat.S_ISREG(mode) else b""
    except OSError as error:
        raise UsageError(f"the key could not be read: {error.strerror}", where=str(path), expected=_EXPECTED) from error
    if mode & _OTHERS:
        raise UsageError("others than its owner may read or change the key", where=str(path), expected=f"'chmod 600 {path}'")
    text = octets.strip()
    if len(text) != 2 * KEY_SIZE or not set(text) <= set(b"0123456789abcdefABCDEF"):
        raise UsageError("this is no key", where=str(path), expected=_EXPECTED)
    return bytes.fromhex(text.decode())
