"""What every target must do, checked from outside: by its journals alone."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from harness.errors import BundleError, ScenarioError
from harness.interfaces.setting import settle
from harness.interfaces.target import StimulusOrder, Target
from harness.vocab.journal import Journal, JournalWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.target import Capability, TrialOrder

__all__ = ["check_target", "journal_octets", "whole_journal"]


def journal_octets(target: Target, order: TrialOrder) -> bytes:
    """Return the journal of one trial as the target writes it."""
    stream = BytesIO()
    target.run(order, JournalWriter(stream))
    return stream.getvalue()


def check_target(target: Target, order: TrialOrder, *, samples: Mapping[str, Mapping[str, object]] | None = None) -> None:
    """Check that a target keeps its promises: equal orders give equal journals, whole and in order, and it does what it declares.

    ``order`` is any trial whose devices fill every role that a capability acts on. ``samples`` gives, by
    capability, the settings that have no default, as a scenario would write them. A target whose clock
    is not virtual is not asked for equal octets.
    """
    assert isinstance(target, Target), f"{target!r} is no target: it lacks a member of harness.interfaces.target.Target"
    first = whole_journal(target, order)
    if target.clock == "virtual":
        assert journal_octets(target, order) == journal_octets(target, order), "the same order gave two different journals"
    _check_frame(first, target, order)
    for capability in target.capabilities().values():
        _check_capability(target, order, capability, dict((samples or {}).get(capability.name, {})))
    _check_settings(target, order)


def whole_journal(target: Target, order: TrialOrder) -> Journal:
    """Return the journal of one trial, checked to be whole, canonical and in order of time."""
    try:
        journal = Journal(journal_octets(target, order), where=f"the journal of trial {order.trial}")
    except BundleError as error:
        raise AssertionError(f"the target writes no whole journal: {error}") from None
    assert not journal.void, f"the trial is void: {journal.void}"
    return journal


def _check_frame(journal: Journal, target: Target, order: TrialOrder) -> None:
    """Hold the first record and the window to the order."""
    wanted = {"trial": order.trial, "realm": target.realm.value, "clock": target.clock, "epoch": order.epoch}
    for member, value in wanted.items():
        assert journal[1].get(member) == value, f"the first record says {member} {journal[1].get(member)!r}, not {value!r}"
    window = {str(record["event"]): record["at"] for record in journal if record["kind"] == "window"}
    closes = order.settle + order.observe
    assert window == {"opened": order.settle, "closed": closes}, f"the window is {window}, not from {order.settle} to {closes}"


def _check_capability(target: Target, order: TrialOrder, capability: Capability, sample: dict[str, object]) -> None:
    """Order one stimulus of a capability on each role it acts on, and look for it in the journal."""
    try:
        settings = settle(dict(capability.settings), sample, where=capability.name)
    except ScenarioError as error:
        raise AssertionError(f"give settings in 'samples' with which it can be tried: {error}") from None
    present = {device.role for device in order.devices}
    roles = sorted(capability.roles & present)
    assert roles, f"the order has no device on which '{capability.name}' could act: {', '.join(sorted(capability.roles))}"
    for role in roles:
        at = order.settle + order.observe // 2
        stimulus = StimulusOrder(index=0, at=at, on=role, do=capability.name, settings=settings)
        journal = whole_journal(target, replace(order, stimuli=(stimulus,)))
        phases = {str(record["phase"]): record for record in journal if record["kind"] == "stimulus"}
        for phase in ("due", "done"):
            assert phase in phases, f"'{capability.name}' on '{role}' was ordered and is not journalled as {phase}"
            said = (phases[phase]["on"], phases[phase]["do"])
            assert said == (role, capability.name), f"'{capability.name}' on '{role}' is journalled as {said}"
        assert phases["due"]["at"] == at, f"'{capability.name}' was due at {at} and is journalled as due at {phases['due']['at']}"


def _check_settings(target: Target, order: TrialOrder) -> None:
    """Carry out the order with every device at its default settings."""
    devices = []
    for device in order.devices:
        declared = target.device_settings(device.role)
        defaults = {name: setting.default for name, setting in declared.items() if setting.default is not None}
        devices.append(replace(device, settings=defaults | {name: device.settings[name] for name in declared if name not in defaults}))
    whole_journal(target, replace(order, devices=tuple(devices)))
