"""The ledger of a campaign: outcomes at hand, findings on a disk, a block entered whole or not at all."""

from __future__ import annotations

import errno

import pytest

from harness.errors import BenchError
from harness.judge.documents import finding_document
from harness.run.ledger import Ledger
from harness.run.trial import TrialResult
from harness.vocab.alert import Finding
from harness.vocab.canonical import lines
from harness.vocab.identity import Eui64
from harness.vocab.outcome import TrialOutcome

METER = Eui64("00db123456789001")


def found(number: int) -> Finding:
    return Finding(
        detector="unfounded", at=number, originator=METER, codes=(0x8002,), lines=(number + 2,), superfluous=1, rule="no-cause-observed",
        facts={"tap": "hub"},
    )  # fmt: skip


def result(trial: str, findings: int, unread: int = 0) -> TrialResult:
    outcome = TrialOutcome(trial=trial, void="", exposure=1, count=findings, positive=bool(findings), alerts=findings, lost=0)
    return TrialResult(trial=trial, outcome=outcome, findings=tuple(map(found, range(findings))), unread=unread)


def octets(*results: TrialResult) -> bytes:
    return lines(finding_document(one.trial, finding) for one in results for finding in one.findings)


def test_findings_come_back_in_order_as_canonical_lines_and_as_often_as_wanted(tmp_path):
    ledger = Ledger(tmp_path)
    results = [result("t1", 3, unread=2), result("t2", 0), result("t3", 1_000, unread=1)]
    ledger.enter(results[:2])
    ledger.enter(results[2:])
    assert b"".join(ledger) == b"".join(ledger) == octets(*results)
    assert (list(ledger.outcomes), ledger.unread) == (["t1", "t2", "t3"], 3)
    assert max(map(len, ledger)) < len(octets(*results))


def test_a_ledger_leaves_nothing_on_the_disk(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.enter([result("t1", 5)])
    assert list(tmp_path.iterdir()) == []


def test_results_that_break_off_are_not_entered(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.enter([result("t1", 2)])

    def broken_off():
        yield result("t2", 4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.enter(broken_off())
    assert list(ledger.outcomes) == ["t1"]
    assert b"".join(ledger) == octets(result("t1", 2))
    ledger.enter([result("t3", 1)])
    assert b"".join(ledger) == octets(result("t1", 2), result("t3", 1))


def test_a_disk_that_refuses_is_told_with_its_place(tmp_path):
    with pytest.raises(BenchError, match="findings could not be kept") as refused:
        Ledger(tmp_path / "missing")
    assert refused.value.where == str(tmp_path / "missing")
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOENT
