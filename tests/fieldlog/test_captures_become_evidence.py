"""``smets-harness import`` of captures: what passed is judged as from any log, and what stayed unread is told and weighed."""

from __future__ import annotations

import json
import struct
import subprocess
import sys

import pytest
from field_logs import DEVICES, PARTIES, text
from han_captures import BETWEEN_EPOCHS, HUB_EUI, INSTALL_CODE, LINK, NETWORK, START, Home, capture, key_file

from harness.fieldlog.capture import Account, is_simulated, read_capture
from harness.fieldlog.entry import Entry, Missing
from harness.fieldlog.log import Log
from harness.vocab.time import HOUR, MINUTE, SECOND
from harness.wire.gbcs.block_transfer import split_message
from harness.wire.gbcs.message import Message
from harness.wire.pcapng_writing import ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY

KEY = "ab" * 32 + "\n"
SECRETS = ((ZIGBEE_NWK_KEY, NETWORK + b"\x62\x1a"), (ZIGBEE_APS_KEY, LINK + bytes(6)))


@pytest.fixture
def lab(tmp_path, smets_harness):
    """A folder with a key, ZigBee keys, and a command to run in it."""
    (tmp_path / "lab.key").write_text(KEY)
    (tmp_path / "lab.key").chmod(0o600)
    (tmp_path / "keys").write_text(key_file(INSTALL_CODE, LINK))

    def run(*arguments: str):
        done = smets_harness("import", *arguments, "--key", "lab.key", "--json", "--replace", "--name", "b")
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    run.folder = tmp_path
    return run


def air(*, alerts: int = 30, apart: int = 20 * MINUTE, attempts: int = 1, meters: int = 3) -> Home:
    home = Home(meters=meters)
    home.join()
    home.hello()
    for number in range(alerts):
        home.now = START + MINUTE + number * apart
        home.alert(number, meter=number % meters, seconds=number * apart // SECOND, attempts=attempts)
    return home


def journals(folder) -> list[dict]:
    paths = sorted((folder / "out" / "b" / "data" / "trials").iterdir())
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def test_a_capture_of_the_air_is_judged_at_the_han(lab, smets_harness):
    home = air(attempts=2)
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames))
    code, found = lab("a.pcapng", "--zigbee-keys", "keys")
    assert (code, found["realm"], found["grade"]) == (0, "F", "C1-F u=3 intermittent")
    assert (found["measure"]["tap"], found["log"]["alerts"], found["log"]["unread"]) == ("han", 60, [])
    assert found["log"]["packets"] == len(home.frames)
    sealed = str(lab.folder / "out" / "b")
    assert smets_harness("verify", sealed).returncode == 0
    assert json.loads(smets_harness("judge", sealed, "--json").stdout)["as-sealed"]
    assert smets_harness("replay", sealed).returncode == 6


def test_nobody_on_the_air_is_named(lab):
    home = air(alerts=6)
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames))
    lab("a.pcapng", "--zigbee-keys", "keys")
    real = [bytes.fromhex(one) for one in (*DEVICES, *PARTIES, HUB_EUI, LINK.hex(), NETWORK.hex(), INSTALL_CODE.hex())]
    spelt = [spelling for one in real for spelling in (one, one[::-1], one.hex().encode(), one[::-1].hex().encode())]
    for path in (lab.folder / "out").rglob("*"):
        assert not path.is_file() or not [spelling for spelling in spelt if spelling in path.read_bytes()], path


def test_without_keys_nothing_is_concluded_and_the_reason_is_counted(lab, smets_harness):
    home = air()
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames))
    code, found = lab("a.pcapng")
    assert (code, found["grade"]) == (6, "inconclusive-F u=0")
    (row,) = found["log"]["unread"]
    assert "under a key that is not at hand" in row["reason"]
    gaps = [record for record in journals(lab.folder) if record["kind"] == "gap"]
    assert {(gap["tap"], gap["unread"], gap["lost"]) for gap in gaps} == {("han", True, row["messages-at-most"])}
    assert smets_harness("judge", str(lab.folder / "out" / "b")).returncode == 6
    assert "stayed unread" in smets_harness("show", str(lab.folder / "out" / "b")).stdout


def test_with_a_part_of_the_keys_only_windows_with_findings_count(lab):
    home = air(alerts=10)
    other = Home(pan=0x7777, network=bytes(range(0x70, 0x80)), link=bytes(range(0x80, 0x90)), start=START + 100 * HOUR, meters=1)
    other.hello()
    other.alert(900, attempts=3)
    later = air(alerts=3, attempts=3)
    (lab.folder / "a.pcapng").write_bytes(capture(sorted([*home.frames, *other.frames])))
    code, found = lab("a.pcapng", "--zigbee-keys", "keys")
    assert [(trial["count"], "stayed unread" in trial["void"]) for trial in found["trials"]] == [(0, False), (0, True)]
    assert (code, found["certainty"]["arms"][0]["trials"]) == (0, 1)
    (lab.folder / "c.pcapng").write_bytes(capture(sorted([*later.frames, *other.frames])))
    code, found = lab("c.pcapng", "--zigbee-keys", "keys", "--window", "100d")
    assert [(trial["positive"], trial["void"]) for trial in found["trials"]] == [(True, "")], "what was found stays found"


def test_what_stayed_unread_elsewhere_does_not_touch_the_counting_point(lab):
    home = air(alerts=4)
    upper = {"user": [(time, octets) for time, octets in zip((START + n * HOUR for n in range(4)), messages(home), strict=True)]}
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames, upper=upper))
    code, found = lab("a.pcapng")
    assert (code, found["grade"], found["measure"]["tap"]) == (0, "NR-F u=3", "user")
    assert found["window"]["taps"] == ["han", "user"]
    assert lab("a.pcapng", "--tap", "han")[0] == 6


def messages(home: Home) -> list[bytes]:
    from harness.wire.pcap_gbcs import CaptureReader, Found

    held = CaptureReader((NETWORK, LINK)).read([capture(home.frames)])
    return [one.message for one in held if isinstance(one, Found)]


def test_a_quiet_stretch_with_other_traffic_is_listened_to_and_not_a_gap(lab):
    home = air(alerts=2)
    for _ in range(60):
        home.now += HOUR
        home.hello()
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames))
    code, found = lab("a.pcapng", "--zigbee-keys", "keys")
    assert (code, [trial["void"] for trial in found["trials"]]) == (0, ["", "", ""])
    assert not [record for record in journals(lab.folder) if record["kind"] == "gap"]


def test_when_nobody_listened_that_is_told(lab):
    home = air(alerts=2)
    home.now += 60 * HOUR
    home.alert(77)
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames))
    lab("a.pcapng", "--zigbee-keys", "keys")
    assert any("whether the log was kept then is not known" in record.get("reason", "") for record in journals(lab.folder))


def test_a_capture_that_breaks_off_is_read_up_to_there(lab):
    whole = len(capture(air(alerts=5).frames))
    (lab.folder / "a.pcapng").write_bytes(capture(air(alerts=8).frames)[: whole + 10])
    code, found = lab("a.pcapng", "--zigbee-keys", "keys")
    assert (code, found["log"]["alerts"]) == (0, 5)
    (problem,) = found["log"]["damaged"]
    assert "breaks off" in problem


def test_a_capture_and_a_log_go_together_at_the_counting_points_they_tell(lab):
    home = air(alerts=4)
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames))
    told = messages(home)
    (lab.folder / "b.log").write_text(text([(100 * HOUR + number * SECOND, octets) for number, octets in enumerate(told)]))
    code, found = lab("a.pcapng", "b.log", "--zigbee-keys", "keys", "--tap", "user")
    taps = [record["tap"] for record in journals(lab.folder) if record["kind"] == "message"]
    assert (code, sorted(taps)) == (0, ["han"] * 4 + ["user"] * 4)
    assert found["log"]["alerts"] == 4


def test_a_simulated_capture_is_of_realm_s_and_never_of_the_field(lab):
    home = air(alerts=6, attempts=2)
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames, description="HAN air, simulated"))
    code, found = lab("a.pcapng", "--zigbee-keys", "keys")
    assert (code, found["realm"], found["target"], found["grade"]) == (0, "S", "simulated-capture", "C1-S u=0 intermittent")
    (lab.folder / "b.log").write_text(text([(0, messages(home)[0])]))
    code, problem = lab("a.pcapng", "b.log", "--zigbee-keys", "keys")
    assert (code, "comes with another file" in problem) == (4, True)


def test_keys_that_the_capture_holds_are_enough(lab):
    home = air(alerts=4)
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames, secrets=SECRETS))
    assert lab("a.pcapng")[1]["log"]["alerts"] == 4


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("a.pcapng", "--zigbee-keys", "none"), 4, "none: could not be read"),
        (("a.pcapng", "--zigbee-keys", "lab.key"), 4, "lab.key:1: this is no ZigBee key"),
        (("a.pcapng", "--of", "out"), 4, "does not say of itself that it is simulated"),
        (("quiet.pcapng",), 5, "there is no alert in this log"),
        (("empty.pcapng",), 5, "the log is empty"),
    ],
)
def test_what_cannot_be_imported_is_told(lab, arguments, code, told):
    home = air(alerts=1)
    (lab.folder / "a.pcapng").write_bytes(capture(home.frames))
    quiet = [(time, octets) for time, octets in home.frames if len(octets) == 5] * 3
    (lab.folder / "quiet.pcapng").write_bytes(capture(quiet))
    (lab.folder / "empty.pcapng").write_bytes(capture([]))
    found = lab(*arguments)
    assert found[0] == code
    assert told in found[1]


def test_blocks_of_a_long_message_are_put_together(tmp_path):
    payload = b"\x0f\x20\x00\x00\x07\x00\x02\x03\x12\xff\xf0\x09\x0c" + bytes(12) + b"\x09\x82\x0b\xb8" + bytes(range(250)) * 12
    message = Message(3, 7, DEVICES[0], PARTIES[0], 0xFFF0, payload, signature=bytes(64)).encode()
    home = Home()
    home.hello()
    blocks = split_message(message)
    for block in blocks:
        home.tunnelled(block, home.meter, home.hub)
    for block in blocks[1:]:
        home.tunnelled(block[:20] + bytes((9,)) + block[21:], home.meter, home.hub)
    path = tmp_path / "a.pcapng"
    path.write_bytes(capture(home.frames))
    account = Account()
    with path.open("rb") as stream:
        items = list(read_capture(stream, account, keys=(NETWORK, LINK)))
    assert [item.octets for item in items if isinstance(item, Entry)] == [message]
    assert sum(item.lost for item in items if isinstance(item, Missing)) == len(blocks) - 1
    assert account.taps == {"han"}


def test_a_log_gone_through_twice_is_the_same_twice(tmp_path):
    path = tmp_path / "a.pcapng"
    home = air(alerts=5, attempts=2)
    path.write_bytes(capture(home.frames))
    with path.open("rb") as stream:
        log = Log([stream], keys=(NETWORK, LINK))
        first = list(log)
        assert first == list(log)
        assert not is_simulated(stream)
    entry = next(item for item in first if isinstance(item, Entry))
    assert entry.at == home.frames[entry.line - 1][0] - BETWEEN_EPOCHS * SECOND


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """A bundle of one block of simulated trials at frame fidelity, with their captures."""
    folder = tmp_path_factory.mktemp("simulated")
    settings = ("--set", "stop.blocks=1", "--set", "stop.zero-blocks=1")
    command = [sys.executable, "-m", "harness", "run", "retransmission-duplicates", "--frames", "--capture", "--out", "out", "--name", "s"]
    subprocess.run([*command, *settings], cwd=folder, capture_output=True, check=False, timeout=300)
    return folder / "out" / "s"


def test_the_capture_of_a_simulated_trial_gives_the_same_as_its_own_journal(lab, trials):
    captures = sorted((trials / "data" / "captures").glob("*.pcapng"))
    assert captures
    for path in captures:
        code, found = lab(str(path), "--of", str(trials))
        assert (code, found["log"]["compared"]) == (0, {"same": True, "differences": []}), path
        assert (found["realm"], found["log"]["left-out"]) == ("S", 0)


def test_a_capture_of_another_trial_differs(lab, trials):
    one, other = sorted((trials / "data" / "captures").glob("*.pcapng"))[:2]
    code, found = lab(str(one), "--of", str(trials), "--trial", other.stem)
    assert (code, found["log"]["compared"]["same"]) == (1, False)
    assert any("alerts at 'user'" in told for told in found["log"]["compared"]["differences"])
    code, problem = lab(str(one), "--of", str(trials), "--trial", "t0")
    assert (code, "holds no journal of a trial 't0'" in problem) == (5, True)


def test_without_its_keys_the_air_of_a_simulated_trial_stays_unread_and_is_told(lab, trials):
    path = max((trials / "data" / "captures").glob("*.pcapng"), key=lambda path: path.stat().st_size)
    octets, at, kept = path.read_bytes(), 0, []
    while at < len(octets):
        kind, size = struct.unpack_from("<II", octets, at)
        kept += [octets[at : at + size]] if kind != 10 else []
        at += size
    (lab.folder / path.name).write_bytes(b"".join(kept))
    code, found = lab(path.name, "--of", str(trials))
    assert (code, found["log"]["compared"]["same"]) == (1, False)
    assert all("'han'" in told for told in found["log"]["compared"]["differences"])
    assert found["log"]["unread"]
    (lab.folder / "shipped").write_bytes(path.with_suffix(".keys").read_bytes())
    code, found = lab(path.name, "--of", str(trials), "--zigbee-keys", "shipped")
    assert (code, found["log"]["compared"]["same"]) == (0, True)
    code, found = lab(path.name, "--tap", "han")
    assert (code, found["grade"]) == (6, "inconclusive-S u=0")
