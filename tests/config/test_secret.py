"""The secret key is made once, whole and private."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.env import BadEnvironment
from config.secret import kept_secret


def test_the_key_is_made_once_and_private(tmp_path):
    path = tmp_path / "data" / "secret-key"
    key = kept_secret(path)
    assert len(key) >= 50
    assert kept_secret(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret-key"]


def test_all_who_start_at_once_get_the_same_key(tmp_path):
    path = tmp_path / "secret-key"
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: kept_secret(path), range(64)))
    assert keys == {path.read_text()}


def test_an_empty_file_is_no_key(tmp_path):
    path = tmp_path / "secret-key"
    path.write_text("\n")
    with pytest.raises(BadEnvironment, match="is empty"):
        kept_secret(path)
    assert path.read_text() == "\n"
