"""What people type or name, however long and strange, is read in a time that its length bounds."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from compression.batch.archive import Paths
from core.api.filters import WholeFilter
from core.handoff.files import _RANGE
from core.text import bytes_of
from files.search.words import fold

MARKS = "\u0301" * 60_000 + "\u0316" * 60_000


def spent(call: Callable[[], Any]) -> float:
    """Return the processor time of this thread; others may keep the processor busy."""
    began = time.thread_time()
    call()
    return time.thread_time() - began


@pytest.mark.parametrize(
    "call",
    [
        lambda: _RANGE.fullmatch(f"bytes={' ' * 30_000}-{' ' * 30_000}x"),
        lambda: bytes_of(f"1{' ' * 60_000}x"),
        lambda: fold(MARKS),
        lambda: fold(f"a{MARKS}" * 2),
    ],
    ids=["range", "size", "marks", "letters"],
)
def test_no_text_takes_long(call: Callable[[], Any]) -> None:
    assert spent(call) < 1


@pytest.mark.parametrize("text", ["-1e999999999", "1e5", "9" * 100_000, "1.5", f".{'0' * 60_000}x"])
def test_a_filter_by_a_number_takes_nothing_else(text: str) -> None:
    field = WholeFilter().field
    assert field.clean(" 12 ") == 12

    def refused() -> None:
        with pytest.raises(ValidationError):
            field.clean(text)

    assert spent(refused) < 1


def test_many_outputs_of_one_name_have_paths_of_their_own() -> None:
    paths = Paths()
    made: list[str] = []
    assert spent(lambda: made.extend(paths.free("logs/a.tar.gz") for _ in range(20_000))) < 5
    assert made[:3] == ["logs/a.tar.gz", "logs/a (2).tar.gz", "logs/a (3).tar.gz"]
    assert len(set(made)) == 20_000


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b"]), max_size=20))
def test_no_path_is_given_away_twice(names: list[str]) -> None:
    paths = Paths()
    made = [paths.free(name) for name in names]
    assert len(set(made)) == len(made)


@given(st.text(max_size=40), st.text("a\u0301\u0316\u0344 é", max_size=40))
def test_folding_what_is_folded_changes_nothing(text: str, marked: str) -> None:
    for one in (text, marked):
        assert fold(fold(one)) == fold(one)
