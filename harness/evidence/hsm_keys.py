"""Keys on P-256 that never leave a security module, by PKCS#11: a card, a token, an HSM.

The library (``python-pkcs11``, the extra ``hsm``) is imported only where such a key is named. A module draws
its own chance, so signing twice gives two signatures; the payload root is the same all the same.
"""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from harness.errors import BenchError, BundleError, UnavailableError, UsageError
from harness.evidence.public_keys import PublicKey, lowest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["SCHEME", "TokenKey", "open_token_key"]

SCHEME = "pkcs11:"
"""How the name of such a key begins (RFC 7512)."""

_EXAMPLE = "'pkcs11:token=lab;object=operator?module-path=/usr/lib/softhsm/libsofthsm2.so'"
_PATH, _QUERY = {"token", "object"}, {"module-path"}


class TokenKey:
    """A private key in a module; a session is open only while it signs."""

    def __init__(self, place: Mapping[str, str], pin: str) -> None:
        """Find the key's public half; raises as :func:`open_token_key` does."""
        from pkcs11 import ObjectClass
        from pkcs11.util.ec import encode_ec_public_key

        self._place, self._pin = place, pin
        try:
            with self._session() as session:
                encoded = encode_ec_public_key(session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=place["object"]))
            self.public = PublicKey(encoded)
        except (BundleError, ValueError, KeyError) as error:
            raise UsageError("a key of another kind", where=place["object"], expected="an ECDSA key on P-256") from error

    def sign(self, message: bytes) -> bytes:
        """Return the module's signature over the message; raises :class:`BenchError` where it gives none."""
        from pkcs11 import Mechanism, ObjectClass
        from pkcs11.util.ec import encode_ecdsa_signature

        with self._session() as session:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._place["object"])
            return lowest(encode_ecdsa_signature(private.sign(sha256(message).digest(), mechanism=Mechanism.ECDSA)))

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Open a session with the token; whatever the module complains of becomes :class:`BenchError`."""
        import pkcs11

        try:
            token = pkcs11.lib(self._place["module-path"]).get_token(token_label=self._place["token"])
            with token.open(user_pin=self._pin) as session:
                yield session
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            reason = f"{type(error).__name__} {error}".strip()
            raise BenchError(f"the security module does not give the key: {reason}", where=self._place["object"]) from error


def open_token_key(name: str, pin: Callable[[], bytes]) -> TokenKey:
    """Find the key that a PKCS#11 URI names by token and object; ``pin`` gives the user's PIN.

    Raises :class:`UsageError` for a URI that names none, or a key of another kind, :class:`UnavailableError`
    where the library is not installed, and :class:`BenchError` where module, token or PIN do not allow it.
    """
    from importlib.util import find_spec

    place = _parts(name)
    if find_spec("pkcs11") is None:
        raise UnavailableError("keys in a security module need python-pkcs11", expected="pip install 'smets-harness[hsm]'")
    return TokenKey(place, pin().decode())


def _parts(name: str) -> dict[str, str]:
    path, _, query = name.removeprefix(SCHEME).partition("?")
    named = {key: unquote(value) for key, _, value in (part.partition("=") for part in path.split(";"))}
    queried = dict(parse_qsl(query, separator="&"))
    if named.keys() != _PATH or queried.keys() != _QUERY or not all([*named.values(), *queried.values()]):
        raise UsageError(
            "does not name a key in a security module", where=name, expected=f"token, object and module-path, as in {_EXAMPLE}"
        )
    return {**named, **queried}
