"""Finds plug-ins by themselves: by walking folders inside, by entry points and library folders outside.

=================  ======================================  =====================================
kind               inside                                  outside
=================  ======================================  =====================================
``target``         ``field-log``, ``simulated-capture``    entry points ``smets_harness.targets``
``detector``       ``harness/detect/*.py``: ``DETECTOR``   entry points ``smets_harness.detectors``,
                                                           ``<library>/detectors/*.py``
``mechanism``      the target's package: ``MECHANISM``     entry points ``smets_harness.mechanisms``,
                                                           ``<library>/mechanisms/*.py``
=================  ======================================  =====================================

An entry point names an object, or a class that is made without arguments. A name taken twice is an
error naming both places; a plug-in that fails to load is an error naming its file and line.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from harness.errors import ScenarioError, nearest
from harness.interfaces.detector import Detector
from harness.interfaces.library import plugin_files, roots
from harness.interfaces.mechanism import Mechanism
from harness.interfaces.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

__all__ = [
    "DEFAULT_TARGET",
    "Kind",
    "Plugin",
    "detectors",
    "discover",
    "mechanisms_in",
    "plugin_of",
    "plugins_with",
    "target",
    "target_names",
    "targets",
]

Kind = Literal["target", "detector", "mechanism"]
DEFAULT_TARGET = "simulator"

_DETECTORS = "harness.detect"
_OWN_TARGETS = {"field-log": "harness.fieldlog.target", "simulated-capture": "harness.fieldlog.simulated"}
"""Targets of the harness itself, by name: the module that declares each as ``TARGET``. They are not asked for by name, since
each needs more than an order; plans that were made with them name them."""
_PROTOCOLS: dict[str, type] = {"target": Target, "detector": Detector, "mechanism": Mechanism}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """Something that was found, and where: enough to say later which code took part."""

    kind: Kind
    name: str
    source: str
    """The file, relative to its package's folder or to its library."""
    package: str
    """Distribution and version it came with; empty for a file of a library."""
    digest: str
    """SHA-256 of that file, in lower-case hexadecimal."""
    value: Target | Detector | Mechanism
    """The object itself."""

    @property
    def place(self) -> str:
        """Say where it comes from, for people."""
        return f"{self.source} ({self.package})" if self.package else self.source


_KNOWN: dict[int, Plugin] = {}
"""By identity of the object; the plug-in keeps its object alive, so no identity is used again."""


def plugin_of(value: object) -> Plugin | None:
    """Return the plug-in whose object this is, or ``None`` where it did not come through the registry."""
    return _KNOWN.get(id(value))


def plugins_with(chosen: Target) -> tuple[Plugin, ...]:
    """Return every plug-in that can take part when ``chosen`` carries out trials, by kind and name."""
    objects: list[object] = [chosen, *detectors().values(), *chosen.mechanisms().values()]
    found = [plugin for value in objects if (plugin := plugin_of(value))]
    return tuple(sorted(found, key=lambda plugin: (plugin.kind, plugin.name)))


def target_names() -> tuple[str, ...]:
    """Return the names of all targets that can be asked to carry out trials, without loading any."""
    return tuple(sorted(_entry_points("target")))


def targets() -> dict[str, Target]:
    """Load every target."""
    return {name: target(name) for name in target_names()}


@cache
def target(name: str = DEFAULT_TARGET) -> Target:
    """Load the target of this name; raises :class:`ScenarioError` with the nearest name where there is none."""
    if name in _OWN_TARGETS:
        return _own_target(_OWN_TARGETS[name])
    known = _entry_points("target")
    if name not in known:
        expected = ", ".join(sorted(known)) or "one to be installed: 'pip install smets-harness' brings the simulator"
        raise ScenarioError(f"no target '{name}'", expected=expected, nearest=nearest(name, known))
    found = _from_entry_point("target", known[name]).value
    if not isinstance(found, Target) or found.name != name:
        raise ScenarioError(f"the target calls itself '{found.name}'", where=f"entry point {name}", expected="its entry point's name")
    return found


def _own_target(name: str) -> Target:
    module = _imported(name, "target")
    found = _plugin("target", module.TARGET, module, _source_of(module), package=_own_package("harness")).value
    if not isinstance(found, Target):
        raise ScenarioError("TARGET is no target", where=name)
    return found


def detectors() -> dict[str, Detector]:
    """Load every detector, once a process: those of the harness, of the libraries and of installed packages, by name."""
    return dict(_all_detectors(roots()))


@cache
def _all_detectors(libraries: tuple[Path, ...]) -> dict[str, Detector]:
    del libraries  # they decide what is found, so they are part of the cache's key
    found = _unique([*discover(_DETECTORS, "detector"), *_outside("detector")])
    return {name: plugin.value for name, plugin in found.items() if isinstance(plugin.value, Detector)}


def mechanisms_in(package: str) -> dict[str, Mechanism]:
    """Load every mechanism, once a process: those of a target's package, of the libraries and of installed packages, by name."""
    return dict(_all_mechanisms(package, roots()))


@cache
def _all_mechanisms(package: str, libraries: tuple[Path, ...]) -> dict[str, Mechanism]:
    del libraries  # they decide what is found, so they are part of the cache's key
    found = _unique([*discover(package, "mechanism"), *_outside("mechanism")])
    return {name: plugin.value for name, plugin in found.items() if isinstance(plugin.value, Mechanism)}


def discover(package: str, kind: Kind) -> tuple[Plugin, ...]:
    """Load every module of a package's folder and return the plug-ins they declare, by module name.

    A module declares one by an attribute named after the kind, such as ``MECHANISM``; modules
    without it, and those whose name starts with ``_``, are left alone.
    """
    from pkgutil import iter_modules

    folder = import_module(package)
    found = []
    for name in sorted(module.name for module in iter_modules(folder.__path__) if not module.name.startswith("_")):
        module = _imported(f"{package}.{name}", kind)
        value = getattr(module, kind.upper(), None)
        if value is not None:
            found.append(_plugin(kind, value, module, _source_of(module), package=_own_package(package.partition(".")[0])))
    return tuple(found)


def _own_package(name: str) -> str:
    """Return an import package's name with the version it says it has."""
    return f"{name} {getattr(import_module(name), '__version__', '')}".strip()


def _outside(kind: Kind) -> Iterable[Plugin]:
    """Yield the plug-ins of library folders, then those of entry points."""
    for library, path in plugin_files(f"{kind}s"):
        octets = path.read_bytes()
        module = _run_file(path, octets, kind)
        value = getattr(module, kind.upper(), None)
        if value is None:
            raise ScenarioError(f"no {kind} in this file", where=str(path), expected=f"a module attribute {kind.upper()}")
        yield _plugin(kind, value, module, path.relative_to(library).as_posix(), octets=octets)
    for entry in _entry_points(kind).values():
        yield _from_entry_point(kind, entry)


def _run_file(path: Path, octets: bytes, kind: Kind) -> ModuleType:
    """Run a library's file from the very octets whose digest is kept; no stale bytecode can stand in."""
    digest = sha256(octets).hexdigest()
    module = ModuleType(f"smets_library_{kind}_{path.stem}_{digest[:16]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        exec(compile(octets, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - a library is code its owner chose
    except Exception as error:
        del sys.modules[module.__name__]
        raise _broken(kind, str(path), error) from error
    return module


def _from_entry_point(kind: Kind, entry: EntryPoint) -> Plugin:
    module = _imported(entry.module, kind)
    try:
        value = entry.load()
        value = value() if isinstance(value, type) else value
    except Exception as error:
        raise _broken(kind, f"entry point {entry.name} = {entry.value}", error) from error
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
    return _plugin(kind, value, module, _source_of(module), package=package)


def _imported(name: str, kind: Kind) -> ModuleType:
    try:
        return import_module(name)
    except Exception as error:
        raise _broken(kind, name, error) from error


def _broken(kind: Kind, where: str, error: Exception) -> ScenarioError:
    """Say which file and line of a plug-in failed, without a traceback."""
    from traceback import extract_tb

    if isinstance(error, ScenarioError):
        return error
    if isinstance(error, SyntaxError):
        where = f"{error.filename}:{error.lineno}"
    else:
        frames = [frame for frame in extract_tb(error.__traceback__) if "importlib" not in frame.filename and frame.filename != __file__]
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else where
    return ScenarioError(f"this {kind} fails to load: {type(error).__name__}: {error}", where=where)


def _source_of(module: ModuleType) -> str:
    """Return a module's file relative to the folder that holds its top-level package."""
    path = Path(module.__file__ or "")
    return Path(*path.parts[-1 - module.__name__.count(".") - (path.name == "__init__.py") :]).as_posix()


def _plugin(kind: Kind, value: object, module: ModuleType, source: str, *, package: str = "", octets: bytes | None = None) -> Plugin:
    """Check that an object is what its place says, and remember where it came from."""
    protocol = _PROTOCOLS[kind]
    if not isinstance(value, (Target, Detector, Mechanism)) or not isinstance(value, protocol):
        members = sorted(name for name in {*protocol.__annotations__, *vars(protocol)} if not name.startswith("_"))
        missing = ", ".join(name for name in members if not hasattr(value, name))
        raise ScenarioError(f"this {kind} lacks {missing}", where=str(module.__file__), expected=", ".join(members))
    if octets is None:
        octets = Path(module.__file__ or "").read_bytes()
    plugin = Plugin(kind=kind, name=value.name, source=source, package=package, digest=sha256(octets).hexdigest(), value=value)
    return _KNOWN.setdefault(id(value), plugin)


def _unique(plugins: Iterable[Plugin]) -> dict[str, Plugin]:
    """Return plug-ins by name; raises :class:`ScenarioError` naming both places where a name is taken twice."""
    by_name: dict[str, Plugin] = {}
    for plugin in plugins:
        first = by_name.setdefault(plugin.name, plugin)
        if first.value is not plugin.value:
            raise ScenarioError(
                f"{plugin.kind} '{plugin.name}' is defined twice", where=f"{first.place} and {plugin.place}", expected="one"
            )
    return dict(sorted(by_name.items()))


@cache
def _entry_points(kind: Kind) -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=f"smets_harness.{kind}s"):
        first = found.setdefault(entry.name, entry)
        if first.value != entry.value:
            raise ScenarioError(f"{kind} '{entry.name}' is registered twice", where=f"{first.value} and {entry.value}", expected="one")
    return found
