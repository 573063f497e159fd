"""Every kind of mistake, with the exact line, column and token that the message must point at."""

from __future__ import annotations

import pytest

from tests.fake_bench import SCENARIO

KEYS = "a problem is told as (line:column, what the carets underline, words of the message, nearest)"

# (what stands in the sound scenario, what a person wrote instead, problems)
CASES = [
    ("unknown key", "question =", "qestion =", [("4:1", "qestion", "no key 'qestion'", "question")]),
    ("unknown key in a table", "observe =", "obsrve =", [("16:1", "obsrve", "no key 'obsrve' in window", "observe")]),
    ("a name in the wrong case", 'id = "hover"', 'id = "Hover"', [("2:6", '"Hover"', "is not a name", "")]),
    ("unknown format", "smets-scenario/1", "smets-scenario/2", [("1:10", '"smets-scenario/2"', "no choice", "smets-scenario/1")]),
    ("a code of no shape", '"0x8085"', '"0x80Z5"', [("5:20", '"0x80Z5"', "is not an alert code", "")]),
    ("a code as a number", '"0x8085"', "0x8085", [("5:20", "0x8085", "is not an alert code", "")]),
    ("a code that is not catalogued", '"0x8085"', '"0x80FE"', [("5:20", '"0x80FE"', "not in the catalogue", "0x808E")]),
    ("a code twice", '"0x8085"', '"0x8002"', [("5:20", '"0x8002"', "stands twice", "")]),
    ("no code", '["0x8002", "0x8085"]', "[]", [("5:9", "[]", "too short", "")]),
    ("unknown region", '"north"', '"nroth"', [("9:10", '"nroth"', "no choice 'nroth'", "north")]),
    ("unknown firmware", "pine-e1@1.2", "pine-e1@1.3", [("11:8", '"pine-e1@1.3"', "no device profile", "pine-e1@1.2")]),
    ("unknown model", "pine-e1@1.2", "pin-e1@1.2", [("11:8", '"pin-e1@1.2"', "no device profile", "pine-e1@1.2")]),
    ("a profile of another role", "pine-e1@1.2", "birch-g9@1.0", [("11:8", '"birch-g9@1.0"', "a profile of role 'gsme'", "")]),
    ("a model without firmware", "pine-e1@1.2", "pine-e1", [("11:8", '"pine-e1"', "is not a device model", "")]),
    ("unknown role in a combination", "\nesme =", "\nesmee =", [("11:1", "esmee", "no key 'esmee' in combination", "esme")]),
    ("no hub", 'hub = "gate-1@2.0"\n', "", [("8:2", "combination", "'hub' is missing", "")]),
    ("a duration as a number", 'observe = "24h"', "observe = 24", [("16:11", "24", "24 does not fit", "")]),
    ("a duration in words", '"24h"', '"24 hours"', [("16:11", '"24 hours"', "is not a duration", "")]),
    ("a missing value", 'observe = "24h"\n', "", [("14:2", "window", "'observe' is missing", "")]),
    ("too long to be counted", '"24h"', '"200d"', [("16:11", '"200d"', "out of range", "")]),
    ("too long in sum", '"24h"', '"104d5h45m"', [("16:11", '"104d5h45m"', "closes 104d6h15m after", "")]),
    ("unknown tap", '"24h"', '"24h"\ntaps = ["han", "hubb"]', [("17:16", '"hubb"', "no choice 'hubb'", "hub")]),
    ("no UTC instant", 'settle = "30m"', 'start = "7 January"', [("15:9", '"7 January"', "is not a UTC instant", "")]),
    (
        "an instant no meter can show",
        'settle = "30m"',
        "start = 1999-01-01T00:00:00Z",
        [("15:9", "1999-01-01T00:00:00Z", "not a second", "")],
    ),
    ("unknown role of a stimulus", 'on = "esme"', 'on = "emse"', [("21:6", '"emse"', "no choice 'emse'", "esme")]),
    (
        "a role nobody fills",
        'on = "hub"',
        'on = "ppmid"',
        [
            ("27:6", '"ppmid"', "the combination has no 'ppmid'", ""),
            ("27:6", '"ppmid"', "capability 'supply.cut' does not act on role 'ppmid'", ""),
        ],
    ),
    ("a capability of another role", 'on = "esme"', 'on = "gsme"', [("21:6", '"gsme"', "does not act on role 'gsme'", "")]),
    (
        "unknown capability",
        "supply.voltage",
        "supply.volts",
        [("22:6", '"supply.volts"', "no capability 'supply.volts'", "supply.voltage")],
    ),
    ("a voltage without a unit", '"253.0 V"', '"253.0"', [("23:17", '"253.0"', "does not fit", "")]),
    ("unknown setting of a capability", "deviation", "deviaton", [("23:28", "deviaton", "no setting 'deviaton'", "deviation")]),
    ("a setting without a default", 'mean = "253.0 V", ', "", [("23:1", "with", "setting 'mean' is missing", "")]),
    ("a stimulus after the window", 'at = "1h"', 'at = "25h"', [("26:6", '"25h"', "stimulus after the window", "")]),
    ("repetitions after the window", "times = 3", "times = 30", [("30:9", "30", "the last is due at 2d11h", "")]),
    ("every without times", "times = 3\n", "", [("29:1", "every", "'every' without 'times'", "")]),
    ("times without every", 'every = "2h"\n', "", [("29:1", "times", "'times' without 'every'", "")]),
    ("a stimulus named twice", 'at = "1h"', 'name = "hover"\nat = "1h"', [("26:8", '"hover"', "is named twice", "")]),
    (
        "a missing treatment",
        "[arms.treatment]",
        "[arms.condition-control-2]\nwithout = [true]",
        [
            ("33:12", "true", "true does not fit", ""),
            ("56:1", "treatment", "no arm 'treatment'", ""),
            ("", "", "no treatment arm", ""),
        ],
    ),
    (
        "two treatments",
        "[arms.treatment]",
        '[arms.treatment]\n[arms.treatment-2]\nwithout = ["hover"]',
        [
            ("33:7", "treatment-2", "a second treatment arm", ""),
        ],
    ),
    ("an arm without a role", "[arms.sham]", "[arms.shm]", [("43:7", "shm", "'shm' does not tell the role", "sham")]),
    ("unknown role of an arm", "[arms.sham]", '[arms.sham]\nrole = "shame"', [("44:8", '"shame"', "no choice 'shame'", "sham")]),
    ("unknown stimulus in an arm", "stimulus.hover.", "stimulus.hovr.", [("35:10", "hovr", "no stimulus 'hovr'", "hover")]),
    ("unknown setting in an arm", "with.mean", "with.men", [("35:21", "men", "no setting 'men'", "mean")]),
    ("a bad value in an arm", '"240.0 V"', '"240 Volt"', [("35:28", '"240 Volt"', "does not fit", "")]),
    (
        "unknown stimulus left out",
        'stimulus.hover.with.mean = "240.0 V"',
        'without = ["hoover"]',
        [
            ("35:12", '"hoover"', "no stimulus 'hoover'", "hover"),
        ],
    ),
    ("changed and left out", '"240.0 V"', '"240.0 V"\nwithout = ["hover"]', [("35:10", "hover", "is left out or changed elsewhere", "")]),
    ("identical arms", '"240.0 V"', '"253.0 V"', [("34:7", "condition-control", "is identical to arm 'treatment'", "")]),
    (
        "a condition control elsewhere",
        'stimulus.hover.with.mean = "240.0 V"',
        'combination.gsme = "none"',
        [
            ("34:7", "condition-control", "a condition control with another combination", ""),
        ],
    ),
    (
        "two components swapped",
        '"oak-e1@3.1"',
        '"oak-e1@3.1"\ncombination.region = "south"',
        [
            ("37:7", "device-control", "swaps esme and region", ""),
        ],
    ),
    (
        "a device control otherwise treated",
        '"oak-e1@3.1"',
        '"oak-e1@3.1"\nwithout = ["hover"]',
        [
            ("37:7", "device-control", "a device control with other stimuli", ""),
        ],
    ),
    ("an arm without a hub", 'combination.esme = "none"', 'combination.hub = "none"', [("44:19", '"none"', "an arm without a hub", "")]),
    ("unknown detector", "pair-counter", "pair-countr", [("47:12", '"pair-countr"', "no detector", "pair-counter")]),
    ("unknown setting of a detector", "pairs =", "pair =", [("48:10", "pair", "no setting 'pair'", "pairs")]),
    ("a setting out of range", "pairs = 4", "pairs = 0", [("48:18", "0", "0 is out of range", "")]),
    ("a tap nobody listens at", "observe =", 'taps = ["han"]\nobserve =', [("47:2", "outcome", "nobody listens at tap 'hub'", "")]),
    ("alerts of a role nobody fills", "with = { pairs = 4 }", 'role = "ppmid"', [("48:8", '"ppmid"', "has no 'ppmid'", "")]),
    ("unknown grade to stop at", 'at = "C3"', 'at = "C5"', [("51:6", '"C5"', "no choice 'C5'", "C4")]),
    ("no block", "blocks = 12", "blocks = 0", [("52:10", "0", "0 is out of range", "")]),
    ("a number as text", "blocks = 12", 'blocks = "12"', [("52:10", '"12"', "'12' does not fit", "")]),
    ("unknown grade expected", 'treatment = "C3"', 'treatment = "C9"', [("55:13", '"C9"', "no choice 'C9'", "C4")]),
    ("unknown arm expected", "treatment =", "treatmnt =", [("55:1", "treatmnt", "no arm 'treatmnt'", "treatment")]),
    (
        "an exploratory C3",
        'origin = "M05"',
        "exploratory = true",
        [
            ("51:6", '"C3"', "no higher than 'C1'", ""),
            ("55:13", '"C3"', "no higher than 'C1'", ""),
        ],
    ),
    (
        "a question that names a maker",
        "Does this meter",
        "Does the Fable Works meter",
        [
            ("4:12", '"Does the Fable Works meter alert on every crossing of its threshold?"', "the text names 'Fable Works'", ""),
        ],
    ),
    (
        "an origin that names a model",
        'origin = "M05"',
        'origin = "PINE-E1 in the field"',
        [
            ("6:10", '"PINE-E1 in the field"', "the text names 'pine-e1'", ""),
        ],
    ),
    (
        "text on two lines",
        "threshold?",
        "threshold?\\nOr not?",
        [
            ("4:12", '"Does this meter alert on every crossing of its threshold?\\nOr not?"', "line end", ""),
        ],
    ),
    ("an unknown level of a factor", '"gate-1@2.1"', '"gate-1@9"', [("59:36", '"gate-1@9"', "no device profile 'gate-1@9'", "gate-1@2.1")]),
    (
        "a factor that leads nowhere",
        '"combination.hub" =',
        '"combination.hubb" =',
        [("59:1", '"combination.hubb"', "no combination 'hubb'", "hub")],
    ),
    (
        "a table that is none",
        "[combination]",
        "combination = 3\n[combination-2]",
        [
            ("8:15", "3", "3 does not fit", ""),
            ("9:2", "combination-2", "no key 'combination-2'", "combination"),
        ],
    ),
    ("a value left away", 'region = "north"', "region =", [("9:9", "", "not TOML: invalid value", "")]),
    ("an open string", '"north"', '"north', [("9:16", "", "not TOML: illegal character", "")]),
    ("a table twice", "[outcome]", "[window]", [("46:8", "", "not TOML: cannot declare 'window' twice", "")]),
    ("a key twice", 'region = "north"', 'region = "north"\nregion = "south"', [("10:17", "", "not TOML: cannot overwrite a value", "")]),
    ("an open header", "[outcome]", "[outcome", [("46:9", "", "not TOML: expected ']'", "")]),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_mistake_is_told_where_it_stands(problems_of, right, wrong, expected) -> None:
    assert right in SCENARIO
    problems = problems_of(SCENARIO.replace(right, wrong, 1))
    found = [(f"{problem.line}:{problem.column}" if problem.line else "", problem.what, problem.nearest) for problem in problems]
    assert len(found) == len(expected), found
    for problem, (place, token, words, near) in zip(problems, expected, strict=True):
        assert (f"{problem.line}:{problem.column}" if problem.line else "") == place, found
        assert words in problem.what, found
        assert problem.nearest == near, found
        if token:
            assert problem.source[problem.column - 1 :][: problem.width] == token, found


def test_a_sound_scenario_has_no_problem(problems_of) -> None:
    assert problems_of(SCENARIO) == ()


def test_missing_controls_are_told_together_and_an_exploratory_scenario_may_lack_them(problems_of) -> None:
    arms = SCENARIO[SCENARIO.index("[arms.condition-control]") : SCENARIO.index("[outcome]")]
    bare = SCENARIO.replace(arms, "").replace('condition-control = "NR"\n', "")
    assert [problem.what.partition(";")[0].partition(":")[0] for problem in problems_of(bare)] == [
        "no control arm",
        "no positive control",
        "no sham",
    ]
    assert str(problems_of(bare)[0]) == "mine.toml: no control arm; add one, or say  exploratory = true"
    assert problems_of(bare.replace("C3", "C1"), "exploratory=true") == ()


def test_all_problems_of_a_file_are_told_at_once_in_its_order(problems_of) -> None:
    text = SCENARIO
    for right, wrong in (("question", "qestion"), ("supply.voltage", "supply.volts"), ("pairs", "pair"), ("[arms.sham]", "[arms.shm]")):
        text = text.replace(right, wrong, 1)
    assert [(problem.line, problem.column) for problem in problems_of(text)] == [(4, 1), (22, 6), (43, 7), (48, 10)]


def test_a_problem_is_shown_with_its_line_and_carets(problems_of) -> None:
    (problem,) = problems_of(SCENARIO.replace("supply.voltage", "supply.volts"))
    assert str(problem) == (
        "mine.toml:22:6: no capability 'supply.volts'; did you mean 'supply.voltage'?\n"
        '   22 | do = "supply.volts"\n'
        "      |      ^^^^^^^^^^^^^^"
    )


def test_columns_count_letters_not_octets_and_tabs_keep_the_carets_in_place(problems_of) -> None:
    text = SCENARIO.replace('region = "north"', '\t"region" = "nörth" # é').replace("esme = ", "\tesme = ")
    first, *_ = problems_of(text)
    assert (first.line, first.column, first.width) == (9, 13, 7)
    assert str(first).splitlines()[2] == "      | \t" + " " * 11 + "^" * 7


def test_a_terminal_is_shown_no_control_characters(problems_of) -> None:
    for problem in problems_of(SCENARIO.replace('"north"', '"\\u001b[31mnorth"').replace("pine-e1@1.2", "\\u0007pine")):
        assert str(problem).replace("\n", "").isprintable()


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(problems_of) -> None:
    text = SCENARIO.replace("north", "nort").replace("\n", "\r\n")
    (problem,) = problems_of(b"\xef\xbb\xbf" + text.encode())
    assert (problem.line, problem.column, problem.source) == (9, 10, 'region = "nort"')


def test_octets_that_are_no_text_are_told_with_their_line(problems_of) -> None:
    (problem,) = problems_of(SCENARIO.encode().replace(b"north", b"n\xffrth"))
    assert str(problem).startswith("mine.toml:9: octet 0xff is not UTF-8")


def test_a_missing_file_is_a_problem_with_the_nearest_name(problems_of, tmp_path, shelf) -> None:
    from harness.scenario import check
    from tests.fake_bench import FakeTarget

    problems_of(SCENARIO)
    (problem,) = check("mien.toml", target=FakeTarget())
    assert (problem.file, problem.nearest) == ("mien.toml", "mine.toml")
    (problem,) = check("hovver", target=FakeTarget())
    assert (problem.what, problem.nearest) == ("no scenario 'hovver'", "hover")


def test_a_problem_in_a_profile_is_told_in_the_profile(problems_of, shelf) -> None:
    path = shelf / "device_profiles" / "esme" / "pine_e1.toml"
    path.write_text(path.read_text().replace("hysteresis", "hysteresys"))
    (problem,) = problems_of(SCENARIO)
    assert (problem.file, problem.line, problem.nearest) == ("library/device_profiles/esme/pine_e1.toml", 8, "hysteresis")


def test_a_profile_with_problems_makes_no_arm_look_like_another(problems_of, shelf) -> None:
    path = shelf / "device_profiles" / "esme" / "oak_e1.toml"
    path.write_text(path.read_text().replace("maker", "makr"))
    assert [(problem.file, problem.line) for problem in problems_of(SCENARIO)] == [("library/device_profiles/esme/oak_e1.toml", 4)]


def test_a_library_holds_files_to_their_names(shelf, problems_of) -> None:
    from harness.scenario import check
    from tests.fake_bench import DETECTORS, FakeTarget

    path = shelf / "scenarios" / "voltage" / "hover.toml"
    path.rename(path.with_name("lurch.toml"))
    (problem,) = check("lurch", target=FakeTarget(), detectors=DETECTORS)
    assert (problem.line, problem.what) == (2, "id 'hover' in library/scenarios/voltage/lurch.toml")


def test_a_library_that_defines_a_name_twice_is_told_by_either_file(shelf, problems_of) -> None:
    from harness.scenario import check
    from tests.fake_bench import FakeTarget

    scenario, profile = shelf / "scenarios" / "voltage" / "hover.toml", shelf / "device_profiles" / "esme" / "oak_e1.toml"
    (shelf / "scenarios" / "again").mkdir()
    (shelf / "scenarios" / "again" / "hover.toml").write_text(scenario.read_text().replace('"voltage"', '"again"'))
    profile.with_name("oak-e1.toml").write_text(profile.read_text())
    (problem,) = check(scenario, target=FakeTarget())[:1]
    assert (problem.line, problem.what) == (2, "scenario 'hover' is defined again in library/scenarios/again/hover.toml")
    (problem,) = check(profile, target=FakeTarget())
    assert (problem.line, problem.what) == (7, "device profile 'oak-e1@3.1' is defined again in library/device_profiles/esme/oak-e1.toml")
