"""Device profiles: one device model, its firmware versions, the settings and mechanisms each one carries."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from harness.errors import ScenarioError, nearest
from harness.interfaces import library
from harness.interfaces.target import MechanismUse
from harness.scenario.document import parsed, read_text
from harness.scenario.fields import PROFILE
from harness.scenario.model import DeviceProfile
from harness.scenario.problem import Issues, ScenarioProblemsError
from harness.scenario.settings import read_settings
from harness.scenario.shape import part, settle, table
from harness.vocab.identity import DeviceModel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.interfaces.setting import Value
    from harness.interfaces.target import Target
    from harness.scenario.document import Document
    from harness.scenario.shape import Settled

__all__ = ["Shelf", "profiles_of", "read_profile"]


def read_profile(path: Path, *, target: Target) -> dict[str, DeviceProfile]:
    """Read one profile file: its device profiles by firmware.

    Raises :class:`ScenarioProblemsError` with everything that is wrong with the file.
    """
    document = parsed(read_text(path, library.label(path)), library.label(path))
    return profiles_of(document, target=target, path=path)


def profiles_of(document: Document, *, target: Target, path: Path | None = None) -> dict[str, DeviceProfile]:
    """Return the device profiles of a document by firmware; ``path`` is the file it was read from.

    Raises :class:`ScenarioProblemsError` with everything that is wrong with the document.
    """
    issues = Issues()
    settled = settle(PROFILE, document.value, issues)
    _agree_with_place(settled, path, issues)
    found = {}
    for firmware in table(settled, "firmware"):
        settings, uses = _firmware(settled, firmware, target, issues)
        if not issues.found:
            found[firmware] = DeviceProfile(
                role=str(settled["role"]),
                model=DeviceModel(str(settled["model"]), firmware),
                maker=str(settled["maker"]),
                doc=str(settled["summary"]),
                settings=settings,
                mechanisms=uses,
                source=document.text,
            )
    if not found and not issues.found:
        issues.say(("firmware",), "no firmware version", expected='a table such as [firmware."1.0"]', on="key")
    if issues.found:
        raise ScenarioProblemsError(document.place(issues.found))
    return found


def _agree_with_place(settled: Settled, path: Path | None, issues: Issues) -> None:
    """Hold a library's file to its name: ``device_profiles/<role>/<model>.toml``."""
    if path is None or path.absolute() not in library.profile_files():
        return
    if settled.get("role") not in {None, path.absolute().parent.name}:
        issues.say(("role",), f"role '{settled['role']}' in folder '{path.absolute().parent.name}'", expected="the same name")
    twins = [other for other in library.profile_files() if library.spoken(other) == library.spoken(path) and other != path.absolute()]
    for other in twins:
        for firmware in sorted(_firmwares(other) & table(settled, "firmware").keys()):
            what = f"device profile '{settled.get('model')}@{firmware}' is defined again in {library.label(other)}"
            issues.say(("firmware", firmware), what, expected="one", on="key")
    if settled.get("model") not in {None, library.spoken(path)}:
        issues.say(("model",), f"model '{settled['model']}' in file '{path.name}'", expected=f"'{library.spoken(path)}'")


def _firmwares(path: Path) -> set[str]:
    """Return the firmware versions that a profile file seems to define, whatever else is wrong with it."""
    with suppress(ScenarioError):
        found = parsed(read_text(path, library.label(path)), library.label(path)).value.get("firmware")
        return set(found) if isinstance(found, dict) else set()
    return set()


def _firmware(settled: Settled, firmware: str, target: Target, issues: Issues) -> tuple[Mapping[str, Value], tuple[MechanismUse, ...]]:
    role = part(settled, "role", str)
    version = table(table(settled, "firmware"), firmware)
    path = ("firmware", firmware)
    settings = {} if role is None else read_settings(target.device_settings(role), table(version, "with"), (*path, "with"), issues)
    known = target.mechanisms()
    uses: list[MechanismUse] = []
    for index, use in enumerate(part(version, "mechanism", list) or []):
        here = (*path, "mechanism", index)
        name = part(use or {}, "name", str)
        if name is None:
            continue
        if name not in known:
            issues.say((*here, "name"), f"no mechanism '{name}'", expected=", ".join(known) or "none", nearest=nearest(name, known))
            continue
        if role and role not in known[name].roles:
            roles = ", ".join(sorted(known[name].roles))
            issues.say((*here, "name"), f"mechanism '{name}' does not live in a device of role '{role}'", expected=f"one of role {roles}")
        if name in {other.name for other in uses}:
            issues.say((*here, "name"), f"mechanism '{name}' is carried twice", expected="each once")
        uses.append(MechanismUse(name=name, settings=read_settings(known[name].settings, table(use, "with"), (*here, "with"), issues)))
    return settings, tuple(uses)


class Shelf:
    """The device profiles of all libraries, read when they are asked for."""

    def __init__(self, target: Target) -> None:
        """Check profiles against what ``target`` can simulate or drive."""
        self._target = target
        self._read: dict[Path, dict[str, DeviceProfile] | ScenarioError] = {}

    def find(self, model: DeviceModel, role: str) -> DeviceProfile:
        """Return the profile of this model.

        Raises :class:`ScenarioProblemsError` where its file has problems, such as another file that
        defines it too, and :class:`ScenarioError` where there is no such profile or it fills another role.
        """
        holding = [path for path in library.profile_files() if library.spoken(path) == model.model]
        found = [self._of(path)[model.firmware] for path in holding if model.firmware in self._of(path)]
        if not found:
            known = [str(other.model) for other in self.all() if other.role == role]
            expected = ", ".join(known) or "a file in a library"
            raise ScenarioError(f"no device profile '{model}'", expected=expected, nearest=nearest(str(model), known))
        (profile,) = found
        if profile.role != role:
            raise ScenarioError(f"'{model}' is a profile of role '{profile.role}'", expected=f"one of role '{role}'")
        return profile

    def all(self) -> tuple[DeviceProfile, ...]:
        """Return every profile whose file has no problem, in order of library, role, file and firmware."""
        found: list[DeviceProfile] = []
        for path in library.profile_files():
            with suppress(ScenarioError):
                found += (profile for _, profile in sorted(self._of(path).items()))
        return tuple(found)

    def broken(self) -> tuple[Path, ...]:
        """Return the files that cannot be used."""
        self.all()
        return tuple(path for path, read in self._read.items() if isinstance(read, ScenarioError))

    def _of(self, path: Path) -> dict[str, DeviceProfile]:
        if path not in self._read:
            try:
                self._read[path] = read_profile(path, target=self._target)
            except ScenarioError as error:
                self._read[path] = error
        read = self._read[path]
        if isinstance(read, ScenarioError):
            raise read
        return read
