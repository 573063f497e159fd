"""Gates through which notices leave, choosing among many questions, and what evidence means in odds."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judge.e_values import posterior_odds, prevalence_bound
from harness.judge.gates import BANDS, GATES, REQUEST_FOR_CAPTURES, open_gates
from harness.judge.screening import e_bh, evidence_by_code, raised_codes
from harness.vocab.outcome import LADDER, LEVELS, graded
from harness.vocab.roles import Realm

MAKER, PARTIES, REGISTER = "maker-notice", "parties-notice", "register-listing"


def of_devices(level, units=1, realm=Realm.LABORATORY):
    return graded(level, realm, units=units, rate_class="frequent" if level in LADDER[1:] else "")


def test_simulated_evidence_opens_nothing_but_asking_for_captures():
    for level, band in product(LEVELS, BANDS):
        if level != "C5":
            grade = graded(level, Realm.SIMULATED, rate_class="frequent" if level in LADDER[1:] else "")
            assert open_gates(grade, band, waited=1_000) == (REQUEST_FOR_CAPTURES,)


@pytest.mark.parametrize(
    ("level", "units", "band", "waited", "opened"),
    [
        ("C1", 9, "I4", 99, set()),
        ("NR", 9, "I4", 99, set()),
        ("inconclusive", 9, "I4", 99, set()),
        ("C2", 1, "I0", 99, set()),
        ("C2", 1, "I1", 0, {MAKER}),
        ("C3", 1, "I1", 99, {MAKER}),
        ("C3", 1, "I2", 9, {MAKER}),
        ("C3", 1, "I2", 10, {MAKER, PARTIES}),
        ("C3", 1, "I4", 0, {MAKER, PARTIES}),
        ("C3", 2, "I0", 0, {REGISTER}),
        ("C4", 1, "I3", 10, {MAKER, PARTIES}),
        ("C5", 1, "I0", 0, {REGISTER}),
    ],
)
def test_a_notice_leaves_where_grade_and_impact_both_suffice(level, units, band, waited, opened):
    for realm in (Realm.LABORATORY, Realm.FIELD):
        assert set(open_gates(of_devices(level, units, realm), band, waited=waited)) == {REQUEST_FOR_CAPTURES, *opened}


def test_a_notice_before_anybody_could_reply_is_an_interim_one():
    parties = next(gate for gate in GATES if gate.name == PARTIES)
    assert [(one.reply_days, one.interim) for one in parties.thresholds] == [(10, False), (0, True)]


def test_of_a_screen_the_strongest_are_followed_up():
    """Of forty questions, 100 alone is not enough and eight of 100 together are: the eighth of 40 needs 40 / (8 * 5 %) = 100."""
    chance = {f"q{number:02}": Fraction(1) for number in range(40)}
    rate = Fraction(1, 20)
    assert e_bh({**chance, "q07": Fraction(100)}, rate) == ()
    assert e_bh({**chance, "q07": Fraction(800)}, rate) == ("q07",)
    strong = {f"q{number:02}": Fraction(100) for number in range(8)}
    assert e_bh({**chance, **strong}, rate) == tuple(strong)
    assert e_bh({**chance, **strong, "q00": Fraction(99)}, rate) == ()
    assert e_bh({}, rate) == ()


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.fractions(0, 5_000), max_size=30), st.fractions(Fraction(1, 100), 1))
def test_what_is_chosen_is_what_the_definition_says(evidence, rate):
    """The largest k of which each of the k strongest is at least m / (k * rate), tried one by one."""
    ranked = sorted(evidence.values(), reverse=True)
    most = max((k for k in range(len(ranked) + 1) if all(e * rate * k >= len(ranked) for e in ranked[:k])), default=0)
    chosen = e_bh(evidence, rate)
    assert len(chosen) == most
    assert [evidence[name] for name in chosen] == ranked[:most]


def test_a_change_that_raises_another_code_is_told_by_code():
    pairs = [({"0x8002": 0, "0x8F3E": 4, "0x8085": number % 2}, {"0x8002": 9, "0x8085": (number + 1) % 2}) for number in range(12)]
    found = evidence_by_code(pairs)
    assert list(found) == ["0x8002", "0x8085", "0x8F3E"]
    assert found["0x8F3E"] > 600 > 1 > found["0x8085"] > found["0x8002"]
    assert raised_codes(pairs) == ("0x8F3E",)
    assert raised_codes([]) == raised_codes([({}, {})]) == ()


@pytest.mark.parametrize(("evidence", "odds"), [(20, 2), (100, 10), (2_000, 200), (341, Fraction(341, 10))])
def test_a_sceptic_at_ten_to_one_against_ends_where_the_evidence_leads(evidence, odds):
    assert posterior_odds(Fraction(1, 10), Fraction(evidence)) == odds


@pytest.mark.parametrize(("units", "share"), [(1, 0.05), (3, 0.368), (5, 0.549), (10, 0.741)])
def test_few_units_bound_how_many_others_do_the_same(units, share):
    """The largest share at which so many units, drawn by chance, would all be positive in 5 % of draws at most."""
    bound = prevalence_bound(units, Fraction(1, 20), 1_000_000)
    assert float(bound) == pytest.approx(share, abs=0.0005)
    assert bound**units <= Fraction(1, 20) < (bound + Fraction(1, 1_000_000)) ** units


def test_without_units_no_share_of_units_is_bounded():
    assert prevalence_bound(0, Fraction(1, 20), 1_000_000) == 0


def test_a_verdict_on_devices_says_how_many_units_and_what_share_they_leave(campaigns):
    rows = [row for number in range(9) for row in campaigns.block(number, 1, unit=f"unit-{number % 3}")]
    verdict = campaigns.certainty(rows, campaigns.question(realm=Realm.LABORATORY))
    assert (str(verdict.grade), float(verdict.prevalence)) == ("C3-L u=3 frequent", pytest.approx(0.368, abs=0.001))
    silent = campaigns.block(9, 0, unit="unit-9")
    verdict = campaigns.certainty([*rows, *silent], campaigns.question(realm=Realm.LABORATORY))
    assert (verdict.grade.units, verdict.prevalence) == (4, None)
    assert campaigns.judge(*[(1,)] * 9).prevalence is None


def test_of_several_roles_that_count_the_one_with_the_fewest_units_decides(campaigns):
    from dataclasses import replace

    rows = [replace(row, units={"hub": ("h1",), "esme": (f"e{number % 3}",)}) for number in range(9) for row in campaigns.block(number, 1)]
    assert campaigns.certainty(rows, campaigns.question(realm=Realm.LABORATORY)).grade.units == 1


def test_void_blocks_and_trials_without_a_unit_add_no_units(campaigns):
    from dataclasses import replace

    rows = [*campaigns.block(0, 1), *campaigns.block(1, 1, void="late", unit="another")]
    assert campaigns.certainty(rows, campaigns.question(realm=Realm.LABORATORY)).grade.units == 1
    nothing = [replace(row, units={}) for row in rows]
    assert str(campaigns.certainty(nothing, campaigns.question(realm=Realm.LABORATORY)).grade) == "inconclusive-L u=0"
    assert str(campaigns.certainty(nothing, campaigns.question()).grade) == "C1-S u=0 intermittent"


def test_the_weakest_evidence_against_a_control_is_the_one_that_is_told(campaigns):
    verdict = campaigns.judge(*[(1,)] * 10, (1, 1))
    assert (verdict.meaning.arm, verdict.meaning.evidence) == (1, verdict.comparisons[0].e_value)
    assert verdict.meaning.posterior_odds == verdict.comparisons[0].e_value / 10
    alone = {arm: role for arm, role in campaigns.ROLES.items() if not role.compares}
    rows = [row for row in campaigns.campaign((1,)) if row.arm in alone]
    assert campaigns.certainty(rows, campaigns.question(alone)).meaning is None
