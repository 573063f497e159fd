"""Disclosing: a derivative is made of a signed bundle, for one recipient, with everything else declared withheld.

The derivative is a bag of its own, signed by who decided what goes out. It is written beside its place and searched
whole, every file as it would leave, before it stands anywhere; where the search finds anything, there is no derivative.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import TYPE_CHECKING, Final, cast

from harness.errors import BundleError, UsageError
from harness.evidence.attestations import ENVELOPE, files_of
from harness.evidence.bundle import Bundle
from harness.evidence.commitments import blinding, bundle_key, commitment_list, salt
from harness.evidence.derivative_readme import derivative_readme
from harness.evidence.disclosure_choice import choose, is_masked
from harness.evidence.disclosure_gate import is_interim
from harness.evidence.disclosure_terms import ABOUT, DISCLOSED, ORIGINAL, TERMS, WITHHELD, Terms
from harness.evidence.dsse import read_envelope
from harness.evidence.files import chunks, read_file, walk
from harness.evidence.layout import (
    ATTESTATIONS,
    BLINDING,
    COMMITMENTS,
    MANIFESTS,
    manifest,
    payload_root,
    tag_manifests,
    tags,
)
from harness.evidence.leak_forms import Secret
from harness.evidence.leak_patterns import is_keyed_pseudonym, is_pseudonym
from harness.evidence.leaks import LeakScan
from harness.evidence.place import disk_error, put_in_place, workspace
from harness.evidence.problem import FixityError
from harness.evidence.signing import envelope_of
from harness.evidence.statement import statement
from harness.evidence.subjects import SUBJECTS
from harness.evidence.trust import changed, read_tags, require_bundle, was_a_bundle
from harness.evidence.withheld_values import digest_values, withheld_values
from harness.vocab.canonical import document, parse
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

    from harness.evidence.disclosure_choice import Choice, Order
    from harness.evidence.leaks import Leak
    from harness.evidence.recipients import Reason
    from harness.evidence.signing_keys import SigningKey
    from harness.evidence.trust import TagFiles
    from harness.vocab.canonical import Json

__all__ = ["Disclosure", "LeakError", "disclose", "is_certificate_file"]

_PLAN: Final = "data/plan/plan.json"
_MOST_TOLD: Final = 20


class LeakError(BundleError):
    """What was to be disclosed holds something that must not leave the lab."""

    def __init__(self, leaks: tuple[Leak, ...]) -> None:
        """Tell of ``leaks``, which stay at hand as an attribute."""
        told = [str(leak) for leak in leaks[:_MOST_TOLD]]
        more = [f"and {len(leaks) - _MOST_TOLD} more"] if len(leaks) > _MOST_TOLD else []
        super().__init__("E-DISC-LEAK nothing was disclosed, because it would have told\n  " + "\n  ".join([*told, *more]))
        self.leaks = leaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A derivative that was made."""

    terms: Terms
    payload_root: str
    disclosed: tuple[str, ...]
    withheld: Mapping[str, Reason]
    """By path, for the lab's own eyes."""


def disclose(directory: Path, out: Path, order: Order, *, key: SigningKey, lab_key: bytes, time: str) -> Disclosure:
    """Make a derivative of the signed bundle in ``directory`` and put it in ``out``.

    The bundle is to have been verified a moment ago. Raises :class:`UsageError` where it was not signed, was committed
    to under another key, or the order cannot be carried out; :class:`ClosedGateError` where the policy does not let it
    go; :class:`LeakError` where what would go out tells what must not; and whatever reading and sealing raise. Then
    nothing is written.
    """
    work = _Work.open(directory, order, lab_key)
    interim = is_interim(work.bundle, order)
    out = out.resolve()
    _check_place(directory.resolve(), out)
    with workspace(out) as fresh:
        commitments = work.write_payload(fresh, out)
        terms = work.terms(interim=interim)
        contents = work.tags(terms, commitments)
        predicate: dict[str, Json] = {**terms.value(), "role": "discloser", "time": time}
        envelope = envelope_of(key, statement("disclosure", {name: contents[name] for name in SUBJECTS["disclosure"]}, predicate))
        contents |= files_of("disclosure", envelope, key.public.pem)
        _write(fresh, contents, out)
        leaks = work.leaks(fresh, lab_key)
        if leaks:
            raise LeakError(leaks)
        put_in_place(fresh, out)
    return Disclosure(
        terms=terms,
        payload_root=payload_root(contents[MANIFESTS["sha256"]]),
        disclosed=work.choice.disclosed,
        withheld={path: cast("Reason", work.choice.reasons[path]) for path in work.choice.withheld},
    )


def is_certificate_file(name: str) -> bool:
    """Tell whether a file of a bundle may hold certificates: those of an authority that stamped a signature are public."""
    return name.startswith((ATTESTATIONS, ORIGINAL + ATTESTATIONS))


@dataclass(slots=True, kw_only=True)
class _Work:
    """A derivative on its way."""

    bundle: Bundle
    sealed: TagFiles
    order: Order
    choice: Choice
    realm: Realm
    key: bytes
    """The bundle's key, from which its salts come."""
    digests: dict[str, dict[str, str]]
    """Of what is disclosed, by algorithm and path."""
    octets: int = 0

    @classmethod
    def open(cls, directory: Path, order: Order, lab_key: bytes) -> _Work:
        require_bundle(directory)
        sealed = read_tags(os.fspath(directory))
        bundle = Bundle.of(directory, sealed)
        if TERMS in sealed.names:
            raise UsageError("is a derivative already", where=str(directory), expected="the original")
        if COMMITMENTS not in sealed.sealed or BLINDING not in sealed.sealed:
            raise UsageError(
                "is not signed, so nobody could verify a part of it", where=str(directory), expected="'smets-harness sign' first"
            )
        key = bundle_key(lab_key, bundle.payload_root)
        if sealed.sealed[BLINDING] != blinding(key, bundle.payload_root):
            raise UsageError("was committed to under another lab key", where=str(directory), expected="the key it was signed with")
        plan = parse(bundle.read(_PLAN), where=_PLAN)
        if not isinstance(plan, dict):
            raise BundleError("holds no plan", where=_PLAN)
        realm = Realm(cast("dict[str, str]", plan["target"])["realm"])
        return cls(
            bundle=bundle,
            sealed=sealed,
            order=order,
            choice=choose(bundle, order, realm),
            realm=realm,
            key=key,
            digests={"sha256": {}, "sha512": {}},
        )

    @property
    def masked(self) -> bool:
        return is_masked(self.realm, self.bundle.files)

    def write_payload(self, fresh: Path, out: Path) -> dict[str, str]:
        """Copy what is disclosed, reading every file of the original once; return all commitments by path."""
        found = {}
        for path in self.bundle.files:
            state = sha256(f"{salt(self.key, path)}\n{path}\n".encode())
            first, second = sha256(), sha512()
            disclosed = self.choice.reasons[path] is None
            try:
                with self._opened(fresh / path) if disclosed else nullcontext() as stream:
                    for piece in chunks(self.bundle.directory / path):
                        state.update(piece)
                        first.update(piece)
                        if stream is not None:
                            second.update(piece)
                            self.octets += stream.write(piece)
            except OSError as error:
                raise disk_error(f"{path} could not be copied", error, out) from error
            if first.hexdigest() != self.bundle.digests[path]:
                raise FixityError(changed(path, "sha256", self.bundle.digests[path], first.hexdigest()))
            if disclosed:
                self.digests["sha256"][path], self.digests["sha512"][path] = first.hexdigest(), second.hexdigest()
            found[path] = state.hexdigest()
        if commitment_list(found.values()) != self.sealed.sealed[COMMITMENTS]:
            raise BundleError("E-MERKLE-ROOT are not what the payload gives under this lab key", where=COMMITMENTS)
        return found

    @staticmethod
    def _opened(path: Path) -> BinaryIO:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")

    def terms(self, *, interim: bool) -> Terms:
        counts: dict[Reason, int] = {}
        for reason in self.choice.reasons.values():
            if reason is not None:
                counts[reason] = counts.get(reason, 0) + 1
        statements = {
            name.removeprefix(ATTESTATIONS).removesuffix(ENVELOPE): sha256(read_envelope(octets, where=name).payload).hexdigest()
            for name, octets in self.attestations().items()
            if name.endswith(ENVELOPE)
        }
        return Terms(
            recipient=self.order.recipient,
            purpose=self.order.purpose,
            about=ABOUT[self.realm.value],
            interim=interim,
            derived_from=statements,
            commitments=sha256(self.sealed.sealed[COMMITMENTS]).hexdigest(),
            also=tuple(sorted(self.order.also)),
            fewest=self.order.fewest,
            traces_withheld=self.choice.traces_withheld,
            withheld=counts,
        )

    def attestations(self) -> dict[str, bytes]:
        """Return what was signed of the original, by path; raises :class:`UsageError` where its run was not."""
        root = os.fspath(self.bundle.directory)
        found = {path: read_file(f"{root}/{path}") for path in walk(root).files if path.startswith(ATTESTATIONS)}
        if f"{ATTESTATIONS}run{ENVELOPE}" not in found:
            raise UsageError("nobody signed its run", where=root, expected="'smets-harness sign --as operator' first")
        return found

    def tags(self, terms: Terms, commitments: Mapping[str, str]) -> dict[str, bytes]:
        """Return every tag file of the derivative, both tag manifests among them."""
        manifests = {algorithm: manifest(digests) for algorithm, digests in self.digests.items()}
        contents = tags(manifests, octets=self.octets, files=len(self.digests["sha256"]))
        reasons = self.choice.reasons
        disclosed = sorted(f"{commitments[path]} {salt(self.key, path)} {path}\n" for path in self.choice.disclosed)
        withheld = sorted(f"{commitments[path]} {reasons[path]}\n" for path in self.choice.withheld)
        contents |= {
            "README.txt": derivative_readme(terms),
            TERMS: document(terms.value()),
            DISCLOSED: "".join(disclosed).encode(),
            WITHHELD: "".join(withheld).encode(),
            ORIGINAL + COMMITMENTS: self.sealed.sealed[COMMITMENTS],
            **{ORIGINAL + path: octets for path, octets in self.attestations().items()},
        }
        return contents | tag_manifests(contents)

    def leaks(self, fresh: Path, lab_key: bytes) -> tuple[Leak, ...]:
        """Search everything that would leave."""
        secrets = [*self.order.secrets, *withheld_values(self.bundle, self.choice, masked=self.masked)]
        originals = {**self.sealed.sealed, **self.sealed.manifests}
        of_tags = [sha256(originals[name]).hexdigest() for name in (*MANIFESTS.values(), "bag-info.txt") if name in originals]
        secrets += digest_values(self.bundle.digests, self.choice, of_tags)
        for kind, value in (("lab key", lab_key), ("bundle key", self.key), ("blinding", bytes.fromhex(originals[BLINDING].decode()))):
            secrets.append(Secret(kind=kind, octets=value))
        secrets += [Secret(kind="salt of a withheld file", octets=bytes.fromhex(salt(self.key, path))) for path in self.choice.withheld]
        scan = LeakScan(secrets, pseudonym=is_keyed_pseudonym if self.masked else is_pseudonym)
        certificate = frozenset({"X.509 certificate"})
        return tuple(
            leak
            for name in walk(os.fspath(fresh)).files
            for leak in scan.file(name, fresh / name, known=certificate if is_certificate_file(name) else frozenset())
        )


def _check_place(directory: Path, out: Path) -> None:
    """Refuse a place that would cost a bundle: only an earlier derivative may be replaced."""
    if directory in (out, *out.parents):
        raise UsageError("lies in the original", where=str(out), expected="a place of its own")
    if was_a_bundle(out) and not (out / TERMS).is_file():
        raise UsageError("is there already and is no derivative", where=str(out), expected="a derivative to replace, or a name not taken")


def _write(fresh: Path, contents: Mapping[str, bytes], out: Path) -> None:
    for name, octets in contents.items():
        try:
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(octets)
        except OSError as error:
            raise disk_error(f"{name} could not be written", error, out) from error
