"""The tap ``user`` of a trial as a service user's adapter would have seen it: a DUIS message for every device alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.vocab.roles import Realm
from harness.vocab.time import SECOND
from harness.wire.duis.values import DeviceAlert, Header, RequestId
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from harness.vocab.alert import Sighting
    from harness.vocab.journal import Journal
    from harness.wire.facts import TrialFacts

__all__ = ["UserTap", "user_tap"]

_FUTURE_DATED = (0x8F66, 0x8F67)


class UserTap(NamedTuple):
    """What reached the users in one trial."""

    alerts: tuple[DeviceAlert, ...]
    """In the journal's order; ``line`` is the journal's."""
    left_out: tuple[int, ...]
    """Lines of the journal with messages that are not among them: responses, what could not be decoded, and alerts about
    future-dated commands, whose carrier names a service request that no journal knows."""


def user_tap(journal: Journal) -> UserTap:
    """Return the messages that a journal shows at the tap ``user``, sent at the instant of the journal.

    Every response code is ``I0``, nothing is throttled or signed, and what a simulator sent says so. Raises
    :class:`BundleError` naming the line where a record lacks what its kind must have.
    """
    facts = read_trial(journal)
    sightings = {one.line: one for one in facts.at_tap("user") if one.alert.code not in _FUTURE_DATED}
    messages = (line for line, record in enumerate(journal, 1) if record["kind"] == "message" and record.get("tap") == "user")
    return UserTap(
        alerts=tuple(_device_alert(one, facts) for one in sightings.values()),
        left_out=tuple(line for line in messages if line not in sightings),
    )


def _device_alert(sighting: Sighting, facts: TrialFacts) -> DeviceAlert:
    alert = sighting.alert
    identity = RequestId(originator=alert.originator, target=alert.target, counter=alert.counter)
    return DeviceAlert(
        header=Header(response_id=identity, response_time=facts.epoch.seconds * SECOND + sighting.at),
        alert_code=alert.code,
        payload=alert.octets,
        simulated=facts.realm is Realm.SIMULATED,
        line=sighting.line,
    )
