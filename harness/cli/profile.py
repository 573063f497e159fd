"""``smets-harness profile``: the device models that a scenario can name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UsageError, nearest
from harness.interfaces import library
from harness.interfaces.registry import DEFAULT_TARGET, target
from harness.scenario.profiles import Shelf

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from harness.cli.console import Console
    from harness.interfaces.setting import Setting, Value
    from harness.interfaces.target import Target
    from harness.scenario.model import DeviceProfile
    from harness.vocab.canonical import Json

SUMMARY = "list device profiles, or show one"
DESCRIPTION = """List the device profiles of all libraries, or show one with every setting.

A profile says how a device model at one firmware behaves. Those that are
shipped name fictional makers. More are found in 'device_profiles/<role>/' of
the folders in SMETS_HARNESS_LIBRARY."""
EXAMPLES = """examples:
  smets-harness profile list
  smets-harness profile show alder-e1@1.2
  smets-harness profile list --json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare whether to list or to show."""
    parser.add_argument("what", choices=("list", "show"), help="list all, or show one")
    parser.add_argument("model", nargs="?", help="the model to show: model@firmware, or the model alone for all its versions")
    parser.add_argument("--target", default=DEFAULT_TARGET, metavar="NAME", help=f"what simulates or drives it (default: {DEFAULT_TARGET})")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print a line per profile, or everything about those that were asked for."""
    chosen = target(args.target)
    shelf = Shelf(chosen)
    found = _wanted(args, shelf.all())
    for path in shelf.broken():
        console.talk(f"{library.label(path)}: left out, for it has problems; 'smets-harness check {library.label(path)}' tells which")
    if console.as_json:
        console.json([_facts(profile, chosen) for profile in found])
        return exit_codes.AS_EXPECTED
    width = max((len(str(profile.model)) for profile in found), default=0)
    for profile in found:
        console.data(f"{profile.model!s:<{width}}  {profile.role:<5}  {profile.maker}: {profile.doc}")
        if args.what == "show":
            for line in _told(profile, chosen):
                console.data(line)
    return exit_codes.AS_EXPECTED if found else exit_codes.NOTHING


def _wanted(args: argparse.Namespace, known: tuple[DeviceProfile, ...]) -> tuple[DeviceProfile, ...]:
    if args.what == "list":
        if args.model:
            raise UsageError(f"'list' takes no model, and '{args.model}' was given", expected=f"'profile show {args.model}'")
        return known
    names = {name for profile in known for name in (profile.model.model, str(profile.model))}
    if args.model not in names:
        raise UsageError(
            f"no device profile '{args.model or ''}'", expected="model@firmware, or a model", nearest=nearest(args.model or "", names)
        )
    return tuple(profile for profile in known if args.model in {profile.model.model, str(profile.model)})


def _facts(profile: DeviceProfile, chosen: Target) -> Json:
    known = chosen.mechanisms()
    return {
        "model": profile.model.model,
        "firmware": profile.model.firmware,
        "role": profile.role,
        "maker": profile.maker,
        "summary": profile.doc,
        "settings": _written(profile.settings, chosen.device_settings(profile.role)),
        "mechanisms": [{"name": use.name, "settings": _written(use.settings, known[use.name].settings)} for use in profile.mechanisms],
    }


def _written(settings: Mapping[str, Value], declared: Mapping[str, Setting]) -> dict[str, Json]:
    return {name: declared[name].write(value) for name, value in settings.items()}


def _told(profile: DeviceProfile, chosen: Target) -> Iterator[str]:
    yield from _lines(profile.settings, chosen.device_settings(profile.role), "  ")
    known = chosen.mechanisms()
    for use in profile.mechanisms:
        yield f"  carries {use.name} ({known[use.name].origin}): {' '.join(known[use.name].doc.split())}"
        yield from _lines(use.settings, known[use.name].settings, "    ")


def _lines(settings: Mapping[str, Value], declared: Mapping[str, Setting], indent: str) -> Iterator[str]:
    for name, value in settings.items():
        yield f"{indent}{name} = {declared[name].write(value)!s:<12}  {declared[name].doc}"
