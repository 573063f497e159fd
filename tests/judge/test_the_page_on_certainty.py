"""The page on certainty gives figures and formulas; they are worked out again, the formulas as a spreadsheet would."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from scipy.stats import binom, fisher_exact

from harness.judge.confidence import confidence_sequence
from harness.judge.e_values import e_pair, e_rate, e_zero, prevalence_bound
from harness.judge.policy import POLICY
from harness.judge.remediation import acceptance, residual_rate, trials_needed
from harness.report.figures import rate_interval


@pytest.fixture(scope="module")
def page(checkout):
    return (checkout / "docs/explanation/certainty.md").read_text(encoding="utf-8")


def row(page, start):
    """Return the cells of the one row that begins so."""
    (found,) = re.findall(rf"^\| {re.escape(start)} \|(.*)\|$", page, re.MULTILINE)
    return [cell.strip() for cell in found.split(" | ")]


def spreadsheet(formula, **cells):
    """Work a formula out as a spreadsheet would, with scipy for the distribution."""

    def distribution(k, n, p, cumulative):
        return float(binom.cdf(k, n, p) if cumulative else binom.pmf(k, n, p))

    return eval(formula.strip("`=").replace("BINOM.DIST", "distribution").replace("^", "**"), {"distribution": distribution, **cells})


def test_the_formulas_give_what_the_harness_gives(page):
    rate, pair, zero = (re.search(rf"^\| `{name}` \| `(=[^`]*)` \|$", page, re.MULTILINE)[1] for name in ("E_rate", "E_pair", "E_zero"))
    for k, n in ((0, 3), (12, 40), (3, 60), (59, 60)):
        assert spreadsheet(rate, k=k, n=n, p0=0.05) == pytest.approx(float(e_rate(k, n, Fraction(1, 20))), rel=1e-9)
    for a, b in ((0, 4), (11, 0), (11, 1), (30, 12)):
        assert spreadsheet(pair, a=a, d=a + b) == pytest.approx(float(e_pair(a, b)), rel=1e-9)
    assert spreadsheet(zero, r=0.05, n=59) == pytest.approx(float(e_zero(Fraction(1, 20), 59)))


def test_the_formula_for_the_confidence_sequence_holds_within_its_bounds_and_nowhere_else(page):
    formula = row(page, "is `p` in the confidence sequence?")[0]
    for k, n in ((12, 40), (10, 10), (0, 59)):
        low, high = map(float, confidence_sequence(k, n, POLICY.alpha, POLICY.grid))
        for p in (low + 2e-6, k / n, high - 2e-6):
            assert spreadsheet(formula, k=k, n=n, p=p), (k, n, p)
        for p in (low - 2e-6, high + 2e-6):
            assert not 0 < p < 1 or not spreadsheet(formula, k=k, n=n, p=p), (k, n, p)


def test_the_worked_example_is_what_the_judge_says(page, campaigns):
    verdict = campaigns.judge((1, 1), *[(1,)] * 11, *[(0,)] * 28)
    treated = verdict.arms[0]
    assert row(page, "rate")[1] == rate_interval(treated).replace("\u00a0", " ")
    assert row(page, "`E_pair` against the condition's absence")[1] == str(int(verdict.comparisons[0].e_value)) == "341"
    assert row(page, "`E_pair` against the other device")[1] == str(int(verdict.comparisons[1].e_value)) == "630"
    assert f"| `E_rate` | k = 12, n = 40, p0 = 0.05 | {int(treated.e_rate):,} |" in page
    assert str(verdict.grade) == "C3-S u=0 intermittent"
    assert (int(verdict.meaning.evidence), int(verdict.meaning.posterior_odds)) == (341, 34)
    assert int(e_pair(11, 1)) == 52
    assert f"{fisher_exact([[12, 28], [2, 38]], alternative='greater').pvalue:.3f}" == "0.003"


def test_the_tables_of_coins_units_and_zeros(page):
    coins = [f"{int(10 * e_pair(blocks, 0)) / 10}" for blocks in (5, 7, 9, 11)]
    assert f"| `E_pair` | {' | '.join(coins)} |" in page
    shares = [int(100 * prevalence_bound(units, POLICY.alpha, POLICY.grid)) for units in (1, 3, 5, 10)]
    assert "{} % for one unit, {} % for three, {} % for five, {} % for ten".format(*shares) in page
    blocks = row(page, "Blocks without a positive treatment")
    rates = row(page, "rates excluded (95 %)")
    assert list(zip(blocks, rates, strict=True)) == [(str(n), f"{int(100 * rate)} % and more") for n, rate in POLICY.zero_rungs]


@pytest.mark.parametrize("percent", [90, 50, 30, 10])
def test_the_table_of_remediations(page, percent):
    from dataclasses import replace

    before = Fraction(percent, 100)
    residual, needed = residual_rate(before), trials_needed(before)
    strict = trials_needed(before, replace(POLICY, residual_evidence=Fraction(100)))
    accepted = [100 * float(acceptance(true, needed)) for true in (residual / 10, residual / 2, residual)]
    cells = row(page, f"{percent} %")
    assert cells[:3] == [f"{percent // 10} %", str(needed), str(strict)]
    assert [float(cell.removesuffix(" %")) for cell in cells[3].split(", ")] == pytest.approx(accepted, abs=0.51)
