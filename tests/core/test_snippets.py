"""The parts of “Copy as” that need no server; what they make is run in `tests/compression/test_snippets_run.py`."""

import shlex

import pytest

from core.snippets import NAME_BYTES, command, command_params, local_name, local_path, word


@pytest.mark.parametrize("name", ["a.txt", "größe.tar.gz", ".profile", "-", "a b"])
def test_a_name_stays_as_it_is_where_it_can(name: str) -> None:
    assert local_name(name) == name


@pytest.mark.parametrize("ending", [".txt", ".tar.zst", "", "." + "見" * 15])
def test_too_long_a_name_loses_of_its_stem(ending: str) -> None:
    found = local_name("見" * 200 + ending)
    assert NAME_BYTES - 3 <= len(found.encode()) <= NAME_BYTES
    assert found.startswith("見見")
    assert found.endswith(ending)
    assert local_path(f"a/{'x' * 300}/b") == f"a/{'x' * NAME_BYTES}/b"


@pytest.mark.parametrize("path", ["a b", "-x", "-", "--", "it's", "$HOME", "a\\b", ""])
def test_a_word_is_one_word_and_no_option(path: str) -> None:
    (found,) = shlex.split(word(path))
    assert found.removeprefix("./") == path
    assert not found.startswith("-")


def test_parameters_of_bytes_go_through_files() -> None:
    schema = {"dictionary": {"contentEncoding": "base64"}, "long": {}}
    words, before = command_params({"dictionary": "YWJj", "long": True}, schema, "-2")
    assert words == ["dictionary=@dictionary-2", "long=true"]
    assert before == ["base64 -d > dictionary-2 <<'END'\nYWJj\nEND"]
    assert command("compress", "-l", "3", options={"-o": "-x"}, files=["a b"]) == (
        "dynacomp compress -l 3 -o ./-x 'a b'"
    )
