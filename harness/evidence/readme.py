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

The rest is for a bundle that somebody signed, one with a folder attestations/.
There S is run, plan, selftest or grade; KEY is the signer's public key in PEM,
TSA the root of the time-stamping authority, both got from elsewhere, not from
this folder:

    export S=run KEY=/elsewhere/lab.pub.pem TSA=/elsewhere/tsa-root.pem

Who signed it? (OpenSSL; for a key on P-256. What is signed is the statement after
a head with its type and length, as DSSE version 1 has it.)

    head() { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <"$1")"; }
    { head attestations/$S.statement.json; cat attestations/$S.statement.json; } >/tmp/$S.signed
    openssl dgst -sha256 -verify "$KEY" -signature attestations/$S.sig /tmp/$S.signed

Is what was signed what lies here? It names the digests of the tag manifests,
which list the rest; the plan names those of the files under data/plan/.

    grep -q "$(sha256sum <tagmanifest-sha256.txt | cut -c1-64)" attestations/run.statement.json
    grep -q "$(sha256sum <data/plan/plan.json | cut -c1-64)" attestations/plan.statement.json

When was it signed at the latest? (where attestations/ holds a .sig.tsr)

    openssl ts -verify -data attestations/$S.sig -in attestations/$S.sig.tsr -CAfile "$TSA"

Was a file committed to? The lab gives out the salt of a file with the file; the
last command ends without a complaint where it was.

    export path=data/plan/plan.json salt=0000000000000000000000000000000000000000000000000000000000000000
    { printf '%s\\n%s\\n' "$salt" "$path"; cat "$path"; } | sha256sum | cut -c1-64 | grep -qxFf - commitments-sha256.txt

With the harness:  smets-harness verify . --trust trust.json
"""
