"""``smets-harness capture``: the packets of a bundle's trials, for Wireshark."""

from __future__ import annotations

import shlex
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UnavailableError, UsageError, nearest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import BinaryIO

    from harness.cli.console import Console
    from harness.evidence.bundle import Bundle

SUMMARY = "write a trial's capture with its keys, or render one from its journal or trace, for Wireshark"
DESCRIPTION = """Write a trial's capture as a pcapng, and the line that opens it in Wireshark; without
--trial, that of every trial.

What was recorded is written as it was sealed, with its key file beside it and a
folder of settings with that file in it, so that nothing of your own settings is
touched. Of a trial without a capture, one is rendered from its journal, or from its
trace: the messages at every tap, the ZCL frames as far as the journal has them (in
headers that are made up), and a comment at whatever follows a stimulus.

With --masked it is rendered from the trace in any case: pseudonyms for identities,
no keys. That capture may be shared as the trace may; the others hold identities and
keys and may not."""
EXAMPLES = """examples:
  smets-harness capture out/average-voltage-chatter-9f31c0 --trial t3f09ac51e2
  smets-harness capture out/average-voltage-chatter-9f31c0 --trial t3f09ac51e2 --masked --out shared
  smets-harness capture out/average-voltage-chatter-9f31c0 --json"""

_CONFIGURATION = "zigbee_pc_keys"
"""Where Wireshark looks for ZigBee keys, within its folder of settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A capture that was written."""

    trial: str
    capture: Path
    source: str
    """``capture``, ``journal`` or ``trace``."""
    keys: Path | None = None
    settings: Path | None = None
    """A folder to be named as ``XDG_CONFIG_HOME``."""

    @property
    def opening(self) -> str:
        """The command that opens it."""
        command = f"wireshark {shlex.quote(str(self.capture))}"
        return command if self.settings is None else f"XDG_CONFIG_HOME={shlex.quote(str(self.settings))} {command}"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, which trial, where to, and whether identities stay."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("--trial", metavar="ID", help="one trial (default: every one)")
    parser.add_argument("--out", type=Path, default=Path("captures"), metavar="DIR", help="folder for captures (default: captures)")
    parser.add_argument("--masked", action="store_true", help="without identities and keys: rendered from the trace")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write them, and say how to open each."""
    from harness.evidence.bundle import Bundle

    bundle = Bundle.open(args.bundle)
    written = []
    for trial in _trials(bundle, args.trial):
        one = _write(bundle, trial, args.out, masked=args.masked)
        written.append(one)
        if not console.as_json:
            console.data(f"{trial}  {_TOLD[one.source]}\n  {one.opening}")
    if console.as_json:
        console.json(
            [
                {
                    "trial": one.trial,
                    "capture": str(one.capture),
                    "keys": str(one.keys) if one.keys else None,
                    "source": one.source,
                    "open": one.opening,
                }
                for one in written
            ]
        )
    return exit_codes.AS_EXPECTED if written else exit_codes.NOTHING


_TOLD = {
    "capture": "as it was recorded, with identities, and with keys where it has any",
    "journal": "rendered from the journal, with identities",
    "trace": "rendered from the trace, without identities and keys",
    "field journal": "rendered from the journal of a field log, which names nobody",
}


def _trials(bundle: Bundle, asked: str | None) -> list[str]:
    from harness.run.forms import judged_form, trials_in

    known = sorted(trials_in(bundle.files, judged_form(bundle.files)))
    if asked is None:
        return known
    if asked not in known:
        raise UnavailableError(f"no trial '{asked}' in this bundle", where=str(bundle.directory), nearest=nearest(asked, known))
    return [asked]


def _write(bundle: Bundle, trial: str, folder: Path, *, masked: bool) -> _Written:
    from harness.run.forms import captures_in

    if not masked and trial in captures_in(bundle.files):
        return _extract(bundle, trial, folder)
    return _render(bundle, trial, folder, masked=masked)


def _extract(bundle: Bundle, trial: str, folder: Path) -> _Written:
    from harness.run.forms import CAPTURES, KEYS, PCAPNG

    capture, keys, settings = folder / f"{trial}{PCAPNG}", folder / f"{trial}{KEYS}", folder / f"{trial}.settings"
    with _writing(capture) as stream:
        stream.writelines(bundle.pieces(f"{CAPTURES}{trial}{PCAPNG}"))
    lines = bundle.read(f"{CAPTURES}{trial}{KEYS}")
    if not lines:
        return _Written(trial=trial, capture=capture, source="capture")
    for path in (keys, settings / "wireshark" / _CONFIGURATION):
        with _writing(path) as stream:
            stream.write(lines)
    return _Written(trial=trial, capture=capture, source="capture", keys=keys, settings=settings)


def _render(bundle: Bundle, trial: str, folder: Path, *, masked: bool) -> _Written:
    from harness.capture.rendering import render
    from harness.run.forms import PCAPNG, TRACES, TRIALS, judged_form
    from harness.vocab.journal import Journal

    judged, recorded = f"{judged_form(bundle.files)}{trial}.jsonl", f"{TRIALS}{trial}.jsonl"
    path = judged if masked or recorded not in bundle.files else recorded
    source = "trace" if path.startswith(TRACES) else "field journal" if path == judged else "journal"
    capture = folder / f"{trial}{'-masked' if masked else ''}{PCAPNG}"
    with _writing(capture) as stream:
        render(Journal(bundle.read(path), where=path), stream, source=f"the {source.rpartition(' ')[2]}")
    return _Written(trial=trial, capture=capture, source=source)


@contextmanager
def _writing(path: Path) -> Iterator[BinaryIO]:
    """Give a stream for a file that appears only when it is whole; raises :class:`UsageError` where it cannot stand there."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise UsageError(f"could not be written: {error.strerror}", where=str(path), expected="room, and leave to write") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
