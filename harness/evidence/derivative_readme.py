"""The README of a derivative: what it is, how far it may go, and how a stranger checks it without this harness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.evidence.disclosure_terms import NOTICE

if TYPE_CHECKING:
    from harness.evidence.disclosure_terms import Terms

__all__ = ["derivative_readme"]

_ABOUT = {
    "model": "The evidence was simulated. It shows what a model did and grades no device.",
    "device": "The evidence was observed at devices, under the conditions the plan names.",
}
_PURPOSE = {
    True: "It is a notice under the policy in data/plan/policy.json.",
    False: "It asks whoever has such devices for captures, and says nothing of any device.",
}
_INTERIM = "It is an interim notice: the time to reply has not passed.\n"

_TEXT = """\
{tlp}: to be passed on
{tlp_words}.

This folder is a derivative of an evidence bundle, format sae-bundle/1, made for
{words}.
{about}
{purpose}
{interim}
It is a BagIt 1.0 bag (RFC 8493). What is disclosed lies under data/, as it was
signed. What is withheld is told one by one in disclosure/withheld.txt, each by
a salted commitment and a reason: R-INSTALLATION, R-PERSONAL,
R-THIRD-PARTY-DEVICE, R-COMMERCIAL or R-SECURITY-MATERIAL.

The commands below need nothing of the harness that wrote it. Run them in this
folder, one after another; "Verified OK" and "as signed" are good news, "not as
signed" is not. The keys are those that you were given by another way; nobody
vouches for the copies in this folder:

    export OPERATOR=../operator.pub.pem DISCLOSER=../discloser.pub.pem

Is every file as the discloser sealed it, and none added? (GNU coreutils, bagit.py)

    sha256sum -c --strict --quiet manifest-sha256.txt
    sha256sum -c --strict --quiet tagmanifest-sha256.txt
    bagit.py --validate .

Did the discloser sign it? (OpenSSL; for keys on P-256. What is signed is the
statement after a head with its type and length, as DSSE version 1 has it.)

    encoded() {{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <"$1")"; cat "$1"; }}
    signed() {{ encoded "$1.statement.json" | openssl dgst -sha256 -verify "$2" -signature "$1.sig"; }}
    named() {{ grep -q "$(sha256sum <"$1" | cut -c1-64)" "$2.statement.json" && echo "as signed: $1"; }}
    signed attestations/disclosure "$DISCLOSER"
    named tagmanifest-sha256.txt attestations/disclosure

Did the operator sign the original, before anything was withheld?

    signed disclosure/original/attestations/run "$OPERATOR"
    named disclosure/original/commitments-sha256.txt disclosure/original/attestations/run

Is every disclosed file the one that was signed, under its own name?

    salted() {{ {{ printf '%s\\n%s\\n' "$1" "$2"; cat "$2"; }} | sha256sum | cut -c1-64; }}
    same() {{ test "$1" = "$2" || {{ echo "not as signed: $3"; false; }}; }}
    while read -r c salt path; do same "$c" "$(salted "$salt" "$path")" "$path"; done <disclosure/disclosed.txt

Is everything that was signed either disclosed or declared withheld, and is
nothing else here?

    told() {{ cut -d' ' -f1 disclosure/disclosed.txt disclosure/withheld.txt | LC_ALL=C sort; }}
    told | cmp - disclosure/original/commitments-sha256.txt
    paths() {{ cut -d' ' -f3 disclosure/disclosed.txt | LC_ALL=C sort; }}
    same "$(paths)" "$(find data -type f | LC_ALL=C sort)" "the list of paths"

With the harness:  smets-harness verify . --trust trust.json
"""


def derivative_readme(terms: Terms) -> bytes:
    """Return ``README.txt`` of a derivative: constant but for its label, its recipients, and what it is about."""
    kind = terms.recipient.kind
    return _TEXT.format(
        tlp=kind.tlp,
        words=kind.words,
        tlp_words=kind.tlp_words,
        about=_ABOUT[terms.about],
        purpose=_PURPOSE[terms.purpose == NOTICE],
        interim=_INTERIM if terms.interim else "",
    ).encode()
