"""``smets-harness import``: from a log to a sealed bundle that every other command takes as any other."""

from __future__ import annotations

import json
import stat

import pytest
from field_logs import DEVICES, PARTIES, START, alert, history, instant, line, text

from harness.vocab.time import DAY, HOUR, SECOND
from harness.wire.duis import DeviceAlert, Header, write_device_alert

KEY = "ab" * 32 + "\n"


@pytest.fixture
def lab(tmp_path, smets_harness):
    """A folder with a key and a command to run in it."""
    key = tmp_path / "lab.key"
    key.write_text(KEY)
    key.chmod(0o600)

    def run(*arguments: str, stdin: str = ""):
        return smets_harness("import", *arguments, "--key", "lab.key", stdin=stdin)

    run.folder = tmp_path
    return run


def device_alert(at: int, octets: bytes) -> bytes:
    """The alert as a service user gets it."""
    return write_device_alert(DeviceAlert(header=Header(response_time=START.seconds * SECOND + at), alert_code=None, payload=octets))


def bundle(folder):
    (found,) = (folder / "out").iterdir()
    return found


def files(folder) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def test_a_log_with_copies_reaches_c1_and_says_why_no_more(lab, smets_harness):
    (lab.folder / "alerts.log").write_text(text(history(400, apart=20 * 60 * SECOND, copies=100)))
    done = lab("alerts.log", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["grade"], found["realm"], found["status"], found["target"]) == ("C1-F u=40 intermittent", "F", "complete", "field-log")
    assert found["log"] == {"alerts": 400, "left-out": 0, "first-left-out": [], "columns-not-read": []}
    assert "Nothing was controlled" in found["meaning"]
    assert "no positive control and no sham" in found["meaning"]
    assert len(found["trials"]) == 6
    assert sum(trial["alerts"] for trial in found["trials"]) == 400
    page = (bundle(lab.folder) / "data" / "results" / "report.html").read_text()
    for words in ("A trial is one window of a log", "Nothing was carried out, so nothing can be carried out again", "no pairs of trials"):
        assert words in page
    for words in ("suspected condition", "resets the devices", "smets-harness replay"):
        assert words not in page
    sealed = str(bundle(lab.folder))
    assert smets_harness("verify", sealed).returncode == 0
    judged = smets_harness("judge", sealed, "--json")
    assert (judged.returncode, json.loads(judged.stdout)["as-sealed"]) == (0, True)
    for arguments in (("show", sealed), ("show", sealed, "--findings"), ("report", sealed, "--format", "junit"), ("diff", sealed, sealed)):
        assert smets_harness(*arguments).returncode == 0, arguments
    again = smets_harness("replay", sealed)
    assert (again.returncode, again.stdout.splitlines()[0]) == (6, "cannot tell")
    assert "seen once" in again.stdout


def test_nobody_is_named_and_the_key_stays_out(lab):
    entries = history(60, apart=HOUR)
    rows = [f"{line(*entry)} meter {DEVICES[0]}" for entry in entries]
    rows[20] = f"{instant(entries[20][0])} {entries[20][1].hex()}00"
    (lab.folder / "alerts.log").write_text("\n".join([*rows, f"{DEVICES[1]} says nothing"]))
    done = lab("alerts.log", "--name", "masked")
    assert done.returncode == 0, done.stderr
    assert "59 alerts taken over; 2 entries left out" in done.stdout
    assert "left out      line 21: E" in done.stdout
    assert "left out      line 61: it does not begin with a time" in done.stdout
    real = [bytes.fromhex(one) for one in (*DEVICES, *PARTIES, KEY.strip())]
    spelt = [spelling for one in real for spelling in (one, one[::-1], one.hex().encode(), one.hex("-").encode())]
    for octets in (*files(lab.folder / "out"), done.stdout.encode(), done.stderr.encode()):
        assert not [spelling for spelling in spelt if spelling in octets]


def test_the_same_log_and_key_give_the_same_bundle_and_another_key_another_one(lab, smets_harness):
    (lab.folder / "alerts.log").write_text(text(history(40)))
    roots = [json.loads(lab("alerts.log", "--name", name, "--json").stdout)["payload-root"] for name in ("a", "b")]
    other = smets_harness("import", "alerts.log", "--key", "other.key", "--name", "c", "--json")
    assert roots[0] == roots[1] != json.loads(other.stdout)["payload-root"]
    assert stat.S_IMODE((lab.folder / "other.key").stat().st_mode) == 0o600


def test_a_log_may_come_by_a_pipe_in_parts_or_as_duis(lab):
    entries = history(40)
    whole = {json.loads(lab("-", "--name", "pipe", "--json", stdin=text(entries)).stdout)["certainty"]["grade"]}
    (lab.folder / "one.log").write_text(text(entries[:15]))
    (lab.folder / "two.log").write_text(text(entries[15:]))
    alerts = [
        DeviceAlert(header=Header(response_time=START.seconds * SECOND + at), alert_code=None, payload=octets) for at, octets in entries
    ]
    (lab.folder / "three.xml").write_bytes(b"\n".join(map(write_device_alert, alerts)))
    for name, logs in (("parts", ("one.log", "two.log")), ("duis", ("three.xml",))):
        found = json.loads(lab(*logs, "--name", name, "--json").stdout)
        assert found["log"]["alerts"] == 40
        whole.add(found["certainty"]["grade"])
        journals = [sorted((lab.folder / "out" / one / "data" / "trials").iterdir()) for one in ("pipe", name)]
        lines = [path.read_bytes().splitlines()[1:] for paths in journals for path in paths]
        assert lines[0] == lines[1], "the journals differ in nothing but the trial's name"
    assert whole == {"NR-F u=25"}


def test_options_ask_another_question(lab):
    (lab.folder / "alerts.csv").write_text(
        "id;received;message\n" + "".join(f"7;{instant(number * SECOND)};{alert(number).hex()}\n" for number in range(30))
    )
    options = ("--detector", "burst", "--set", "count=5", "--set", "within=1m", "--tap", "dsp", "--region", "north", "--code", "0x8002")
    found = json.loads(lab("alerts.csv", *options, "--window", "7d", "--more-than", "3", "--json").stdout)
    assert (found["grade"], found["certainty"]["arms"][0]["count-low"]) == ("C1-F u=1 intermittent", 25)
    assert found["measure"]["settings"] == [{"name": "count", "value": "5"}, {"name": "within", "value": "1m"}]
    assert (found["measure"]["tap"], found["measure"]["more-than"], found["window"]["observe"]) == ("dsp", 3, "7d")
    assert found["arms"][0]["combination"] == [{"role": "region", "device": "north"}]
    assert [code["code"] for code in found["codes"]] == ["0x8002"]
    assert found["log"]["columns-not-read"] == ["id"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("missing.log",), 4, "missing.log: could not be read"),
        (("good.log", "--detector", "burts"), 4, "did you mean 'burst'"),
        (("good.log", "--set", "count=5"), 4, "no setting 'count'"),
        (("good.log", "--set", "count"), 4, "NAME=VALUE"),
        (("good.log", "--window", "1s"), 4, "whole seconds from 1m to 100d"),
        (("good.log", "--gap", "soon"), 4, "'soon' is not a duration"),
        (("good.log", "--tolerance=-1s"), 4, "negative"),
        (("good.log", "--code", "12"), 4, "not an alert code"),
        (("good.log", "--more-than", "-1"), 4, "at least 0"),
        (("empty.log",), 5, "the log is empty"),
        (("noise.log",), 5, "line 1: it does not begin with a time"),
        (("garbage.log",), 5, "line 1: there is no alert in this log; E03"),
        (("sparse.log", "--window", "1m"), 4, "more than 20,000 windows"),
    ],
)
def test_what_cannot_be_imported_is_told_and_leaves_nothing_behind(lab, arguments, code, told):
    day = DAY // 10**6
    for name, content in {
        "good.log": text(history(3)),
        "empty.log": "",
        "noise.log": "no\nlog\n",
        "garbage.log": f"{instant(0)} 00112233\n",
        "sparse.log": "".join(f"{line(number * day * 1_000, alert(number))}\n" for number in range(20_002)),
    }.items():
        (lab.folder / name).write_text(content)
    done = lab(*arguments)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert not (lab.folder / "out").exists()


def test_a_bundle_is_not_overwritten_unasked_and_the_key_may_not_lie_in_it(lab, smets_harness):
    (lab.folder / "alerts.log").write_text(text(history(5)))
    assert lab("alerts.log", "--name", "a").returncode == 0
    assert (lab("alerts.log", "--name", "a").returncode, lab("alerts.log", "--name", "a", "--replace").returncode) == (4, 0)
    inside = smets_harness("import", "alerts.log", "--key", "out/a/key", "--name", "a", "--replace")
    assert inside.returncode == 4
    assert "the key lies in the bundle" in inside.stderr
    assert sorted(path.name for path in (lab.folder / "out").iterdir()) == ["a"]


def test_help_says_what_a_log_is_and_that_c1_is_the_most(smets_harness):
    done = smets_harness("import", "--help")
    assert done.returncode == 0
    for words in ("2030-01-07T00:00:12.345Z DF0903", "C1-F is the most", "--key FILE", "examples:"):
        assert words in done.stdout
