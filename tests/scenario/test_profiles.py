"""Device profiles: checked as scenarios are, against what the target can simulate."""

from __future__ import annotations

import pytest

from harness.scenario import check
from tests.fake_bench import FakeTarget, profile_text

SOUND = profile_text(
    "esme",
    "ash-e3",
    """[firmware."1.0"]
with = { hysteresis = "0.5 V", mode = "fancy", loss = "2.5 %" }
[[firmware."1.0".mechanism]]
name = "chatter"
with = { every = "5m", codes = ["0x8002", "0x8085"] }

[firmware."2.0"]
""",
)


@pytest.mark.parametrize(
    ("right", "wrong", "place", "words", "near"),
    [
        ("maker =", "makr =", "4:1", "no key 'makr'", "maker"),
        ('maker = "Fable Works"\n', "", ":", "'maker' is missing", ""),
        ('role = "esme"', 'role = "esm"', "2:8", "no choice 'esm'", "esme"),
        ("ash-e3", "Ash E3", "3:9", "is not a model name", ""),
        ('[firmware."1.0"]', '[firmware."1,0"]', "7:11", "is not a firmware version", ""),
        ("hysteresis", "histeresis", "8:10", "no setting 'histeresis'", "hysteresis"),
        ('"0.5 V"', '"0.5"', "8:23", "does not fit", ""),
        ('"fancy"', '"fance"', "8:39", "no choice 'fance'", "fancy"),
        ('"2.5 %"', '"250 %"', "8:55", "does not fit", ""),
        ('"chatter"', '"chater"', "10:8", "no mechanism 'chater'", "chatter"),
        ('"5m"', '"5 minutes"', "11:18", "is not a duration", ""),
        ('"5m"', '"5ms"', "11:18", "is out of range", ""),
        ('"0x8085"]', '"0x80G5"]', "11:32", "is not an alert code", ""),
        ('role = "esme"', 'role = "gsme"', "10:8", "does not live in a device of role 'gsme'", ""),
    ],
)
def test_a_mistake_is_told_where_it_stands(shelf, tmp_path, right, wrong, place, words, near) -> None:
    assert right in SOUND
    path = tmp_path / "ash.toml"
    path.write_text(SOUND.replace(right, wrong, 1))
    found = check(path, target=FakeTarget())
    told = [(f"{problem.line or ''}:{problem.column or ''}", problem.what, problem.nearest) for problem in found]
    assert any(at == place and words in what and nearest == near for at, what, nearest in told), told


def test_a_sound_profile_has_no_problem(shelf, tmp_path) -> None:
    path = tmp_path / "ash.toml"
    path.write_text(SOUND)
    assert check(path, target=FakeTarget()) == ()


def test_a_mechanism_is_carried_once(shelf, tmp_path) -> None:
    path = tmp_path / "ash.toml"
    path.write_text(SOUND.replace('[firmware."2.0"]', '[[firmware."1.0".mechanism]]\nname = "chatter"\n'))
    (problem,) = check(path, target=FakeTarget())
    assert (problem.line, problem.what) == (14, "mechanism 'chatter' is carried twice")


def test_a_profile_without_a_firmware_is_none(shelf, tmp_path) -> None:
    path = tmp_path / "ash.toml"
    path.write_text(profile_text("hub", "ash-h1", "[firmware]\n"))
    (problem,) = check(path, target=FakeTarget())
    assert (problem.line, problem.what) == (7, "no firmware version")


def test_a_library_holds_a_profile_to_its_folder_and_name(shelf) -> None:
    path = shelf / "device_profiles" / "esme" / "oak_e1.toml"
    path.write_text(path.read_text().replace("oak-e1", "oak-e9").replace('"esme"', '"gsme"'))
    assert [(problem.line, problem.expected) for problem in check(path, target=FakeTarget())] == [(2, "the same name"), (3, "'oak-e1'")]
