"""What a device profile may set: every behaviour in which simulated devices differ, by role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.errors import InternalError
from harness.interfaces.setting import Setting
from harness.vocab.time import HOUR, MILLISECOND, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.setting import Value

__all__ = ["SETTINGS", "codes", "number", "text"]


def _radio(loss: int, mac_loss: int) -> dict[str, Setting]:
    """Return the settings of a HAN radio, whose links lose these shares of datagrams, and of single frames, where nothing else is said."""
    return {
        "han-loss": Setting(kind="ratio", doc="share of datagrams lost on this device's HAN links, either way", default=loss),
        "han-acknowledgement-loss": Setting(kind="ratio", doc="share of HAN acknowledgements lost likewise", default=loss),
        "mac-loss": Setting(
            kind="ratio",
            doc="share of single MAC frames lost on this device's HAN links, which the MAC repeats (at frame fidelity only; assumed)",
            default=mac_loss,
        ),
        "aps-retries": Setting(
            kind="count", doc="how often the radio repeats a datagram without acknowledgement", default=3, minimum=0, maximum=7
        ),
        "aps-acknowledgement-wait": Setting(
            kind="duration", doc="how long the radio waits for an acknowledgement", default=1600 * MILLISECOND, minimum=100 * MILLISECOND
        ),
        "aps-duplicate-life": Setting(
            kind="duration", doc="how long the radio remembers the counter of a datagram it took", default=8 * SECOND, minimum=0
        ),
    }


_METER: Final = {
    **_radio(5_000, 10_000),
    "codes-off": Setting(kind="codes", doc="alert codes switched off at commissioning: neither sent to the WAN nor logged", default=()),
    "log-entries": Setting(kind="count", doc="entries each event log holds before it overwrites the oldest", default=100, minimum=1),
}

_TUNNEL: Final = {
    "tunnel-while-open": Setting(
        kind="choice",
        doc="answer to a tunnel request from a hub whose tunnel is open: the same tunnel again, or a refusal and alert 0x81BA",
        default="accept",
        choices=("accept", "refuse"),
    ),
}

SETTINGS: Final[Mapping[str, Mapping[str, Setting]]] = {
    "hub": {
        **_radio(0, 0),
        "band": Setting(
            kind="choice",
            doc="band of the home area network, at frame fidelity; 868-mhz has a duty cycle, and its figures are recalled or assumed",
            default="2.4-ghz",
            choices=("2.4-ghz", "868-mhz"),
        ),
        "tunnel-check": Setting(
            kind="duration",
            doc="period of the check that every mains-powered device has a tunnel",
            default=10 * MINUTE,
            minimum=10 * SECOND,
        ),
        "tunnel-policy": Setting(
            kind="choice",
            doc="after a restart: close the tunnel that was kept in memory, then request one; or request one at every check until granted",
            default="close-first",
            choices=("close-first", "ask-again"),
        ),
        "duplicate-cache": Setting(
            kind="count", doc="GBCS messages remembered by (originator, counter), and not handed to the WAN again", default=0, minimum=0
        ),
    },
    "esme": {
        **_METER,
        **_TUNNEL,
        "average-voltage-over": Setting(
            kind="voltage", doc="average RMS over-voltage threshold, alerts 0x8002 and 0x8085", default=253_000
        ),
        "average-voltage-under": Setting(
            kind="voltage", doc="average RMS under-voltage threshold, alerts 0x8006 and 0x8089", default=216_000
        ),
        "average-voltage-period": Setting(
            kind="duration", doc="averaging period; periods are counted from the start of the trial", default=10 * MINUTE, minimum=MINUTE
        ),
        "average-voltage-hysteresis": Setting(
            kind="voltage", doc="how far inside a threshold the average must be before its return is announced", default=2_000
        ),
    },
    "gsme": {
        **_METER,
        "wake-interval": Setting(
            kind="duration",
            doc="time from one wake-up to the next; 30 min is recalled, no source was found",
            default=30 * MINUTE,
            minimum=MINUTE,
        ),
        "stay-awake": Setting(
            kind="duration", doc="how long the receiver stays on after the last exchange", default=2 * SECOND, minimum=SECOND
        ),
    },
    "ppmid": {
        **_radio(5_000, 10_000),
        **_TUNNEL,
        "reading-interval": Setting(
            kind="duration",
            doc="time from one reading of the electricity meter to the next",
            default=5 * MINUTE,
            minimum=10 * SECOND,
            maximum=HOUR,
        ),
    },
}
"""By role: what :meth:`comms_hub_sim.target.Simulator.device_settings` returns."""


def number(settings: Mapping[str, Value], name: str) -> int:
    """Return a setting that is a count, duration, voltage or ratio, in base units."""
    value = settings[name]
    if not isinstance(value, int):
        raise InternalError(f"setting '{name}' holds {value!r}", expected="a whole number")
    return value


def text(settings: Mapping[str, Value], name: str) -> str:
    """Return a setting that is a choice or text."""
    value = settings[name]
    if not isinstance(value, str):
        raise InternalError(f"setting '{name}' holds {value!r}", expected="text")
    return value


def codes(settings: Mapping[str, Value], name: str) -> tuple[int, ...]:
    """Return a setting that is a list of alert codes."""
    value = settings[name]
    if not isinstance(value, tuple):
        raise InternalError(f"setting '{name}' holds {value!r}", expected="alert codes")
    return value
