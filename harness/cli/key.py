"""``smets-harness key``: make a key, show it, and write down who is trusted with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.signing_options import add_passphrase_option, passphrase_of
from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.public_keys import PublicKey

SUMMARY = "make a signing key or salt key, show one, or write a trust list"
DESCRIPTION = """Make keys, show them, and write down who is trusted with them.

  new     draw a key and write it to KEY, for nobody else to read: an ECDSA key on
          P-256 (PKCS#8 PEM) and KEY's public half beside it as .pub.pem; with
          --salt the lab's salt key instead
  show    show identifier, algorithm and public half of a key, private or public
  trust   print trust.json with an entry for the key: whose it is, for what, and
          from when to when; give it to those who verify, by another way than the
          bundles"""
EXAMPLES = """examples:
  smets-harness key new operator.pem
  smets-harness key new reviewer.pem --passphrase-file secret.txt
  smets-harness key new lab.key --salt
  smets-harness key show operator.pem
  smets-harness key trust operator.pub.pem --holder "A. Operator" --organisation "Test Lab" --role operator > trust.json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what to do with which key."""
    parser.add_argument("action", choices=("new", "show", "trust"), help="what to do")
    parser.add_argument("key", metavar="KEY", help="the key's file; to show or trust also a 'pkcs11:' URI")
    parser.add_argument("--salt", action="store_true", help="new: the lab's salt key, from which commitments get their salts")
    parser.add_argument("--algorithm", choices=("p256", "ed25519"), default="p256", help="new: kind of signing key (default: p256)")
    parser.add_argument("--encrypt", action="store_true", help="new: encrypt it with a passphrase; implied by --passphrase-file")
    add_passphrase_option(parser)
    parser.add_argument("--holder", metavar="NAME", help="trust: who holds the key")
    parser.add_argument("--organisation", metavar="NAME", help="trust: for whom")
    parser.add_argument("--role", action="append", default=[], metavar="ROLE", help="trust: operator, reviewer or discloser; repeatable")
    parser.add_argument("--not-before", metavar="INSTANT", help="trust: from when its signatures count")
    parser.add_argument("--not-after", metavar="INSTANT", help="trust: up to when its signatures count")
    parser.add_argument("--revoked-at", metavar="INSTANT", help="trust: from when they no longer do")
    parser.add_argument("--with", type=Path, dest="present", metavar="FILE", help="trust: an earlier trust.json, whose entries are kept")


def run(args: argparse.Namespace, console: Console) -> int:
    """Make, show or trust a key."""
    if args.action == "new":
        return _new(args, console)
    public = _public(args)
    if args.action == "trust":
        return _trust(args, public, console)
    if console.as_json:
        console.json({"keyid": public.keyid, "algorithm": public.algorithm, "public-key": public.pem.decode("ascii")})
    else:
        console.data(f"keyid      {public.keyid}\nalgorithm  {public.algorithm}\n{public.pem.decode('ascii')}")
    return exit_codes.AS_EXPECTED


def _new(args: argparse.Namespace, console: Console) -> int:
    from harness.evidence.public_keys import ED25519, P256
    from harness.evidence.signing_keys import new_lab_key, new_signing_key, write_secret

    path = Path(args.key)
    if args.salt:
        write_secret(path, new_lab_key())
        made = {"salt-key": str(path)}
    else:
        beside = path.with_suffix(".pub.pem")
        if beside.exists():
            raise UsageError("is there already; a key is never overwritten", where=str(beside), expected="a name not taken")
        key = new_signing_key(ED25519 if args.algorithm == "ed25519" else P256)
        encrypted = args.encrypt or args.passphrase_file is not None
        write_secret(path, key.pem(passphrase_of(args, twice=True)() if encrypted else b""))
        beside.write_bytes(key.public.pem)
        made = {"keyid": key.public.keyid, "private-key": str(path), "public-key": str(beside)}
    if console.as_json:
        console.json(made)
    else:
        console.data("\n".join(f"{name:<12} {value}" for name, value in made.items()))
    return exit_codes.AS_EXPECTED


def _public(args: argparse.Namespace) -> PublicKey:
    """Return the public half of what was named."""
    from harness.cli.signing_options import chosen_key
    from harness.errors import BundleError
    from harness.evidence.public_keys import read_pem

    path = Path(args.key)
    octets = path.read_bytes() if path.is_file() else b""
    if b"PUBLIC KEY" not in octets:
        return chosen_key(args).public
    try:
        return read_pem(octets)
    except BundleError as error:
        raise UsageError("is no public key that can be used", where=str(path), expected=error.expected) from error


def _trust(args: argparse.Namespace, public: PublicKey, console: Console) -> int:
    from harness.errors import nearest
    from harness.evidence.instants import instant
    from harness.evidence.trust_list import ROLES, Holder, TrustList, read_trust

    if not (args.holder and args.organisation and args.role):
        raise UsageError("trust is in somebody, for something", expected="--holder, --organisation and --role")
    for role in args.role:
        if role not in ROLES:
            raise UsageError(f"no role '{role}'", expected=", ".join(ROLES), nearest=nearest(role, ROLES))
    present = read_trust(args.present) if args.present else TrustList()
    holder = Holder(
        key=public,
        holder=args.holder,
        organisation=args.organisation,
        roles=tuple(role for role in ROLES if role in args.role),
        not_before=instant(args.not_before) if args.not_before else "",
        not_after=instant(args.not_after) if args.not_after else "",
        revoked_at=instant(args.revoked_at) if args.revoked_at else "",
    )
    console.json(present.with_holder(holder).document())
    return exit_codes.AS_EXPECTED
