"""States: immutable, named by what they hold, and never read where they are damaged."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compression.engine.errors import CorruptStream
from compression.engine.learning import shipped, training
from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.predicting import predict
from compression.engine.learning.state import MAGIC, State

PACKED = shipped.static().packed()
TRAINED = shipped.prior().packed()


@pytest.mark.parametrize("packed", [PACKED, TRAINED], ids=["static", "trained"])
def test_a_state_comes_back_with_its_name(packed: bytes, experience: list[Outcome]) -> None:
    state = State.unpacked(packed)
    assert state.packed() == packed
    assert state.name == hashlib.sha256(packed).hexdigest()
    features = experience[3].features
    assert predict(State.unpacked(state.packed()), features, 1000) == predict(state, features, 1000)


@given(st.integers(0, len(TRAINED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    damaged = bytearray(TRAINED)
    damaged[place] ^= change
    with pytest.raises(CorruptStream):
        State.unpacked(bytes(damaged))


@given(st.integers(0, len(TRAINED)))
def test_a_state_that_is_cut_is_noticed(length: int) -> None:
    if length < len(TRAINED):
        with pytest.raises(CorruptStream):
            State.unpacked(TRAINED[:length])


def _sealed(body: bytes) -> bytes:
    return MAGIC + hashlib.sha256(body).digest() + body


@given(st.data())
def test_what_was_changed_and_sealed_anew_is_refused_or_works(data: st.DataObject) -> None:
    """Somebody who can write the hash can write anything: indices that lead nowhere must do no harm."""
    body = bytearray(TRAINED[len(MAGIC) + 32 :])
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        state = State.unpacked(_sealed(bytes(body)))
    except CorruptStream:
        return
    with np.errstate(all="ignore"):
        assert len(predict(state, shipped.experience()[0].features, 5000)) > 20


def test_a_state_of_another_action_set_does_not_serve() -> None:
    old = replace(shipped.static(), lineage={**shipped.static().lineage, "action_set": 0})
    with pytest.raises(CorruptStream, match="another set"):
        State.unpacked(old.packed())


def test_what_is_no_state_is_refused() -> None:
    for data in (
        b"",
        b"x",
        MAGIC,
        _sealed(b""),
        _sealed(b"\xff\xff\xff\xff{}"),
        _sealed(json.dumps({}).encode()),
    ):
        with pytest.raises(CorruptStream):
            State.unpacked(data)


def test_what_is_shipped_comes_of_what_is_shipped(experience: list[Outcome]) -> None:
    static = training.static(experience)
    assert np.allclose(static.prior_rows, shipped.static().prior_rows, atol=1e-4)
    assert shipped.prior().lineage["contents"] == shipped.static().lineage["contents"]
    assert shipped.prior().outcomes == len(experience)
    assert shipped.static().outcomes == 0


def test_training_is_the_same_for_the_same_outcomes_and_seed(experience: list[Outcome]) -> None:
    some = experience[:40]
    once, again, other = (training.train(some, shipped.static(), seed) for seed in (1, 1, 2))
    assert once.name == again.name != other.name
    assert once.lineage["outcomes"] == 40
    assert training.train([], shipped.static()) is shipped.static()


def test_progress_is_told(experience: list[Outcome]) -> None:
    told: list[float] = []
    training.train(experience[:30], shipped.static(), 0, told.append)
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1
