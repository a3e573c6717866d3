"""Optimising in a child: what it notes, and how it is brought to an end."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from compression.engine.codecs import codec_from
from compression.engine.errors import CorruptStream, InvalidParams, Stopped
from compression.engine.isolation import client
from compression.engine.isolation.optimise import Note, OptimiseReport, Wishes, describe, optimise, weigh

ROWS = "".join(f"{n},2024-01-{1 + n % 28:02d},{n / 8:.3f},name {n % 9}\n" for n in range(4000)).encode()
PLAIN = ({"id": "zstd", "level": 9}, {"id": "bzip3"})


def run(
    data: bytes, should_keep: Callable[[], bool] | None = None, **wishes: Any
) -> tuple[list[Note], OptimiseReport]:
    notes: list[Note] = []
    with client.memory_file(data) as source:
        report = optimise(
            source.fileno(),
            replace(Wishes(budget_s=20.0, rounds=1, max_trials=60, plain=PLAIN), **wishes),
            on_notes=notes.extend,
            should_keep=should_keep,
        )
    return notes, report


def best_of(notes: Sequence[Note]) -> Note:
    return [note for note in notes if note.best][-1]


def test_plain_codecs_first_then_pipelines_and_the_best_of_all() -> None:
    notes, report = run(ROWS)
    assert report.ending in ("rounds", "exhausted")
    kinds = [note.kind for note in notes]
    assert kinds[:3] == ["plain"] * 3
    assert report.trials == kinds.count("trial") > 10
    best = best_of(notes)
    assert (best.kind, best.round, best.content) == ("pipeline", 1, len(ROWS))
    assert best.size < min(note.size for note in notes if note.kind == "plain") / 2
    assert [note.candidate for note in notes if note.baseline][-1] in ("bzip3", "zstd 9")
    assert [note.elapsed_s for note in notes] == sorted(note.elapsed_s for note in notes)


def test_the_best_pipeline_does_what_was_said_of_it() -> None:
    notes, _ = run(ROWS)
    found = best_of(notes).best
    assert found is not None
    assert found.reasons
    assert hashlib.sha256(found.pipeline).hexdigest() == found.name
    codec = codec_from({"id": "dcz", "pipeline": found.pipeline_text})
    packed, report = client.encode_bytes(codec, ROWS)
    assert report.verified
    assert len(packed) < best_of(notes).size + 1000
    assert client.decode_bytes(codec, packed)[0] == ROWS


def test_the_same_trials_and_seed_give_the_same_pipeline() -> None:
    first, second = best_of(run(ROWS)[0]).best, best_of(run(ROWS)[0]).best
    assert first is not None
    assert second is not None
    assert first.name == second.name


def test_it_ends_with_the_best_so_far_when_that_is_enough() -> None:
    begun = time.monotonic()
    notes, report = run(ROWS * 20, should_keep=lambda: True, max_trials=None, budget_s=300.0, rounds=5)
    assert report.ending == "kept"
    assert time.monotonic() - begun < 60
    assert best_of(notes).best is not None


def test_it_is_given_up_when_it_is_to_stop() -> None:
    with client.memory_file(ROWS) as source, pytest.raises(Stopped):
        optimise(source.fileno(), Wishes(), on_notes=lambda _: None, should_stop=lambda: True)


def test_what_was_known_before_takes_part() -> None:
    found = best_of(run(ROWS)[0]).best
    assert found is not None
    notes, _ = run(ROWS, known=(found.pipeline,), max_trials=1)
    assert notes[0].best is not None
    assert notes[0].best.name == found.name
    again = best_of(notes).best
    assert again is not None
    assert again.name == found.name


@pytest.mark.parametrize("data", [b"", b"x", bytes(5000)], ids=["empty", "a byte", "zeros"])
def test_there_is_a_best_whatever_the_content(data: bytes) -> None:
    notes, report = run(data)
    assert best_of(notes).content == len(data)
    assert report.ending in ("exhausted", "rounds")


def test_an_objective_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidParams):
        run(ROWS, objective="beauty")


def test_pipelines_are_weighed_and_described() -> None:
    found = best_of(run(ROWS)[0]).best
    assert found is not None
    with client.memory_file(ROWS) as source:
        weighed = weigh(source.fileno(), [found.pipeline])
    assert weighed.size == len(ROWS)
    (figures,) = weighed.found
    assert figures is not None
    assert figures["size"] == best_of(run(ROWS)[0]).size
    described = describe(found.pipeline)
    assert described.name == found.name
    assert "→" in described.words
    assert described.config["leaves"]
    assert described.drawn["id"] == described.config["tree"]["id"]
    assert described.drawn["then"][0]["title"]


def test_bytes_that_are_no_pipeline_are_refused() -> None:
    with pytest.raises(CorruptStream):
        describe(b"\xff" * 40)
