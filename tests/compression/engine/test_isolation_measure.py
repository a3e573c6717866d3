"""Chunks measured in children."""

import hashlib
from pathlib import Path

import pytest

from compression.engine.errors import Stopped, TruncatedStream
from compression.engine.isolation.measure import measure
from compression.engine.learning.actions import CHUNK
from compression.engine.learning.outcomes import SAMPLE, believable, fault
from tests.compression.engine.samples import prose


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"x" * 1000 + prose(CHUNK) + b"y" * 1000)
    return path


def test_a_chunk_is_measured_with_the_actions_that_were_asked_for(source: Path) -> None:
    with source.open("rb") as file:
        found = measure(
            file.fileno(),
            (1000, CHUNK),
            kind="text",
            group="g",
            machine=1.5,
            actions=["zstd-3", "xz-6"],
            owner="o",
        )
    outcome = found.outcome
    assert outcome.content == hashlib.sha256(prose(CHUNK)).hexdigest()
    assert (outcome.kind, outcome.group, outcome.machine, outcome.owner) == ("text", "g", 1.5, "o")
    assert (outcome.size, outcome.sample, fault(outcome)) == (CHUNK, SAMPLE, "")
    assert list(outcome.trials) == ["zstd-3", "xz-6"]
    assert all(believable(trial, outcome) for trial in outcome.trials.values())
    assert found.cpu_seconds > sum(t.encode_s or 0 for t in outcome.trials.values())


def test_features_alone_are_to_be_had(source: Path) -> None:
    with source.open("rb") as file:
        found = measure(file.fileno(), (0, 10), kind="", group="", machine=1.0, actions=())
    assert found.outcome.trials == {}
    assert found.outcome.features["entropy_0"] == 0


def test_what_the_file_does_not_have_is_refused(source: Path) -> None:
    with source.open("rb") as file, pytest.raises(TruncatedStream):
        measure(file.fileno(), (CHUNK, CHUNK), kind="", group="", machine=1.0)


def test_it_can_be_stopped(source: Path) -> None:
    with source.open("rb") as file, pytest.raises(Stopped):
        measure(file.fileno(), (0, CHUNK), kind="", group="", machine=1.0, should_stop=lambda: True)


def test_the_time_of_all_threads_counts(source: Path) -> None:
    """A pipeline encodes in another thread than the one that asks for it."""
    with source.open("rb") as file:
        found = measure(
            file.fileno(),
            (1000, CHUNK),
            kind="text",
            group="g",
            machine=1.0,
            actions=["delta-1-bzip3", "zstd-1"],
            owner="",
        )
    seconds = {
        name: (trial.encode_s or 0, trial.decode_s or 0) for name, trial in found.outcome.trials.items()
    }
    assert seconds["delta-1-bzip3"][0] > seconds["delta-1-bzip3"][1] > seconds["zstd-1"][0] > 0
