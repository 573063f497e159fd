"""``smets-harness plugin``: everything that was found by itself, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes
from harness.interfaces.registry import plugins_with, target, target_names
from harness.interfaces.target import Target

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from harness.cli.console import Console
    from harness.interfaces.registry import Plugin
    from harness.interfaces.setting import Setting
    from harness.vocab.canonical import Json

SUMMARY = "list mechanisms, detectors and targets, with where each was found"
DESCRIPTION = """List mechanisms, detectors and targets, with where each was found.

Plug-ins are found by themselves: in the packages of the harness and of the
target, in 'mechanisms/' and 'detectors/' of the folders in
SMETS_HARNESS_LIBRARY, and by the entry points smets_harness.targets,
smets_harness.detectors and smets_harness.mechanisms of installed packages. The
digest is the SHA-256 of the file; plans name it."""
EXAMPLES = """examples:
  smets-harness plugin list
  smets-harness plugin list --settings
  smets-harness plugin list --json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what to list, and how much of it."""
    parser.add_argument("what", choices=("list",), help="list all")
    parser.add_argument("--settings", action="store_true", help="show what each one does, and what can be set")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print a line per plug-in, or everything about each."""
    found = {(plugin.kind, plugin.name, plugin.place): plugin for name in target_names() for plugin in plugins_with(target(name))}
    plugins = [plugin for _, plugin in sorted(found.items())]
    if console.as_json:
        console.json([_facts(plugin) for plugin in plugins])
        return exit_codes.AS_EXPECTED
    width = max((len(plugin.name) for plugin in plugins), default=0)
    for plugin in plugins:
        console.data(f"{plugin.kind:<9}  {plugin.name:<{width}}  {plugin.digest[:12]}  {plugin.place}")
        for line in _told(plugin) if args.settings else ():
            console.data(f"    {line}")
    return exit_codes.AS_EXPECTED if plugins else exit_codes.NOTHING


def _declared(plugin: Plugin) -> dict[str, tuple[str, Mapping[str, Setting]]]:
    """Return what can be asked of a plug-in: a target's capabilities, or the plug-in itself, with doc and settings."""
    value = plugin.value
    if isinstance(value, Target):
        return {name: (capability.doc, capability.settings) for name, capability in value.capabilities().items()}
    return {plugin.name: (value.doc, value.settings)}


def _told(plugin: Plugin) -> Iterator[str]:
    for name, (doc, settings) in _declared(plugin).items():
        yield " ".join(doc.split()) if name == plugin.name else f"{name}: {' '.join(doc.split())}"
        for setting, declared in settings.items():
            default = "required" if declared.default is None else str(declared.write(declared.default))
            yield f"  {setting} = {default}  ({declared.kind}) {declared.doc}"


def _facts(plugin: Plugin) -> Json:
    offers: list[Json] = [
        {"name": name, "doc": " ".join(doc.split()), "settings": {key: _setting(setting) for key, setting in settings.items()}}
        for name, (doc, settings) in _declared(plugin).items()
    ]
    return {
        "kind": plugin.kind,
        "name": plugin.name,
        "package": plugin.package,
        "source": plugin.source,
        "digest": plugin.digest,
        "offers": offers,
    }


def _setting(setting: Setting) -> Json:
    default = None if setting.default is None else setting.write(setting.default)
    return {"kind": setting.kind, "doc": setting.doc, "default": default, "choices": list(setting.choices)}
