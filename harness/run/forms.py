"""The forms in which a trial is kept: its journal as it was recorded, the same without identities, and its packets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CAPTURES", "KEYS", "PCAPNG", "TRACES", "TRIALS", "captures_in", "is_traced", "judged_form", "trials_in"]

TRIALS: Final = "data/trials/"
"""Journals as they were recorded: EUI-64s, public keys, signatures."""

TRACES: Final = "data/traces/"
"""The same journals line for line without identities (:mod:`harness.masking.trace`): what is judged."""

CAPTURES: Final = "data/captures/"
"""Packets as sniffers at the taps would have recorded them, and the keys beside them; never judged, never disclosed."""

PCAPNG: Final = ".pcapng"
KEYS: Final = ".keys"
"""Endings of a capture, and of its keys as Wireshark's ``zigbee_pc_keys`` file has them."""

_SUFFIX: Final = ".jsonl"


def is_traced(realm: Realm) -> bool:
    """Tell whether the journals of a realm name somebody, so that traces stand beside them.

    Those of realm F do not: a field log is masked on its way into its journals.
    """
    return realm is not Realm.FIELD


def judged_form(files: Iterable[str]) -> str:
    """Return the form that is judged of a bundle with these files: traces where there are any, else the journals."""
    return TRACES if any(path.startswith(TRACES) for path in files) else TRIALS


def trials_in(files: Iterable[str], form: str) -> set[str]:
    """Return the trials that are there in a form."""
    return {path.removeprefix(form).removesuffix(_SUFFIX) for path in files if path.startswith(form)}


def captures_in(files: Iterable[str]) -> set[str]:
    """Return the trials of which there is a capture."""
    return {path.removeprefix(CAPTURES).removesuffix(PCAPNG) for path in files if path.startswith(CAPTURES) and path.endswith(PCAPNG)}
