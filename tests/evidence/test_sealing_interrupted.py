"""Whatever interrupts a seal, the earlier bundle stands there, or the new one: whole, and at its place."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import BenchError, UsageError
from harness.evidence.bundle import Bundle
from harness.evidence.place import exchange, replace_in_two_steps
from harness.evidence.problem import Outcome
from harness.evidence.seal import seal
from harness.evidence.verify import verify
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

OLD = {"data/old.bin": b"old", "data/both.bin": b"1"}
NEW = {"data/new.bin": b"new", "data/both.bin": b"2", "data/deep/er.bin": bytes(70_000)}


def killed_at(moment: int, work: Callable[[], object]) -> bool:
    """Carry out ``work`` in a child that kills itself as it enters or leaves its ``moment``-th C function."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn where the test runner has threads
        child = os.fork()
    if child == 0:
        left = [moment]

        def count(frame: FrameType, event: str, argument: object) -> None:
            if event.startswith("c_"):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(count)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def moments(folder: Path, prepare: Callable[[Path], object], wanted: int) -> list[int]:
    """Return moments spread over sealing ``NEW``, and every one of the last hundred."""

    def killed(moment: int) -> bool:
        directory = folder / str(moment)
        prepare(directory)
        return killed_at(moment, lambda: seal(directory, NEW))

    high = 1
    while killed(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if killed(middle) else (low, middle)
    chance = Chance(subseed(b"kill", "moments"))
    return sorted({chance.below(high) for _ in range(wanted)} | set(range(max(0, high - 100), high)))


def test_a_seal_killed_at_any_point_leaves_the_old_bundle_or_the_new(tmp_path: Path) -> None:
    directory = tmp_path / "bundle"
    old, new = seal(directory, OLD), seal(tmp_path / "other", NEW)
    seen = set()
    for moment in moments(tmp_path / "probes", lambda directory: seal(directory, OLD), 60):
        killed_at(moment, lambda: seal(directory, NEW))
        found = verify(directory, levels=["V0", "V2"], thorough=True)
        assert found.outcome is Outcome.HOLDS
        assert found.payload_root in {old, new}
        seen.add(found.payload_root)
        assert seal(directory, OLD) == old
        assert sorted(child.name for child in tmp_path.iterdir()) == ["bundle", "other", "probes"]
    assert seen == {old, new}


def test_a_first_seal_killed_at_any_point_leaves_nothing_or_all(tmp_path: Path) -> None:
    new = seal(tmp_path / "other", NEW)
    seen = set()
    for moment in moments(tmp_path / "probes", lambda directory: None, 30):
        directory = tmp_path / f"bundle-{moment}"
        killed_at(moment, lambda place=directory: seal(place, NEW))
        seen.add(directory.exists())
        if directory.exists():
            assert verify(directory, levels=["V0", "V2"]).payload_root == new
        else:
            with pytest.raises(UsageError, match="no such folder"):
                Bundle.open(directory)
        assert seal(directory, NEW) == new
    assert seen == {False, True}


def fresh_and_old(tmp_path: Path) -> tuple[Path, Path]:
    seal(tmp_path / "bundle", OLD)
    seal(tmp_path / "finished", NEW)
    return tmp_path / "finished", tmp_path / "bundle"


def test_two_folders_are_exchanged_in_one_step_or_not_at_all(tmp_path: Path) -> None:
    finished, bundle = fresh_and_old(tmp_path)
    if exchange(finished, bundle):
        finished, bundle = bundle, finished
    assert Bundle.open(finished).files == tuple(sorted(NEW))
    assert Bundle.open(bundle).files == tuple(sorted(OLD))
    assert not exchange(tmp_path / "nothing", bundle)


def test_replacing_in_two_steps_leaves_the_old_one_where_the_new_one_was(tmp_path: Path) -> None:
    finished, bundle = fresh_and_old(tmp_path)
    replace_in_two_steps(finished, bundle)
    assert Bundle.open(bundle).files == tuple(sorted(NEW))
    assert Bundle.open(finished).files == tuple(sorted(OLD))


def test_replacing_in_two_steps_puts_the_old_one_back_where_the_second_step_fails(tmp_path: Path) -> None:
    _, bundle = fresh_and_old(tmp_path)
    with pytest.raises(FileNotFoundError):
        replace_in_two_steps(tmp_path / "nothing", bundle)
    assert Bundle.open(bundle).files == tuple(sorted(OLD))


def test_replacing_in_two_steps_killed_at_any_point_keeps_the_old_one_at_hand(tmp_path: Path) -> None:
    moment, alive = 0, True
    while alive:
        folder = tmp_path / str(moment)
        finished, bundle = fresh_and_old(folder)
        alive = killed_at(moment, lambda a=finished, b=bundle: replace_in_two_steps(a, b))
        if bundle.exists():
            assert Bundle.open(bundle).files in {tuple(sorted(OLD)), tuple(sorted(NEW))}
        else:
            with pytest.raises(UsageError, match="did you mean") as told:
                Bundle.open(bundle)
            assert Bundle.open(Path(told.value.nearest)).files == tuple(sorted(OLD))
            with pytest.raises(BenchError, match="its source"):
                seal(bundle, {"data/x": folder / "gone"})
            assert Bundle.open(bundle).files == tuple(sorted(OLD))
        seal(bundle, NEW)
        assert Bundle.open(bundle).files == tuple(sorted(NEW))
        assert sorted(child.name for child in folder.iterdir() if child.name != "finished") == ["bundle"]
        moment += 1
