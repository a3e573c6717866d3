"""What came of content: all trials of a chunk, failures and wrong bytes as such."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compression.engine.errors import LimitExceeded
from compression.engine.learning import measuring
from compression.engine.learning.actions import ACTIONS, CHUNK, NAMES
from compression.engine.learning.measuring import outcome_of, places, sample_of
from compression.engine.learning.outcomes import SAMPLE, Outcome, believable, fault

LINES = "".join(f"{n},{n * n % 97},site-{n % 7}\n" for n in range(9000)).encode()


def test_an_outcome_has_every_trial_with_its_figures() -> None:
    outcome = outcome_of(LINES, "csv", "a.csv", 1.0)
    assert (outcome.size, outcome.kind, outcome.group) == (len(LINES), "csv", "a.csv")
    assert list(outcome.trials) == list(NAMES)
    assert all(believable(trial, outcome) for trial in outcome.trials.values())
    sizes = {name: trial.size or 0 for name, trial in outcome.trials.items()}
    assert 0 < sizes["xz-6"] < sizes["zstd-1"] < sizes["store"] == len(LINES)
    assert fault(outcome) == ""


def test_an_outcome_survives_json() -> None:
    outcome = outcome_of(LINES[:5000], "csv", "a.csv", 1.5, ["zstd-3", "xz-6"], owner="7")
    assert Outcome.from_config(outcome.config()) == outcome


class _Broken:
    """A codec that fails, or gives other bytes back."""

    def __init__(self, how: str) -> None:
        self._how = how

    def encode(self, data: bytes) -> bytes:
        if self._how == "fails":
            raise LimitExceeded("No room", kind="memory")
        return data

    def decode(self, data: bytes, limits: Any = None) -> bytes:
        return data[:-1] + b"?"


@pytest.mark.parametrize(("how", "error"), [("fails", "LimitExceeded"), ("lies", "WrongBytes")])
def test_a_broken_codec_leaves_an_error_and_no_figures(
    monkeypatch: pytest.MonkeyPatch, how: str, error: str
) -> None:
    monkeypatch.setattr(measuring, "codec_from", lambda _: _Broken(how))
    outcome = outcome_of(LINES, "csv", "a.csv", 1.0, ["zstd-3"])
    assert (outcome.trials["zstd-3"].error, outcome.trials["zstd-3"].size) == (error, None)
    assert fault(outcome) == "no trial"


@given(size=st.integers(0, 40 * CHUNK), most=st.integers(1, 16))
def test_chunks_lie_within_content_and_are_of_full_length(size: int, most: int) -> None:
    found = places(size, most)
    assert len(found) <= most
    assert bool(found) == bool(size)
    for offset, length in found:
        assert 0 <= offset <= offset + length <= size
        assert length == min(size, CHUNK)


@given(size=st.integers(0, 2 * SAMPLE))
def test_a_sample_is_never_longer_than_it_may_be(size: int) -> None:
    assert len(sample_of(bytes(size))) == min(size, SAMPLE)


def test_all_actions_are_measured_on_one_sample() -> None:
    outcome = outcome_of(LINES, "csv", "a.csv", 1.0, ["store"])
    assert outcome.trials["store"].sample_size == SAMPLE


def test_an_action_is_of_the_set() -> None:
    assert replace(ACTIONS["store"]).config({}) == {"id": "store"}


def test_the_time_of_a_pipeline_is_that_of_all_its_threads() -> None:
    trials = outcome_of(LINES, "csv", "a.csv", 1.0, ["xz-6", "code-xz"]).trials
    plain, pipeline = trials["xz-6"], trials["code-xz"]  # the same codec, after a quick look for machine code
    assert (pipeline.encode_s or 0) > 0.5 * (plain.encode_s or 0) > 0
    assert (pipeline.sample_cpu_s or 0) > 0.5 * (plain.sample_cpu_s or 0) > 0
