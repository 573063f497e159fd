"""Recomputing and rerunning: whether what was sealed follows from what it claims to follow from."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from harness.errors import BenchError, BundleError, HarnessError, InternalError, WireError
from harness.evidence.bundle import Bundle
from harness.evidence.files import first_difference
from harness.evidence.layout import PAYLOAD, RESULTS
from harness.evidence.problem import FixityError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from harness.evidence.files import Source
    from harness.evidence.trust import TagFiles

    Derive = Callable[[Bundle], Mapping[str, Source]]
    """Gives every file under ``data/results/`` anew, from what else is sealed, and whatever other file is not what follows."""
    Rerun = Callable[[Bundle], Mapping[str, Source]]
    """Gives every file under ``data/`` anew, by carrying out the sealed plan again."""

__all__ = ["policy_problems", "recompute_problems", "rerun_problems"]

_T = TypeVar("_T")


def recompute_problems(directory: Path, tags: TagFiles, derive: Derive) -> list[Problem]:
    """Return where ``data/results/``, or another file that ``derive`` gives for the bundle, is not what it gives."""
    return _problems(directory, tags, derive, RESULTS, "E-RECOMP-DIFF")


def rerun_problems(directory: Path, tags: TagFiles, rerun: Rerun) -> list[Problem]:
    """Return where ``data/`` is not what ``rerun`` gives for the bundle."""
    return _problems(directory, tags, rerun, PAYLOAD, "E-RERUN-DIFF")


def policy_problems(directory: Path, tags: TagFiles, policy: Callable[[Bundle], list[Problem]]) -> list[Problem]:
    """Return where the bundle does not keep to its policy, as ``policy`` tells."""
    found = _worked(directory, tags, policy, RESULTS, "E-GRADE")
    return found if isinstance(found, list) else [found]


def _problems(directory: Path, tags: TagFiles, work: Derive | Rerun, below: str, code: str) -> list[Problem]:
    """Compare what ``work`` gives with what is sealed below a folder."""
    given = _worked(directory, tags, work, below, code)
    if isinstance(given, Problem):
        return [given]
    sealed = Bundle.of(directory, tags).digests
    paths = sorted({path for path in sealed if path.startswith(below)} | given.keys())
    found = (_difference(directory, path, given.get(path), code, sealed=path in sealed) for path in paths)
    return [problem for problem in found if problem]


def _worked(directory: Path, tags: TagFiles, work: Callable[[Bundle], _T], below: str, code: str) -> _T | Problem:
    """Return what some work with the bundle gives, or why it cannot be told.

    Sealed octets that the work cannot make sense of contradict the bundle; whatever else keeps the
    work from being done (a changed input, another tool, a plug-in that is not here) leaves it open.
    """
    try:
        return work(Bundle.of(directory, tags))
    except FixityError as error:
        sentence = f"is needed here and not as sealed: it {error.problem.sentence}"
        return Problem(code="U-FIXITY", file=error.problem.file, sentence=sentence)
    except InternalError:
        raise
    except (BundleError, WireError) as error:
        return Problem(code=code, file=below, sentence=f"could not be had from what was sealed: {error}")
    except BenchError as error:
        return Problem(code="U-READ", file=below, sentence=f"could not be had again: {error}")
    except HarnessError as error:
        return Problem(code="U-TOOL", file=below, sentence=f"could not be had again with the tool at hand: {error}")


def _difference(directory: Path, path: str, given: Source | None, code: str, *, sealed: bool) -> Problem | None:
    if not sealed:
        return Problem(code=code, file=path, sentence="was given anew and is not in the bundle")
    if given is None:
        return Problem(code=code, file=path, sentence="is in the bundle and was not given anew")
    try:
        byte = first_difference(directory / path, given)
    except FileNotFoundError:
        return Problem(code=code, file=path, sentence="was given anew and is missing from the bundle")
    except OSError as error:
        return Problem(code="U-READ", file=path, sentence=f"could not be read: {error.strerror}")
    return Problem(code=code, file=path, sentence=f"differs at byte {byte} from what was given anew") if byte else None
