"""C5: two verdicts taken together, the second on units of its own."""

from __future__ import annotations

from fractions import Fraction

import pytest

from harness.judge.combining import combine
from harness.vocab.outcome import DeviceGrade
from harness.vocab.roles import ArmRole, Realm


def verdict(campaigns, blocks, *, unit="a", realm=Realm.LABORATORY, void=0, roles=None, **asked):
    rows = [row for number in range(void) for row in campaigns.block(number, 1, void="late")]
    rows += [row for number, counts in enumerate(blocks, void) for row in campaigns.block(number, *counts, unit=f"{unit}{number % 2}")]
    roles = roles or campaigns.ROLES
    return campaigns.certainty([row for row in rows if row.arm in roles], campaigns.question(roles, realm=realm, **asked))


def test_independent_evidence_multiplies_and_so_do_units_add_up(campaigns):
    found = combine(verdict(campaigns, [(1,)] * 9), verdict(campaigns, [(1,)] * 7, unit="b"))
    assert found.grade == DeviceGrade(level="C5", realm=Realm.LABORATORY, units=4, rate_class="intermittent")
    first, second = Fraction(1023, 10), Fraction(255, 8)
    assert [(one.role, one.first, one.second, one.e_value) for one in found.products] == [
        (ArmRole.CONDITION_CONTROL, first, second, first * second),
        (ArmRole.DEVICE_CONTROL, first, second, first * second),
    ]
    assert (found.posterior_odds, found.lacking) == (first * second / 10, ())
    assert found.posterior_odds > 200


def test_the_rate_class_is_one_that_the_bounds_of_both_allow(campaigns):
    often, seldom = [(1,)] * 12, [(1,)] * 9 + [(0,)] * 21
    assert combine(verdict(campaigns, often), verdict(campaigns, often, unit="b")).grade.rate_class == "frequent"
    assert combine(verdict(campaigns, often), verdict(campaigns, seldom, unit="b")).grade.rate_class == "intermittent"


@pytest.mark.parametrize(("blocks", "reached"), [(6, False), (7, True)])
def test_the_second_needs_evidence_of_its_own(campaigns, blocks, reached):
    """6 blocks that speak for it give E = 18, 7 give 32; 20 is needed, however strong the first."""
    found = combine(verdict(campaigns, [(1,)] * 40), verdict(campaigns, [(1,)] * blocks, unit="b"))
    assert (found.grade.level == "C5") is reached
    kinds = ["condition-control", "device-control"]
    assert list(found.lacking) == ([] if reached else [f"the second has too little evidence against its {kind}" for kind in kinds])


def test_what_the_first_did_not_control_is_not_replicated(campaigns):
    found = combine(verdict(campaigns, [(1,)] * 8), verdict(campaigns, [(1,)] * 40, unit="b"))
    assert (found.grade.level, found.lacking) == ("C2", ("the first holds C2, and C3 is needed",))
    assert found.grade.units == 2


def test_void_blocks_count_against_both(campaigns):
    found = combine(verdict(campaigns, [(1,)] * 9, void=1), verdict(campaigns, [(1,)] * 7, unit="b"))
    assert found.grade.level == "C2"
    found = combine(verdict(campaigns, [(1,)] * 9), verdict(campaigns, [(1,)] * 7, unit="b", void=1))
    assert (found.grade.level, len(found.lacking)) == ("C3", 2)


@pytest.mark.parametrize("missing", [ArmRole.CONDITION_CONTROL, ArmRole.DEVICE_CONTROL, ArmRole.POSITIVE_CONTROL, ArmRole.SHAM])
def test_a_replication_without_one_of_the_controls_is_none(campaigns, missing):
    roles = {arm: role for arm, role in campaigns.ROLES.items() if role is not missing}
    found = combine(verdict(campaigns, [(1,)] * 12), verdict(campaigns, [(1,)] * 12, unit="b", roles=roles))
    assert (found.grade.level, found.lacking) == ("C3", (f"the second has no {missing.value}",))


def test_of_several_controls_of_one_kind_the_weakest_counts(campaigns):
    from dataclasses import replace

    roles = {**campaigns.ROLES, 5: ArmRole.DEVICE_CONTROL}
    rows = [row for number in range(9) for row in campaigns.block(number, 1)]
    sixth = [replace(row, arm=5, role=ArmRole.DEVICE_CONTROL, count=int(row.block == 0)) for row in rows if row.arm == 2]
    first = campaigns.certainty([*rows, *sixth], campaigns.question(roles, realm=Realm.LABORATORY))
    found = combine(first, verdict(campaigns, [(1,)] * 9, unit="b"))
    assert found.products[1].first == first.comparisons[2].e_value < first.comparisons[1].e_value


@pytest.mark.parametrize("realms", [(Realm.SIMULATED, Realm.LABORATORY), (Realm.LABORATORY, Realm.SIMULATED), (Realm.SIMULATED,) * 2])
def test_simulated_evidence_is_never_a_replication(campaigns, realms):
    first, second = (verdict(campaigns, [(1,)] * 40, realm=realm) for realm in realms)
    assert combine(first, second) is None
