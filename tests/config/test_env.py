"""The readers of environment variables take what is meant and refuse the rest by name."""

from pathlib import Path

import pytest

from config import env


@pytest.mark.parametrize("unset", [None, "", "  "])
def test_an_absent_or_empty_variable_gives_the_default(monkeypatch, unset):
    if unset is None:
        monkeypatch.delenv("THING", raising=False)
    else:
        monkeypatch.setenv("THING", unset)
    assert env.text("THING", "usual") == "usual"
    assert env.integer("THING", 7) == 7
    assert env.flag("THING", default=True) is True
    assert env.choice("THING", "json", ["json", "text"]) == "json"
    assert env.items("THING", ["a"]) == ["a"]
    assert env.path("THING", Path("/srv/data")) == Path("/srv/data")


@pytest.mark.parametrize(("raw", "value"), [("0", 0), ("42", 42), (" 8_000 ", 8000)])
def test_whole_numbers(monkeypatch, raw, value):
    monkeypatch.setenv("THING", raw)
    assert env.integer("THING", 1, maximum=65535) == value


@pytest.mark.parametrize("raw", ["abc", "1.5", "-1", "65536", "0x10"])
def test_other_numbers_are_refused_by_name(monkeypatch, raw):
    monkeypatch.setenv("PORT", raw)
    with pytest.raises(env.BadEnvironment, match=r"PORT='.*' is not"):
        env.integer("PORT", 8000, maximum=65535)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1", True), ("true", True), ("Yes", True), ("ON", True), ("0", False), ("no", False), ("Off", False)],
)
def test_truth_values(monkeypatch, raw, value):
    monkeypatch.setenv("THING", raw)
    assert env.flag("THING", default=not value) is value


@pytest.mark.parametrize("raw", ["2", "maybe", "tru"])
def test_other_truths_are_refused(monkeypatch, raw):
    monkeypatch.setenv("DEBUG", raw)
    with pytest.raises(env.BadEnvironment, match="DEBUG"):
        env.flag("DEBUG")


def test_a_choice_is_one_of_those(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "yaml")
    with pytest.raises(env.BadEnvironment, match="LOG_FORMAT='yaml' is not one of json, text"):
        env.choice("LOG_FORMAT", "json", ["json", "text"])


def test_items_are_what_is_between_commas(monkeypatch):
    monkeypatch.setenv("THING", " a, b ,,c ")
    assert env.items("THING") == ["a", "b", "c"]


def test_a_path_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THING", "data")
    assert env.path("THING", Path("/elsewhere")) == tmp_path / "data"


def test_a_secret_may_be_in_a_file(monkeypatch, tmp_path):
    monkeypatch.delenv("KEY", raising=False)
    (tmp_path / "key").write_text("sesame\n")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "key"))
    assert env.secret("KEY") == "sesame"
    monkeypatch.setenv("KEY", "open")
    assert env.secret("KEY") == "open"


def test_a_secret_file_that_cannot_be_read_is_refused(monkeypatch, tmp_path):
    monkeypatch.delenv("KEY", raising=False)
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(env.BadEnvironment, match=r"KEY_FILE=.* cannot be read: No such file"):
        env.secret("KEY")
