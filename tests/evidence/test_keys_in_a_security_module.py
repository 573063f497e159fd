"""A key that never leaves a security module signs as one from a file does; SoftHSM plays the module."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import signed_bundles as made

from harness.errors import BenchError, UsageError
from harness.evidence.hsm_keys import open_token_key
from harness.evidence.problem import Outcome
from harness.evidence.seal import seal
from harness.evidence.signing import sign
from harness.evidence.trust_list import Holder, TrustList
from harness.evidence.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
PIN = b"1234"


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> str:
    """The name of a P-256 key in a token that was made for this."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    module = next((path for path in MODULES if Path(path).exists()), "")
    if not module:
        pytest.skip("the library of SoftHSM is not installed")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    start = [tool("softhsm2-util"), "--init-token", "--free", "--label", "lab", "--pin", PIN.decode(), "--so-pin", "4321"]
    subprocess.run(start, check=True, capture_output=True)
    tool_ = [tool("pkcs11-tool"), "--module", module, "--token-label", "lab", "--login", "--pin", PIN.decode(), "--keypairgen"]
    for kind, label in (("EC:prime256v1", "operator"), ("EC:secp384r1", "large"), ("rsa:2048", "other")):
        subprocess.run([*tool_, "--key-type", kind, "--label", label], check=True, capture_output=True)
    return f"pkcs11:token=lab;object=operator?module-path={module}"


def test_a_key_in_a_module_signs_a_bundle_that_verifies(uri: str, tmp_path: Path) -> None:
    key = open_token_key(uri, lambda: PIN)
    root = seal(tmp_path / "bundle", made.payload())
    assert sign(tmp_path / "bundle", key, role="operator", time=made.ENDED, lab_key=made.LAB_KEY) == ("plan", "selftest", "run")
    trust = TrustList().with_holder(Holder(key=key.public, holder="A. Operator", organisation="Test Lab", roles=("operator",)))
    found = verify(tmp_path / "bundle", levels=["V0", "V1", "V2", "V3"], trust=trust)
    assert (found.outcome, found.payload_root) == (Outcome.HOLDS, root)
    assert sign(tmp_path / "bundle", key, role="operator", time=made.ENDED) == ()


def test_openssl_verifies_what_a_module_signed(uri: str, tmp_path: Path, tool: Callable[[str], str]) -> None:
    key = open_token_key(uri, lambda: PIN)
    (tmp_path / "pub.pem").write_bytes(key.public.pem)
    (tmp_path / "message").write_bytes(b"message")
    for number in range(8):
        (tmp_path / "sig").write_bytes(key.sign(b"message"))
        assert key.public.verifies((tmp_path / "sig").read_bytes(), b"message"), number
        command = [tool("openssl"), "dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig", "message"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("object_", ["large", "other"])
def test_a_key_of_another_kind_in_a_module_is_refused(uri: str, object_: str) -> None:
    with pytest.raises((UsageError, BenchError)):
        open_token_key(uri.replace("object=operator", f"object={object_}"), lambda: PIN)


@pytest.mark.parametrize(
    ("change", "pin"),
    [(("token=lab", "token=none"), PIN), (("object=operator", "object=none"), PIN), (("libsofthsm2", "none"), PIN), (("", ""), b"0000")],
)
def test_a_module_that_does_not_give_the_key_is_told(uri: str, change: tuple[str, str], pin: bytes) -> None:
    with pytest.raises(BenchError, match="the security module does not give the key: "):
        open_token_key(uri.replace(*change), lambda: pin)


@pytest.mark.parametrize(
    "name", ["pkcs11:", "pkcs11:token=lab", "pkcs11:token=;object=x?module-path=/x", "pkcs11:token=a;object=b;c=d?module-path=/x"]
)
def test_a_name_that_names_no_key_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="does not name a key in a security module"):
        open_token_key(name, lambda: PIN)
