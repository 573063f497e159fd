"""``smets-harness new``: a commented file that works as it stands, to start from."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import BenchError, ScenarioError, UsageError
from harness.interfaces import library
from harness.interfaces.registry import DEFAULT_TARGET, target
from harness.scenario.form import MODEL_NAME, NAME
from harness.vocab.identity import ROLES

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console

SUMMARY = "write a commented scenario, profile, mechanism or detector to start from"
DESCRIPTION = """Write a commented file that works as it stands, to start from.

It goes where a library keeps such files: below --in DIR, or below the current
folder. A library other than the shipped one is found once the environment
variable SMETS_HARNESS_LIBRARY names its folder. What is there already is never
overwritten."""
EXAMPLES = """examples:
  smets-harness new scenario night-chatter --family voltage
  smets-harness new profile willow-e1 --role esme --in ~/my-library
  smets-harness new mechanism stuck-flag
  smets-harness new detector too-soon --in ~/my-library"""

_STARTERS = Path(__file__).with_name("starters")
_PLACES = {
    "scenario": "scenarios/$family/$stem.toml",
    "profile": "device_profiles/$role/$stem.toml",
    "mechanism": "mechanisms/$stem.py",
    "detector": "detectors/$stem.py",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what to write, under which name, and where."""
    parser.add_argument("kind", choices=tuple(_PLACES), help="what to write")
    parser.add_argument("name", help="its name: lower-case words joined by '-'")
    parser.add_argument("--family", default="own", help="the family of a scenario, which is its folder (default: own)")
    parser.add_argument(
        "--role", default="esme", choices=ROLES, help="the role of a profile, or the one a mechanism lives in (default: esme)"
    )
    parser.add_argument("--in", dest="folder", type=Path, default=Path(), metavar="DIR", help="the library's folder (default: this one)")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the file and say what to do next."""
    words = _words(args)
    path = args.folder / Template(_PLACES[args.kind]).substitute(words)
    suffix = f"{path.suffix}.txt"
    text = Template((_STARTERS / f"{args.kind}{suffix}").read_text(encoding="utf-8")).substitute(words, path=path.as_posix())
    _write(path, text)
    found = args.folder.absolute() in library.roots()
    if console.as_json:
        console.json({"path": str(path), "found": found})
        return exit_codes.AS_EXPECTED
    console.data(str(path))
    if not found:
        console.talk(f"to have it found by its name: export {library.ENVIRONMENT}={args.folder.absolute()}")
    return exit_codes.AS_EXPECTED


def _words(args: argparse.Namespace) -> dict[str, str]:
    """Return what the starter's blanks are filled with; raises :class:`UsageError` for a name that cannot be one."""
    form = MODEL_NAME if args.kind == "profile" else NAME
    for text, of in ((args.name, form), (args.family, NAME)):
        try:
            of.read(text)
        except ScenarioError as error:
            raise UsageError(error.what, expected=error.expected) from None
    words = {
        "name": args.name,
        "stem": args.name.replace("-", "_"),
        "family": args.family,
        "role": args.role,
        "title": args.name.replace("-", " ").capitalize(),
        "class_name": args.name.title().replace("-", ""),
    }
    return words | (_about_devices(args.role) if args.kind == "profile" else {})


def _about_devices(role: str) -> dict[str, str]:
    """Write, as comments, every setting that a profile of this role may give, and a mechanism it may carry."""
    chosen = target(DEFAULT_TARGET)
    lines = []
    for name, setting in chosen.device_settings(role).items():
        default = "..." if setting.default is None else setting.write(setting.default)
        lines.append(f"# {name} = {_toml(default)}    # {setting.doc}")
    carried = sorted(name for name, mechanism in chosen.mechanisms().items() if role in mechanism.roles)
    return {"settings": "\n".join(lines) or "# (a device of this role has no settings)", "mechanism": carried[0] if carried else "..."}


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _write(path: Path, text: str) -> None:
    """Create the file; raises :class:`UsageError` where it exists and :class:`BenchError` where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise UsageError("exists already, and nothing is overwritten", where=str(error.filename or path), expected="another name") from None
    except OSError as error:
        raise BenchError(
            f"could not be written: {error.strerror or error}", where=str(path), expected="a folder that can be written"
        ) from None
