"""Which alerts and events a device sends and logs: what it was set to, and what its codes leave no choice in.

Codes 0x80nn are switched by the network operator, 0x81nn by the supplier, one bit or octet each; 0x8Fnn
cannot be switched (catalogue rules 1 to 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comms_hub_sim.ports import Configured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.vocab.identity import Eui64

__all__ = ["AlertBehaviour", "EventConfiguration"]

_ALL: Final = (1 << 256) - 1
_SCOPES: Final = {0x80: "network-operator", 0x81: "supplier"}
_LOGGED, _TO_WAN, _TO_HAN = 0x03, 0x08, 0x10

_GSME_CODES: Final = (
    *(0x810D, 0x810E, 0x8119, 0x8145, 0x8154, 0x8155, 0x8161, 0x8162, 0x8168, 0x8183, 0x8184),
    *range(0x81A0, 0x81A2),
    *range(0x81A4, 0x81B7),
    *range(0x81B9, 0x81BB),
    *range(0x81BC, 0x81C1),
    *range(0x81C2, 0x81C7),
)
"""The 44 codes whose settings a gas meter can be asked for (GCS20r)."""
_GSME_NOT_TO_WAN: Final = frozenset({0x8145, 0x8154, 0x8155, 0x8161, 0x8162, 0x8168, 0x81C6})


class AlertBehaviour:
    """An electricity meter's alert settings: for each scope 256 bits for the WAN, the HAN and the log."""

    __slots__ = ("_bits",)

    def __init__(self, off: Iterable[int] = ()) -> None:
        """Start with everything to the WAN and the log, nothing to the HAN, but for the codes in ``off``."""
        self._bits = {scope: {"wan": _ALL, "han": 0, "log": _ALL} for scope in _SCOPES.values()}
        for code in off:
            for purpose in ("wan", "log"):
                self.switch(code, purpose, on=False)

    def switch(self, code: int, purpose: str, *, on: bool) -> None:
        """Set the bit of a code; codes that nobody can switch are left alone."""
        scope = _SCOPES.get(code >> 8)
        if scope is not None:
            bit = 1 << (code & 0xFF)
            bits = self._bits[scope]
            bits[purpose] = bits[purpose] | bit if on else bits[purpose] & ~bit

    def write(self, scope: str, mask: int, action: int) -> None:
        """Take over ``action`` for the WAN bits that ``mask`` names, as ECS25a and ECS25b do."""
        bits = self._bits[scope]
        bits["wan"] = (bits["wan"] & ~mask) | (action & mask)

    def asks(self, code: int, purpose: str) -> bool:
        """Return whether a code is to go to the WAN, the HAN or the log."""
        scope = _SCOPES.get(code >> 8)
        return scope is None or bool(self._bits[scope][purpose] >> (code & 0xFF) & 1)

    def configured(self, device: Eui64, scope: str) -> Configured:
        """Return one scope's settings for the journal."""
        bits = self._bits[scope]
        return Configured(
            device=device,
            item="alert-behaviour",
            members={"scope": scope, **{purpose: f"{bits[purpose]:064x}" for purpose in ("wan", "han", "log")}},
        )


class EventConfiguration:
    """A gas meter's event settings: one octet a code (Device Management cluster 0x0708)."""

    __slots__ = ("_octets",)

    def __init__(self, off: Iterable[int] = ()) -> None:
        """Start with every code logged, and sent where it is an alert, but for the codes in ``off``."""
        unwanted = frozenset(off)
        self._octets = {code: 0 if code in unwanted else _LOGGED if code in _GSME_NOT_TO_WAN else _LOGGED | _TO_WAN for code in _GSME_CODES}

    def write(self, octet: int, codes: Iterable[int]) -> None:
        """Take over an octet for these codes, as GCS20 does; codes that a gas meter does not know are left alone."""
        self._octets.update(dict.fromkeys(set(codes) & self._octets.keys(), octet))

    def asks(self, code: int, purpose: str) -> bool:
        """Return whether a code is to go to the WAN, the HAN or the log; of those without an octet, 0x8Fnn are."""
        octet = self._octets.get(code)
        if octet is None:
            return code >> 8 == 0x8F
        return bool(octet & _TO_WAN) if purpose == "wan" else bool(octet & _TO_HAN) if purpose == "han" else octet & 7 == _LOGGED

    def configured(self, device: Eui64) -> Configured:
        """Return the settings for the journal."""
        octets = {f"0x{code:04X}": f"0x{octet:02X}" for code, octet in self._octets.items()}
        return Configured(device=device, item="event-configuration", members={"codes": octets})
