"""What the withheld files of a bundle must keep to themselves, for a leak scan of those that are disclosed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.evidence.layout import RESULTS
from harness.evidence.leak_forms import Secret
from harness.evidence.leak_values import identity_values, journal_values, network_key_values, profile_values, public_words
from harness.run.forms import CAPTURES, KEYS, TRIALS
from harness.vocab.canonical import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.evidence.bundle import Bundle
    from harness.evidence.disclosure_choice import Choice

__all__ = ["digest_values", "withheld_values"]

_PLAN = "data/plan/plan.json"
_NAMED = (".toml", "overrides.json")


def withheld_values(bundle: Bundle, choice: Choice, *, masked: bool) -> list[Secret]:
    """Return every identity, key and name that a withheld file holds, but what is disclosed in another file of its kind."""
    plan = parse(bundle.read(_PLAN), where=_PLAN)
    plugins = plan.get("plugins") if isinstance(plan, dict) else None
    open_values = {secret.octets for path in choice.disclosed for secret in _named(bundle, path)}
    open_values |= public_words(plugins if isinstance(plugins, list) else ())
    found: dict[tuple[str, bytes], Secret] = {}
    for path in choice.withheld:
        for secret in _values(bundle, path, masked=masked):
            if secret.octets not in open_values:
                found.setdefault((secret.kind, secret.octets), secret)
    return list(found.values())


def _values(bundle: Bundle, path: str, *, masked: bool) -> Iterator[Secret]:
    """Yield what a withheld file holds; journals that were masked beforehand, and results, hold pseudonyms alone.

    A capture names whom its journal names, and its keys stand in the key file beside it.
    """
    yield from _named(bundle, path)
    if not path.startswith((CAPTURES, RESULTS, TRIALS) if masked else (CAPTURES, RESULTS)):
        yield from journal_values(bundle.directory / path)


def _named(bundle: Bundle, path: str) -> Iterable[Secret]:
    """Return what an identity or an input names, and the keys of a capture."""
    if path.startswith("data/identity/"):
        return identity_values(bundle.read(path), where=path)
    if path.startswith(CAPTURES) and path.endswith(KEYS):
        return network_key_values(bundle.read(path))
    if path.startswith("data/inputs/") and path.endswith(_NAMED):
        return profile_values(bundle.read(path))
    return ()


def digest_values(digests: Mapping[str, str], choice: Choice, others: Iterable[str]) -> list[Secret]:
    """Return plain digests that a guess at something withheld could be held against, given as hexadecimal digits.

    ``digests`` are those of all files by path, ``others`` those that were made of all files together. One that a
    disclosed file has as well tells nothing, and where nothing is withheld none does.
    """
    if not choice.withheld:
        return []
    shown = {digests[path] for path in choice.disclosed}
    plain = {digests[path] for path in choice.withheld} | {*others}
    return [Secret(kind="digest without a salt", octets=bytes.fromhex(digest)) for digest in sorted(plain - shown)]
