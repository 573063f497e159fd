"""The key file: made once, for its owner's eyes, and used again as it is."""

from __future__ import annotations

import stat

import pytest

from harness.errors import BenchError, UsageError
from harness.fieldlog.key import secret_key


def test_a_key_is_made_where_there_is_none_and_used_again(tmp_path):
    path = tmp_path / "lab.key"
    made = secret_key(path)
    assert len(made) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_key(path) == made
    assert secret_key(tmp_path / "another.key") != made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "lab.key"
    secret_key(path)
    path.chmod(mode)
    with pytest.raises(UsageError, match=r"others than its owner.*chmod 600"):
        secret_key(path)


@pytest.mark.parametrize("text", ["", "1234", "g" * 64, "ab" * 33, "a key\n" + "ab" * 32])
def test_a_file_that_is_no_key_is_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "notes.txt"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="no key"):
        secret_key(path)
    assert path.read_text() == text


def test_a_folder_is_no_key_and_a_place_without_leave_is_told(tmp_path):
    with pytest.raises(UsageError):
        secret_key(tmp_path)
    with pytest.raises(BenchError, match="could not be written"):
        secret_key(tmp_path / "missing" / "lab.key")
