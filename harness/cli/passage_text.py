"""One message through the five taps, for a person and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import HarnessError, UnavailableError, UsageError, nearest
from harness.vocab.identity import Eui64, eui64

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.vocab.canonical import Json
    from harness.vocab.journal import Journal
    from harness.wire.passage import AtTap, Passage

__all__ = ["passage", "passage_json", "passage_lines"]

_FORM = "ORIGINATOR:COUNTER, such as esme:1002 or 00db123456789002:1002"


def passage(journal: Journal, text: str, watched: Iterable[str]) -> Passage:
    """Follow the message that ``text`` names: an EUI-64 or a role, a colon, and an originator counter.

    Raises :class:`UsageError` where it names none, and :class:`UnavailableError` where no tap shows it.
    """
    from harness.wire.passage import follow

    who, _, number = text.rpartition(":")
    try:
        counter = int(number, 0)
    except ValueError:
        raise UsageError(f"'{text}' names no message", where="--follow", expected=_FORM) from None
    originator = _originator(journal, who)
    found = follow(journal, originator, counter, watched)
    if found is None:
        raise UnavailableError(
            f"no tap shows a message with counter {counter} from {originator}",
            where=f"trial {journal.trial}",
            expected="originator and counter as 'smets-harness show --trial' lists them",
        )
    return found


def _originator(journal: Journal, text: str) -> Eui64:
    roles = {str(record["role"]): str(record[kind]) for record in journal for kind in ("device", "party") if record["kind"] == kind}
    if text in roles:
        return Eui64(roles[text])
    try:
        return eui64(text)
    except HarnessError:
        raise UsageError(f"'{text}' is no originator", where="--follow", expected=_FORM, nearest=nearest(text, roles)) from None


def passage_json(found: Passage) -> Json:
    """Return a passage as JSON; instants and delays in nanoseconds."""
    stopped = found.stopped
    return {
        "originator": found.originator,
        "counter": found.counter,
        "taps": [
            {
                "tap": tap.tap,
                "watched": tap.watched,
                "instants": list(tap.instants),
                "delay": tap.delay,
                "lines": list(tap.lines),
                "gaps": tap.gaps,
            }
            for tap in found.taps
        ],
        "reached": found.reached,
        "not-observed-at": stopped.tap if stopped else None,
        "until": found.until,
    }


def passage_lines(found: Passage) -> Iterator[str]:
    """Yield a passage for a person: what it is, a line a tap, and where it was observed last."""
    from harness.vocab.time import duration_text

    yield _title(found)
    yield f"{'tap':<5} {'first':>24} {'after':>18} {'times':>6}  lines"
    for tap in found.taps:
        if tap.instants:
            delay = "" if tap.delay is None else duration_text(tap.delay)
            lines = ", ".join(map(str, tap.lines))
            yield f"{tap.tap:<5} {duration_text(tap.instants[0]):>24} {delay:>18} {len(tap.instants):>6}  {lines}"
        else:
            yield f"{tap.tap:<5} {'not observed' if tap.watched else 'not recorded':>24}"
    yield _ending(found, found.stopped)


def _title(found: Passage) -> str:
    from harness.errors import WireError
    from harness.vocab.alert import code_text
    from harness.wire.gbcs.alerts import read_alert
    from harness.wire.gbcs.catalogue import alert_name
    from harness.wire.gbcs.outer import Cra, decode_message

    by = f"from {found.originator}, counter {found.counter}"
    try:
        code = read_alert(found.octets).code
    except WireError:
        message = decode_message(found.octets)
        return f"{Cra(message.cra).name.title()} {code_text(message.message_code)} {by}"
    return f"Alert {code_text(code)} {by}: {alert_name(code)}"


def _ending(found: Passage, stopped: AtTap | None) -> str:
    from harness.vocab.time import duration_text

    if stopped is None:
        return f"observed as far as '{found.reached}'" + ("" if found.reached == "user" else "; no tap beyond it was recorded")
    last = max(instant for tap in found.taps for instant in tap.instants)
    within = f"within {duration_text(found.until - last)}, when the record ends"
    text = f"observed as far as '{found.reached}'; not observed at '{stopped.tap}' {within}"
    return f"{text}; that tap's record has gaps: {stopped.gaps}" if stopped.gaps else text
