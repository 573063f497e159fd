from __future__ import annotations

import re
from time import perf_counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.detect.sentences import SENTENCES, sentence
from harness.interfaces.setting import settle
from harness.vocab.canonical import canonical
from harness.vocab.time import HOUR, MINUTE, SECOND

CODES = (0x8002, 0x8085, 0x8006, 0x8089, 0x81BA, 0x8F0A, 0x8F35, 0x8F36, 0x8F75, 0x8183)
FORBIDDEN = re.compile(r"\b(faulty|defective|non-compliant|caused by|fixed|always|never|proves|bug)\b", re.IGNORECASE)

instants = st.integers(0, 6 * 60).map(lambda minute: minute * MINUTE)
alerts = st.tuples(
    st.just("alert"), instants, st.sampled_from(CODES), st.sampled_from(["esme", "gsme"]), st.integers(-2, 90), st.integers(0, 3)
)
stimuli = st.tuples(st.just("stimulus"), instants, st.sampled_from(["supply.cut", "hub.restart", "device.restart", "time.step"]))
switches = st.tuples(st.just("switches"), instants, st.sets(st.sampled_from(CODES[:4])))
thresholds = st.tuples(st.just("thresholds"), instants, st.sampled_from([240_000, 253_000]))
supplies = st.lists(st.sampled_from([0, 230_000, 240_000, 253_100, 256_000]), min_size=36, max_size=36)


def build(builder, events, supply):
    trial = builder.TrialBuilder(opened=30 * MINUTE, closed=6 * HOUR)
    trial.averages(*supply)
    for event in events:
        match event:
            case ("alert", at, code, meter, age, copies):
                octets = trial.alert(at, code, by=meter, event=at - age * MINUTE)
                for copy in range(copies):
                    trial.message(at + copy * MINUTE, octets)
            case ("stimulus", at, do):
                on = "hub" if do == "hub.restart" else "esme"
                trial.stimulus(at, do, on=on, duration=MINUTE, by=5 * MINUTE)
            case ("switches", at, on):
                trial.switches(at, *on)
            case ("thresholds", at, over):
                trial.thresholds(at, over=over)
    return trial


def told(findings):
    return [(finding.detector, finding.lines, finding.superfluous, finding.rule, canonical(dict(finding.facts))) for finding in findings]


trials = st.tuples(st.lists(st.one_of(alerts, alerts, alerts, stimuli, switches, thresholds), max_size=40), supplies)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=trials, cut=instants)
def test_more_input_never_withdraws_a_finding(builder, made, cut):
    trial = build(builder, *made)
    for name in builder.DETECTORS:
        limits = {"burst": {"count": 2}, "pair-chatter": {"pairs": 1}}.get(name, {})
        before, after = told(trial.found(name, end=cut, **limits)), told(trial.found(name, **limits))
        assert [finding for finding in before if finding not in after] == []
        assert [finding for finding in after if finding in before] == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=trials)
def test_no_detector_counts_an_alert_twice_or_outside_the_window_and_none_but_copies_counts_billing(builder, made):
    trial = build(builder, *made)
    facts = trial.facts()
    sightings = {sighting.line: sighting for sighting in facts.sightings}
    for name in builder.DETECTORS:
        found = trial.found(name, **{"burst": {"count": 2}, "pair-chatter": {"pairs": 1}}.get(name, {}))
        lines = [line for finding in found for line in finding.lines[-finding.superfluous :]]
        assert len(lines) == len(set(lines))
        assert all(facts.counts(sightings[line].at) for line in lines)
        assert name == "transport-duplicate" or all(sightings[line].alert.code != 0x8F0A for line in lines)
        assert [finding.at for finding in found] == sorted(finding.at for finding in found)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=trials)
def test_every_finding_can_be_written_and_says_something_neutral(builder, made):
    trial = build(builder, *made)
    for name in builder.DETECTORS:
        for finding in trial.found(name):
            said = sentence(finding)
            assert finding.rule in SENTENCES
            assert "{" not in said
            assert not FORBIDDEN.search(said)


def test_silence_gives_no_finding(builder):
    trial = builder.TrialBuilder()
    assert trial.kinds() == {}


def test_a_storm_of_eight_thousand_alerts_is_searched_in_a_moment(builder):
    trial = builder.TrialBuilder()
    trial.stimulus(HOUR, "hub.restart", on="hub")
    for number in range(8000):
        trial.alert(HOUR + number * 10 * SECOND, 0x81BA)
    facts, grounds = trial.facts(), trial.grounds()
    began = perf_counter()
    for detector in builder.DETECTORS.values():
        detector.detect(facts, grounds, "hub", settle(dict(detector.settings), {}))
    assert perf_counter() - began < 3
