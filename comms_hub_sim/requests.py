"""From what a scenario asks of ``command.send`` to the commands that users have for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from comms_hub_sim.behaviour import codes, number
from comms_hub_sim.commands import USE_CASES, event_configuration, voltage_thresholds, wan_alerts
from harness.errors import BenchError
from harness.vocab.alert import code_text
from harness.vocab.time import MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comms_hub_sim.commands import UseCase
    from harness.interfaces.setting import Value

__all__ = ["requested"]

_ON, _OFF = 0x0B, 0x03
"""Event configuration octets: logged and sent to the WAN; logged only."""
_UNITS: Final = {"over": (1_000, "whole volts"), "under": (1_000, "whole volts"), "period": (MINUTE, "whole minutes")}

_Request = tuple["UseCase", "Callable[[int], bytes]"]


def requested(role: str, settings: Mapping[str, Value], current: Mapping[str, Value]) -> list[_Request]:
    """Return the commands for what is asked: a use case each, and its payload as a function of the sender's counter.

    What is not asked for keeps its ``current`` value. Where nothing at all is asked, a command goes out
    that changes nothing. Raises :class:`BenchError` for what no command of this role can set.
    """
    on, off = codes(settings, "on"), codes(settings, "off")
    wanted = {name: number(settings, name) for name in _UNITS}
    for name, (unit, words) in _UNITS.items():
        if wanted[name] % unit or (wanted[name] and role != "esme"):
            raise BenchError(f"'{name}' cannot be set like this on '{role}'", where="command.send", expected=f"{words}, on an esme")
    prefixes = (0x80, 0x81) if role == "esme" else (0x81,)
    for code in (*on, *off):
        if code >> 8 not in prefixes:
            expected = " or ".join(f"0x{prefix:02X}nn" for prefix in prefixes)
            raise BenchError(f"no command switches {code_text(code)} on '{role}'", where="command.send", expected=expected)
    if role == "gsme":
        return [(USE_CASES["gcs20"], partial(event_configuration, ((_ON, on), (_OFF, off))))]
    return _for_esme(on, off, wanted, current)


def _for_esme(on: tuple[int, ...], off: tuple[int, ...], wanted: Mapping[str, int], current: Mapping[str, Value]) -> list[_Request]:
    found: list[_Request] = []
    for name, prefix in (("ecs25a", 0x81), ("ecs25b", 0x80)):
        ours_on, ours_off = (tuple(code for code in switched if code >> 8 == prefix) for switched in (on, off))
        if ours_on or ours_off:
            found.append((USE_CASES[name], partial(wan_alerts, USE_CASES[name].party, ours_on, ours_off)))
    if any(wanted.values()):
        over, under, period = (wanted[name] or number(current, f"average-voltage-{name}") for name in _UNITS)
        found.append((USE_CASES["ecs29c"], partial(voltage_thresholds, over, under, period)))
    return found or [(USE_CASES["ecs25b"], partial(wan_alerts, "network-operator", (), ()))]
