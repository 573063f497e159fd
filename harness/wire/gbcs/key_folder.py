"""A folder of certificates and private keys as a key store.

Every file ``*.pem``, ``*.der``, ``*.cer``, ``*.crt``, ``*.key`` and ``*.p8`` is read; certificates say whose keys they are and what for.
Two rules rest on names of files, because no certificate says it:

- a supplier's prepayment key is told from its other key agreement key by the word ``pp`` in the file's name (``…-pp-ka.pem``); it is for
  tokens only;
- where two certificates claim the same owner and use, the one whose file is named after that owner is taken, the other is a remark.

A private key belongs to the certificate of the same public key; without one, to the EUI-64 that its file's name starts with, for the use
that the name has as a word (``ds`` or ``ka``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.vocab.identity import Eui64
from harness.wire.gbcs.key_files import KeyCertificate, KeyFileError, KeyUse, LoneKey, read_key_file
from harness.wire.gbcs.keys import MemoryKeyStore

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KeyFileError", "KeyFolder", "read_key_folder"]

_SUFFIXES = frozenset({".pem", ".der", ".cer", ".crt", ".key", ".p8"})
_MOST_OCTETS = 1 << 16
"""Octets of the largest file that is read; a certificate has some 500."""
_NAMED_OWNER = re.compile(r"([0-9a-f]{16})(?![0-9a-f])")
_BROKER_ROLE = "04"
_USES: dict[str, KeyUse] = {"ds": "signing", "ka": "agreement"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFolder:
    """What a folder of keys holds."""

    keys: MemoryKeyStore
    """Signing keys and key agreement keys."""
    prepayment: MemoryKeyStore
    """Key agreement keys that suppliers make tokens with."""
    brokers: tuple[Eui64, ...]
    """Access Control Brokers, by the role in their certificates; the MACs of Commands are theirs."""
    files: int
    """How many files were read."""
    remarks: tuple[str, ...]
    """What was left out, one line each."""

    @property
    def broker(self) -> Eui64 | None:
        """The only Access Control Broker of the folder, or ``None`` where it has none, or several."""
        return self.brokers[0] if len(self.brokers) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A key that one file claims for an owner."""

    name: str
    point: bytes
    scalar: bytes = b""
    certified: bool = True


@dataclass(slots=True)
class _Gathering:
    """Collects what the files say."""

    claims: dict[tuple[Eui64, KeyUse, bool], _Claim] = field(default_factory=dict)
    """By owner, use, and whether it is for prepayment."""
    lone: list[tuple[str, LoneKey]] = field(default_factory=list)
    brokers: set[Eui64] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def certificate(self, name: str, found: KeyCertificate) -> None:
        """Note what a certificate says; raises :class:`KeyFileError` where another says otherwise and neither file is named after it."""
        if found.role == _BROKER_ROLE:
            self.brokers.add(found.owner)
        place = found.owner, found.use, found.use == "agreement" and "pp" in _words(name)
        known, claim = self.claims.get(place), _Claim(name=name, point=found.point)
        if known is None or known.point == found.point:
            self.claims[place] = claim
            return
        named = [one for one in (known, claim) if named_owner(one.name) == found.owner]
        if len(named) != 1:
            what = f"holds another {found.use} certificate of {found.owner} than {known.name}"
            raise KeyFileError(what, where=name, expected=f"one of them, or one file named {found.owner}-…")
        other = claim if named[0] is known else known
        self.claims[place] = named[0]
        self.remarks.append(f"{other.name}: not used, {named[0].name} has the {found.use} key of {found.owner}")

    def private(self, name: str, key: LoneKey) -> None:
        """Give a private key to the certificate it belongs to, or to whom its file is named after."""
        owned = False
        for place, claim in self.claims.items():
            if claim.certified and claim.point == key.point:
                self.claims[place] = _Claim(name=claim.name, point=claim.point, scalar=key.scalar)
                owned = True
        if owned:
            return
        words = _words(name)
        owner, uses = named_owner(name), [use for word, use in _USES.items() if word in words]
        if owner is None or len(uses) != 1:
            expected = "a certificate of its public key beside it, or a name such as 02a5e70000000001-ka.key"
            raise KeyFileError("holds a private key of nobody known", where=name, expected=expected)
        place = owner, uses[0], uses[0] == "agreement" and "pp" in words
        if place in self.claims:
            self.remarks.append(f"{name}: not used, its public key is not that of {self.claims[place].name}")
        else:
            self.claims[place] = _Claim(name=name, point=key.point, scalar=key.scalar, certified=False)


def named_owner(name: str) -> Eui64 | None:
    """Return the EUI-64 that a file's name starts with, or ``None``."""
    found = _NAMED_OWNER.match(name.lower())
    return Eui64(found[1]) if found else None


def _words(name: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", name.lower())


def read_key_folder(folder: Path) -> KeyFolder:
    """Read a folder; raises :class:`KeyFileError` naming the file that cannot be used and saying why."""
    if not folder.is_dir():
        raise KeyFileError("is no folder", where=str(folder), expected="a folder of certificates and keys")
    gathering, files = _Gathering(), 0
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            gathering.remarks.append(f"{path.name}: not read, its name ends in none of {', '.join(sorted(_SUFFIXES))}")
            continue
        files += 1
        found, remarks = read_key_file(_octets(path), path.name)
        gathering.remarks.extend(remarks)
        for one in found:
            if isinstance(one, KeyCertificate):
                gathering.certificate(path.name, one)
            else:
                gathering.lone.append((path.name, one))
    for name, key in gathering.lone:
        gathering.private(name, key)
    if not gathering.claims:
        raise KeyFileError("holds no certificate and no key", where=str(folder), expected=f"files {', '.join(sorted(_SUFFIXES))}")
    return KeyFolder(
        keys=_store(gathering, prepayment=False),
        prepayment=_store(gathering, prepayment=True),
        brokers=tuple(sorted(gathering.brokers)),
        files=files,
        remarks=tuple(gathering.remarks),
    )


def _octets(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            octets = file.read(_MOST_OCTETS + 1)
    except OSError as error:
        raise KeyFileError(f"cannot be read ({error.strerror})", where=path.name, expected="a file that may be read") from error
    if len(octets) > _MOST_OCTETS:
        raise KeyFileError("is too large", where=path.name, expected=f"at most {_MOST_OCTETS} octets")
    return octets


def _store(gathering: _Gathering, *, prepayment: bool) -> MemoryKeyStore:
    store = MemoryKeyStore()
    for (owner, use, for_tokens), claim in gathering.claims.items():
        if for_tokens is not prepayment:
            continue
        if claim.scalar:
            store.add_private(owner, **{use: claim.scalar})
        else:
            store.add_public(owner, **{use: claim.point})
    return store
