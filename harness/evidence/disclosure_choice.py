"""Deciding what of a bundle is disclosed to whom: by the rules, by what somebody asked for, by how few stand behind a figure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from harness.errors import UsageError, nearest
from harness.evidence.disclosure_terms import FEWEST, NOTICE
from harness.evidence.recipients import ALWAYS_DISCLOSED, Reason, reason_for
from harness.run.forms import TRACES, TRIALS, judged_form
from harness.vocab.canonical import parse
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.evidence.bundle import Bundle
    from harness.evidence.leak_forms import Secret
    from harness.evidence.recipients import Recipient

__all__ = ["Choice", "Order", "choose", "is_masked", "own_devices"]

_DEVICE = re.compile(rb'"device":"([0-9a-f]{16})","kind":"device"')
_RESULTS: Final = "data/results/"
_OF_THE_WHOLE: Final = (f"{_RESULTS}certainty.json", f"{_RESULTS}impact.json")
"""Results that tell of all windows together and of none by itself."""
_IDENTITY = re.compile(r"data/identity/([^/]+)\.json")
_OWN: Final = ("data/identity/{}.json", "data/inputs/profiles/{}.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants to disclose, to whom, and as what."""

    recipient: Recipient
    purpose: str = NOTICE
    waited: int = 0
    """Working days since those concerned were told."""
    also: tuple[str, ...] = ()
    """Paths to disclose although the recipient's class does not ask for them."""
    withhold: Mapping[str, Reason] = field(default_factory=dict)
    """Paths to withhold although nothing else does."""
    fewest: int = FEWEST
    """Devices that must stand behind a figure of a field capture."""
    secrets: tuple[Secret, ...] = ()
    """Values that must not leave the lab, beside those that the bundle holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What of a bundle is disclosed."""

    reasons: Mapping[str, Reason | None]
    """By path: why it is withheld, or ``None`` for what is disclosed."""
    traces_withheld: int
    """Trials of which neither form is disclosed."""

    @property
    def disclosed(self) -> tuple[str, ...]:
        """Paths that are disclosed, sorted."""
        return tuple(sorted(path for path, reason in self.reasons.items() if reason is None))

    @property
    def withheld(self) -> tuple[str, ...]:
        """Paths that are not, sorted."""
        return tuple(sorted(path for path, reason in self.reasons.items() if reason is not None))


def choose(bundle: Bundle, order: Order, realm: Realm) -> Choice:
    """Decide for every file of a bundle of a realm; raises :class:`UsageError` for an order that cannot be carried out."""
    _check(bundle, order)
    masked = is_masked(realm, bundle.files)
    own = own_devices(bundle, order.recipient.maker) if order.recipient.kind.named else frozenset[str]()
    reasons: dict[str, Reason | None] = {}
    for path in bundle.files:
        reason = reason_for(path, masked=masked)
        reasons[path] = reason if path not in own and order.recipient.withholds(reason) else None
    if realm is Realm.FIELD:
        reasons |= dict.fromkeys(_too_few(bundle, order.fewest), Reason.PERSONAL)
    for path in order.also:
        _add(path, reasons, order.recipient)
    reasons |= order.withhold
    form = judged_form(bundle.files)
    withheld = sum(reason is not None for path, reason in reasons.items() if path.startswith(form))
    return Choice(reasons=reasons, traces_withheld=withheld)


def is_masked(realm: Realm, files: Iterable[str]) -> bool:
    """Tell whether journals were masked before they were recorded, so that there are no traces beside them."""
    return realm is Realm.FIELD and not any(path.startswith(TRACES) for path in files)


def own_devices(bundle: Bundle, maker: str) -> frozenset[str]:
    """Return the identity files of one maker's devices, and the profiles behind them.

    Raises :class:`UsageError` where the bundle has no device of this maker.
    """
    makers: dict[str, str] = {}
    for path in bundle.files:
        if match := _IDENTITY.fullmatch(path):
            value = parse(bundle.read(path), where=path)
            makers[match[1]] = str(value.get("maker", "")) if isinstance(value, dict) else ""
    own = [name for name, theirs in makers.items() if theirs.casefold() == maker.casefold()]
    if not own:
        raise UsageError(f"no device of '{maker}' takes part", where="--to", nearest=nearest(maker, makers.values()))
    return frozenset(form.format(name) for name in own for form in _OWN) & frozenset(bundle.files)


def _check(bundle: Bundle, order: Order) -> None:
    for option, paths in (("--also", order.also), ("--withhold", tuple(order.withhold))):
        for path in paths:
            if path not in bundle.files:
                raise UsageError(f"this bundle has no file '{path}'", where=option, nearest=nearest(path, bundle.files))
    for path in order.withhold:
        if path in ALWAYS_DISCLOSED:
            raise UsageError(
                f"'{path}' cannot be withheld",
                where="--withhold",
                expected="another file: the signed plan statement names its plain digest",
            )
    if order.fewest < FEWEST:
        raise UsageError(f"--suppress-below {order.fewest}", expected=f"at least {FEWEST}")


def _add(path: str, reasons: dict[str, Reason | None], recipient: Recipient) -> None:
    reason = reasons[path]
    if reason is not None and not recipient.may_be_given(reason):
        raise UsageError(f"'{path}' falls under {reason.value}", where="--also", expected="a file that may be disclosed to somebody")
    reasons[path] = None


def _too_few(bundle: Bundle, fewest: int) -> list[str]:
    """Return what of a field capture would tell of fewer devices than it may.

    Where a window shows too few, its journal is withheld and every result that tells of single windows; where the
    whole capture does, all results.
    """
    form = judged_form(bundle.files)
    shown = {path: set(_DEVICE.findall(bundle.read(path))) for path in bundle.files if path.startswith(form)}
    results = [path for path in bundle.files if path.startswith(_RESULTS)]
    if len(set[bytes]().union(*shown.values())) < fewest:
        return [*shown, *results]
    small = [path for path, devices in shown.items() if 0 < len(devices) < fewest]
    raw = [path.replace(form, TRIALS, 1) for path in small]
    return [*small, *(path for path in raw if path in bundle.files), *(path for path in results if small and path not in _OF_THE_WHOLE)]
