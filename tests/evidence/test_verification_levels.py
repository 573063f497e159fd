"""Each level answers one question: it holds, it is contradicted, or it cannot be told."""

from __future__ import annotations

import os
import socket
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import BenchError, BundleError, HarnessError, InternalError, ScenarioError, UnavailableError, UsageError, WireError
from harness.evidence.bundle import Bundle
from harness.evidence.problem import Outcome, Problem
from harness.evidence.seal import seal
from harness.evidence.verify import DEFAULT_LEVELS, LEVELS, verify
from harness.vocab.canonical import parse
from harness.vocab.journal import JournalWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Derive = Callable[[Bundle], dict[str, bytes]]


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(problem.code, problem.file) for problem in problems]


def test_a_sealed_bundle_holds_at_every_level(bundle: Path, files: dict[str, bytes], derive: Derive) -> None:
    levels = ["V0", "V2", "V5", "V6", "V7"]
    found = verify(bundle, levels=levels, derive=derive, rerun=lambda _: files, policy=lambda _: [], thorough=True)
    assert [(result.level, result.outcome, result.problems) for result in found.levels] == [(level, Outcome.HOLDS, ()) for level in levels]
    assert found.outcome is Outcome.HOLDS
    assert found.payload_root == Bundle.open(bundle).payload_root


def test_levels_come_in_their_own_order_and_once(bundle: Path) -> None:
    assert [result.level for result in verify(bundle, levels=["V2", "V0", "V2"]).levels] == ["V0", "V2"]
    assert set(DEFAULT_LEVELS) < set(LEVELS)


def test_an_unknown_level_is_told_with_the_nearest(bundle: Path) -> None:
    with pytest.raises(UsageError, match="no level 'v2'; expected V0, V1, V2, V3, V4, V5, V6, V7; did you mean 'V2'"):
        verify(bundle, levels=["v2"])


def test_a_level_without_what_it_needs_is_our_mistake(bundle: Path) -> None:
    with pytest.raises(InternalError, match="V5"):
        verify(bundle, levels=["V5"])
    with pytest.raises(InternalError, match="V6"):
        verify(bundle, levels=["V6"])
    with pytest.raises(InternalError, match="V7"):
        verify(bundle, levels=["V7"])


def test_a_changed_file_is_told_with_what_was_expected_and_found(bundle: Path) -> None:
    (bundle / "data/raw/empty.log").write_bytes(b"x")
    (problem,) = verify(bundle, levels=["V2"]).problems
    assert problem.sentence == "was changed after sealing; expected sha256 e3b0c44298fc1c14…, found 2d711642b726b044…"


def test_swapped_traces_are_told_as_such(bundle: Path) -> None:
    one, other = bundle / "data/trials/t00001.jsonl", bundle / "data/trials/t00002.jsonl"
    octets = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(octets)
    first, second = verify(bundle, levels=["V2"]).problems
    assert first.sentence.endswith("which was sealed as data/trials/t00002.jsonl")
    assert second.sentence.endswith("which was sealed as data/trials/t00001.jsonl")


def test_only_files_that_are_as_sealed_are_parsed(bundle: Path) -> None:
    (bundle / "data/plan/plan.json").write_bytes(b"{ not json")
    found = verify(bundle, levels=["V0", "V2"])
    assert told(found.levels[0].problems) == [("U-FIXITY", "data/plan/plan.json")]
    assert found.levels[0].outcome is Outcome.CANNOT_TELL
    assert told(found.levels[1].problems) == [("E-FILE-DIGEST", "data/plan/plan.json")]
    assert found.outcome is Outcome.CONTRADICTED
    assert verify(bundle, levels=["V0"]).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize(
    ("octets", "code", "sentence"),
    [
        (b'{"a":1}\n{"a": 1}\n', "E-CANON-BYTES", "line 2: not the canonical spelling"),
        (b'{"a":1}\n{"a":0.5}\n', "E-CANON-FLOAT", "line 2: 0.5 of type float"),
        (b'{"a":9007199254740993}\n', "E-CANON-INT", "line 1: 9007199254740993 is beyond"),
        ('{"ä":1}\n'.encode(), "E-CANON-KEY", "line 1: 'ä'"),
        ('{"a":"a\u0308"}\n'.encode(), "E-CANON-BYTES", "line 1: string"),
        (b'{"a":1}\n[]\n', "E-CANON-BYTES", "line 2: a line holds no object"),
        (b'{"a":1}\n{"a":1,"a":1}\n', "E-CANON-BYTES", "line 2: not the canonical spelling"),
        (b'{"a":1}\n{"a":"\xff"}\n', "E-CANON-BYTES", "line 2: not JSON"),
        (b'{"a":1}\n{"a":"\\ud800"}\n', "E-CANON-BYTES", "line 2: "),
        (b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}\n", "E-CANON-BYTES", "line 1: "),
    ],
)
def test_json_sealed_in_another_spelling_is_told_with_its_line(tmp_path: Path, octets: bytes, code: str, sentence: str) -> None:
    directory = tmp_path / "bundle"
    reseal(directory, "data/odd.jsonl", octets)
    found = verify(directory, levels=["V0", "V2"])
    assert told(found.problems) == [(code, "data/odd.jsonl")]
    assert found.problems[0].sentence.startswith(sentence)


def test_an_empty_document_is_not_canonical(tmp_path: Path) -> None:
    reseal(tmp_path / "bundle", "data/odd.json", b"")
    assert told(verify(tmp_path / "bundle", levels=["V0", "V2"]).problems) == [("E-CANON-BYTES", "data/odd.json")]


def reseal(directory: Path, path: str, octets: bytes) -> None:
    """Seal octets that the harness would refuse to seal under that name: sealed under another, then renamed throughout."""
    from hashlib import sha256, sha512

    seal(directory, {f"{path}x": octets})
    (directory / f"{path}x").rename(directory / path)
    for name in ("manifest-sha256.txt", "manifest-sha512.txt"):
        (directory / name).write_text((directory / name).read_text().replace(f"{path}x", path))
    root = sha256((directory / "manifest-sha256.txt").read_bytes()).hexdigest()
    info = (directory / "bag-info.txt").read_text().splitlines(keepends=True)
    (directory / "bag-info.txt").write_text("".join([info[0], f"External-Identifier: sha256:{root}\n", info[2]]))
    for algorithm, digest in (("sha256", sha256), ("sha512", sha512)):
        names = ["README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"]
        lines = [f"{digest((directory / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
        (directory / f"tagmanifest-{algorithm}.txt").write_text("".join(lines))


def test_a_bundle_that_lists_nothing_is_not_of_this_format(tmp_path: Path) -> None:
    directory = tmp_path / "bundle"
    reseal(directory, "data/odd", b"")
    (directory / "data/odd").unlink()
    for name in ("manifest-sha256.txt", "manifest-sha512.txt"):
        (directory / name).write_bytes(b"")
    found = verify(directory, levels=["V0", "V2"])
    assert found.outcome is Outcome.CONTRADICTED
    assert found.payload_root == ""


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_things_that_are_no_files_are_told_and_never_opened(bundle: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bundle)
    Path("data/raw/empty.log").unlink()
    if kind == "pipe":
        os.mkfifo("data/raw/empty.log")
        Path("bagit.txt").unlink()
        os.mkfifo("bagit.txt")
    else:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("data/raw/empty.log")
    found = verify(bundle, levels=["V0", "V2"])
    assert ("E-NAME", "data/raw/empty.log") in told(found.levels[0].problems)
    assert ("E-FILE-MISSING", "data/raw/empty.log") in told(found.levels[1].problems)
    assert f"a {kind} stands in its place" in str(found.levels[1].problems)


def test_names_that_are_no_text_are_told_in_letters_that_can_be_printed(bundle: Path) -> None:
    os.close(os.open(os.fsencode(bundle) + b"/data/\xff\n\x1b[31m", os.O_CREAT | os.O_WRONLY))
    found = verify(bundle, levels=["V0", "V2"])
    assert told(found.problems) == [("E-NAME", "data/\\udcff\\n\\x1b[31m"), ("E-FILE-EXTRA", "data/\\udcff\\n\\x1b[31m")]


UNREADABLE = """
import os, sys
from pathlib import Path
from harness.evidence.verify import verify
os.setuid(65534)
found = verify(Path(sys.argv[1]), levels=["V0", "V2"])
print(found.outcome, [(problem.code, problem.file, problem.sentence) for problem in found.levels[1].problems])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to become another user")
def test_what_cannot_be_read_cannot_be_told(files: dict[str, bytes], isolated: Callable[..., str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        bundle = Path(place) / "bundle"
        seal(bundle, files)
        (bundle / "data/raw/empty.log").chmod(0o600)
        (bundle / "data/trials").chmod(0o700)
        (bundle / "bagit.txt").chmod(0o600)
        told_to_nobody = isolated(UNREADABLE, [str(bundle)])
    expected = [
        ("U-READ", "bagit.txt", "could not be read: Permission denied"),
        ("U-READ", "data/raw/empty.log", "could not be read: Permission denied"),
        ("U-READ", "data/trials/", "could not be listed: Permission denied"),
    ]
    assert told_to_nobody == f"cannot tell {expected}\n"


def test_a_result_that_the_trials_do_not_give_is_told_at_its_byte(tmp_path: Path, files: dict[str, bytes], derive: Derive) -> None:
    page = files["data/results/report.html"]
    at = page.index(b" lost")
    seal(tmp_path / "bundle", files | {"data/results/report.html": page[:at] + b" kept" + page[at + 5 :]})
    found = verify(tmp_path / "bundle", derive=derive, policy=lambda _: [])
    assert [(result.level, result.outcome) for result in found.levels] == [
        (level, Outcome.CONTRADICTED if level == "V5" else Outcome.HOLDS) for level in DEFAULT_LEVELS
    ]
    (problem,) = found.problems
    assert (problem.code, problem.file) == ("E-RECOMP-DIFF", "data/results/report.html")
    assert problem.sentence == f"differs at byte {at + 2} from what was given anew"


def test_results_that_are_too_many_too_few_or_too_long_are_told(tmp_path: Path, files: dict[str, bytes], derive: Derive) -> None:
    payload = files | {"data/results/added.txt": b"", "data/results/outcomes.jsonl": files["data/results/outcomes.jsonl"] + b"{}\n"}
    del payload["data/results/report.html"]
    seal(tmp_path / "bundle", payload)
    found = verify(tmp_path / "bundle", levels=["V5"], derive=derive)
    assert [(problem.code, problem.file, problem.sentence) for problem in found.problems] == [
        ("E-RECOMP-DIFF", "data/results/added.txt", "is in the bundle and was not given anew"),
        (
            "E-RECOMP-DIFF",
            "data/results/outcomes.jsonl",
            f"differs at byte {len(files['data/results/outcomes.jsonl']) + 1} from what was given anew",
        ),
        ("E-RECOMP-DIFF", "data/results/report.html", "was given anew and is not in the bundle"),
    ]


def test_results_changed_after_sealing_are_told_by_both_levels(bundle: Path, derive: Derive) -> None:
    (bundle / "data/results/report.html").write_bytes(b"")
    (bundle / "data/results/outcomes.jsonl").unlink()
    found = verify(bundle, levels=["V2", "V5"], derive=derive)
    assert told(found.levels[0].problems) == [
        ("E-FILE-MISSING", "data/results/outcomes.jsonl"),
        ("E-FILE-DIGEST", "data/results/report.html"),
    ]
    assert told(found.levels[1].problems) == [
        ("E-RECOMP-DIFF", "data/results/outcomes.jsonl"),
        ("E-RECOMP-DIFF", "data/results/report.html"),
    ]


@pytest.mark.parametrize("path", ["data/trials/t00002.jsonl", "manifest-sha256.txt"])
def test_results_cannot_be_told_where_what_they_follow_from_is_not_as_sealed(bundle: Path, derive: Derive, path: str) -> None:
    (bundle / path).write_bytes(b"{}\n")
    found = verify(bundle, levels=["V5"], derive=derive)
    assert told(found.problems) == [("U-FIXITY", path)]
    assert found.outcome is Outcome.CANNOT_TELL


def fails_with(error: HarnessError) -> Callable[[Bundle], dict[str, bytes]]:
    def derive(bundle: Bundle) -> dict[str, bytes]:
        raise error

    return derive


@pytest.mark.parametrize(
    ("error", "code", "outcome"),
    [
        (BundleError("a journal breaks off"), "E-RECOMP-DIFF", Outcome.CONTRADICTED),
        (WireError("a message is cut short"), "E-RECOMP-DIFF", Outcome.CONTRADICTED),
        (UsageError("this is harness 0.2.0"), "U-TOOL", Outcome.CANNOT_TELL),
        (ScenarioError("no detector 'third-party'"), "U-TOOL", Outcome.CANNOT_TELL),
        (UnavailableError("no package 'comms_hub_sim' is installed here"), "U-TOOL", Outcome.CANNOT_TELL),
        (BenchError("the disk is full"), "U-READ", Outcome.CANNOT_TELL),
    ],
)
def test_what_keeps_results_from_being_had_decides_what_can_be_told(bundle: Path, error: HarnessError, code: str, outcome: Outcome) -> None:
    found = verify(bundle, levels=["V5"], derive=fails_with(error))
    assert told(found.problems) == [(code, "data/results/")]
    assert error.what in found.problems[0].sentence
    assert found.outcome is outcome


def test_our_own_mistakes_are_not_the_bundles(bundle: Path) -> None:
    with pytest.raises(InternalError):
        verify(bundle, levels=["V5"], derive=fails_with(InternalError("a promise was broken")))


def test_a_rerun_names_every_file_that_is_not_the_same(bundle: Path, files: dict[str, bytes], tmp_path: Path) -> None:
    again: dict[str, bytes | Path] = dict(files)
    stream = BytesIO()
    JournalWriter(stream).record(0, "end", reason="window closed")
    (tmp_path / "t1").write_bytes(stream.getvalue())
    again["data/trials/t00001.jsonl"] = tmp_path / "t1"
    del again["data/raw/capture.pcapng"]

    def rerun(opened: Bundle) -> Mapping[str, bytes | Path]:
        assert parse(opened.read("data/plan/plan.json"))
        return again

    found = verify(bundle, levels=["V6"], rerun=rerun)
    assert [(problem.code, problem.file, problem.sentence) for problem in found.problems] == [
        ("E-RERUN-DIFF", "data/raw/capture.pcapng", "is in the bundle and was not given anew"),
        ("E-RERUN-DIFF", "data/trials/t00001.jsonl", "differs at byte 10 from what was given anew"),
    ]


def test_a_rerun_by_another_tool_cannot_be_told(bundle: Path) -> None:
    found = verify(bundle, levels=["V2", "V6"], rerun=fails_with(UsageError("this is another harness")))
    assert [result.outcome for result in found.levels] == [Outcome.HOLDS, Outcome.CANNOT_TELL]
    assert found.outcome is Outcome.CANNOT_TELL


def test_a_problem_has_a_code_that_is_in_the_table() -> None:
    with pytest.raises(InternalError, match="'E-ODD' is not a code of verification"):
        Problem(code="E-ODD", file="data/x", sentence="is odd")
