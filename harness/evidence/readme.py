"""The README that every bundle carries: how a stranger checks it without this harness."""

from __future__ import annotations

__all__ = ["README"]

README = b"""\
This folder is an evidence bundle, format sae-bundle/1. It is a BagIt 1.0 bag
(RFC 8493): the evidence lies under data/, the other files only list it.
Whatever carries the letter S as its realm was simulated and grades no device.

The commands below need nothing of the harness that wrote the bundle. Run them
in this folder; each prints OK for every file, or ends without a complaint.

Is every file as it was sealed? (GNU coreutils)

    sha256sum -c --strict manifest-sha256.txt
    sha512sum -c --strict manifest-sha512.txt
    sha256sum -c --strict tagmanifest-sha256.txt
    sha512sum -c --strict tagmanifest-sha512.txt

Is it a whole bag, with no payload file added? (bagit.py, Library of Congress)

    bagit.py --validate .

Which evidence is it? Two bundles that print the same line here, the payload
root, hold the same payload. It is also the SHA-256 of manifest-sha256.txt.

    find data -type f | LC_ALL=C sort | xargs sha256sum | sha256sum

With the harness:  smets-harness verify .
"""
