"""Who is who: EUI-64 identifiers, device models, combinations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

from harness.errors import ScenarioError

__all__ = ["NO_DEVICE", "ROLES", "DeviceModel", "Eui64", "eui64"]

Eui64 = NewType("Eui64", str)
"""An EUI-64 as 16 lower-case hexadecimal digits, most significant octet first."""

ROLES = ("hub", "esme", "gsme", "ppmid")
"""The places in a combination that a device model can fill; the hub brings CHF and GPF."""

NO_DEVICE = "none"
"""Written in place of a model where a role is left empty."""

_HEX = re.compile(r"[0-9a-f]{16}")
_MODEL = re.compile(r"([a-z0-9][a-z0-9-]*)@([a-z0-9][a-z0-9.+-]*)")


def eui64(text: str) -> Eui64:
    """Read an EUI-64 with or without dashes or colons; raises :class:`ScenarioError` otherwise."""
    folded = text.replace("-", "").replace(":", "").lower()
    if not _HEX.fullmatch(folded):
        raise ScenarioError(f"'{text}' is not an EUI-64", expected="8 octets as 16 hexadecimal digits")
    return Eui64(folded)


@dataclass(frozen=True, slots=True, order=True)
class DeviceModel:
    """A device model with its firmware, written ``model@firmware``."""

    model: str
    firmware: str

    @classmethod
    def parse(cls, text: str) -> DeviceModel:
        """Read ``alder-e1@1.2``; raises :class:`ScenarioError` for any other shape."""
        found = _MODEL.fullmatch(text)
        if found is None:
            raise ScenarioError(f"'{text}' is not a device model", expected="model@firmware in lower case, such as 'alder-e1@1.2'")
        return cls(*found.groups())

    def __str__(self) -> str:
        """Write ``model@firmware``."""
        return f"{self.model}@{self.firmware}"
