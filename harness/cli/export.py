"""``smets-harness export``: a bundle as one file to send."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console

SUMMARY = "write a bundle as one file to send: an uncompressed archive, the same bytes everywhere"
DESCRIPTION = """Write a bundle as an uncompressed ustar archive, the same bytes wherever it is written;
GNU tar gives them as well. Unpack it with any tar, into a folder of its own.

The bundle is written as it stands, its identities and its blinding line with it: what
leaves the lab is a bundle that 'smets-harness disclose' derived. Exit code 0 where it
was written, 1 where a file cannot stand in an archive, 4 where there is no bundle or
the archive is there already."""
EXAMPLES = """examples:
  smets-harness export out/average-voltage-chatter-9f31c0 bundle.tar"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, and where to."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("archive", type=Path, help="the file to write")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the archive and print its digest."""
    from harness.evidence.archive import archive
    from harness.evidence.trust import require_bundle

    require_bundle(args.bundle)
    if args.archive.resolve().is_relative_to(args.bundle.resolve()):
        raise UsageError("would lie within the bundle", where=str(args.archive), expected="a place outside")
    digest = sha256()
    try:
        with args.archive.open("xb") as stream:
            try:
                for piece in archive(args.bundle):
                    stream.write(piece)
                    digest.update(piece)
            except BaseException:
                args.archive.unlink()
                raise
    except FileExistsError:
        raise UsageError("is there already", where=str(args.archive), expected="a name not taken") from None
    if console.as_json:
        console.json({"archive": str(args.archive), "sha256": digest.hexdigest()})
    else:
        console.data(f"archive  {args.archive}\nsha256   {digest.hexdigest()}")
    return exit_codes.AS_EXPECTED
