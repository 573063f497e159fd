"""A small bundle that is signed by everybody, with keys that are the same every time, and an authority for time stamps."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.evidence.layout import MANIFESTS, payload_root, tag_manifests, tags
from harness.evidence.seal import seal
from harness.evidence.signing import RunTimes, plan_envelope, sign
from harness.evidence.signing_keys import FileKey
from harness.evidence.trust_list import Holder, TrustList
from harness.vocab.canonical import document, lines
from harness.vocab.journal import JournalWriter

LAB_KEY = bytes(range(32))
PLANNED, STARTED, ENDED, GRADED = (f"2030-01-0{day}T09:00:00Z" for day in (1, 2, 3, 4))
ARMS = ("treatment", "positive-control", "sham")


@cache
def p256(number: int) -> FileKey:
    """Return the key on P-256 with this scalar."""
    return FileKey(derive_private_key(number, SECP256R1()))


@cache
def ed25519(number: int) -> FileKey:
    """Return the Ed25519 key with this seed."""
    return FileKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


OPERATOR, REVIEWER, DISCLOSER, STRANGER = 1001, 1002, 1003, 1004
"""Scalars of the keys; the stranger is in no trust list."""


def trust(**changes: str) -> TrustList:
    """Return a trust list of operator, reviewer and discloser; ``changes`` are to the operator."""
    found = TrustList()
    for number, role in ((OPERATOR, "operator"), (REVIEWER, "reviewer"), (DISCLOSER, "discloser")):
        more = changes if role == "operator" else {}
        found = found.with_holder(Holder(key=p256(number).public, holder=f"The {role}", organisation="Test Lab", roles=(role,), **more))
    return found


def journal(trial: str) -> bytes:
    """Return a journal that nobody has to believe."""
    stream = BytesIO()
    writer = JournalWriter(stream)
    writer.record(0, "journal", format="smets-journal/1", trial=trial, realm="S", clock="virtual", epoch="2030-01-07T00:00:00Z")
    writer.record(5000, "end", reason="window closed")
    return stream.getvalue()


def payload(*, sham_positive: bool = False, grade: str = "C1-S u=0 rare", held: str = "") -> dict[str, bytes]:
    """Return the payload of a bundle of one block of three arms; ``held`` is the grade without the recount, where it is another."""
    trials = {arm: f"t0000{number}" for number, arm in enumerate(ARMS)}
    rows = [{"trial": trials[arm], "positive": arm != "sham" or sham_positive, "void": ""} for arm in ARMS]
    return {
        "data/identity/dev-k7qd.json": document({"maker": "Alder Instruments", "model": "alder-e1", "pseudonym": "dev-k7qd"}),
        "data/plan/assignment.jsonl": lines({"trial": trials[arm], "arm": arm} for arm in ARMS),
        "data/plan/plan.json": document(
            {
                "arms": [{"name": arm, "role": arm} for arm in ARMS],
                "harness": {"digest": "ab" * 32, "version": "0.1.0"},
                "target": {"clock": "virtual", "name": "simulator", "realm": "S"},
            }
        ),
        "data/plan/policy.json": document({"format": "smets-policy/2"}),
        "data/raw/capture.pcapng": bytes(range(256)) * 3,
        "data/results/certainty.json": document({"grade": held or grade, "worst-case": grade}),
        "data/results/outcomes.jsonl": lines(rows),
        **{f"data/trials/{trial}.jsonl": journal(trial) for trial in trials.values()},
    }


def make_signed(directory: Path, files: dict[str, bytes] | None = None, *, times: RunTimes | None = None, lab_key: bytes = LAB_KEY) -> str:
    """Seal and sign a bundle as operator and reviewer; return its payload root."""
    files = files or payload()
    root = seal(directory, files)
    operator = p256(OPERATOR)
    plan = plan_envelope(operator, files, time=PLANNED)
    times = times or RunTimes(started=STARTED, ended=ENDED)
    sign(directory, operator, role="operator", time=times.ended or ENDED, lab_key=lab_key, plan=plan, times=times)
    sign(directory, p256(REVIEWER), role="reviewer", time=GRADED)
    return root


def reseal(directory: Path, path: str, octets: bytes, further: dict[str, bytes] | None = None) -> None:
    """Change a payload file and make every manifest agree, as somebody who covers traces would; signatures stay."""
    from hashlib import new

    (directory / path).write_bytes(octets)
    files = sorted(str(found.relative_to(directory)) for found in (directory / "data").rglob("*") if found.is_file())
    contents = {found: (directory / found).read_bytes() for found in files}
    manifests = {
        algorithm: "".join(f"{new(algorithm, contents[found]).hexdigest()}  {found}\n" for found in files).encode()
        for algorithm in MANIFESTS
    }
    made = tags(manifests, octets=sum(map(len, contents.values())), files=len(files))
    kept = {name: (directory / name).read_bytes() for name in ("blinding.txt", "commitments-sha256.txt") if (directory / name).exists()}
    made |= kept | (further or {})
    for name, content in (made | tag_manifests(made)).items():
        (directory / name).write_bytes(content)
    assert payload_root(manifests["sha256"])


_CONFIGURATION = """
[req]
distinguished_name=dn
prompt=no
[dn]
CN=Test Root
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[tsa]
basicConstraints=CA:FALSE
extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[authority]
serial=./serial
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256,sha384,sha512
ordering=yes
ess_cert_id_alg=sha256
"""

_MAKING = """
set -e
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config tsa.cnf"
openssl req -x509 $new -keyout root.key -out root.pem -days 3650 -extensions ca
openssl req $new -keyout tsa.key -out tsa.csr -subj '/CN=Test Authority'
openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -out tsa.pem -days 3000 -extfile tsa.cnf -extensions tsa
echo 01 >serial
"""


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority that OpenSSL plays."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> Authority:
        """Draw its keys and certificates in ``folder``."""
        folder.mkdir(parents=True)
        (folder / "tsa.cnf").write_text(_CONFIGURATION)
        subprocess.run(["/bin/sh", "-c", _MAKING], cwd=folder, check=True, capture_output=True)
        return cls(folder)

    @property
    def root(self) -> Path:
        """PEM of the root certificate."""
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """Return the reply to a query, of the present instant."""
        (self.folder / "query.tsq").write_bytes(query)
        reply = ["openssl", "ts", "-reply", "-queryfile", "query.tsq", "-config", "tsa.cnf", "-section", "authority"]
        subprocess.run(
            [*reply, "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply.tsr"], cwd=self.folder, check=True, capture_output=True
        )
        return (self.folder / "reply.tsr").read_bytes()
