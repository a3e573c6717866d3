"""The action set: what it holds is fixed by its version, and every action gives back what went in."""

import hashlib
import json

import numpy as np
import pytest

from compression.engine.analysis.features import FEATURES_VERSION, features
from compression.engine.codecs import codec_from
from compression.engine.learning.actions import ACTION_SET_VERSION, ACTIONS, NAMES, period
from compression.engine.learning.tables import FEATURES
from compression.engine.streams import array

CONTENT = {
    "text": "".join(f"{n} the quick brown fox\n" for n in range(900)).encode(),
    "numbers": np.cumsum(np.arange(6000) % 11).astype("<i4").tobytes(),
    "odd": bytes(range(251)) * 13 + b"end",
    "one byte": b"x",
}
NEUTRAL = {"match_lag": 24.0, "match_rate": 0.5}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", CONTENT.values(), ids=CONTENT)
def test_every_action_gives_back_what_went_in(name: str, content: bytes) -> None:
    codec = codec_from(ACTIONS[name].config(features(array(content))))
    assert codec.decode(codec.encode(content)) == content


def test_the_set_changes_with_its_version_only() -> None:
    told = json.dumps([[name, action.config(NEUTRAL)] for name, action in ACTIONS.items()], sort_keys=True)
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    assert (ACTION_SET_VERSION, digest) == (1, "58b9b361c6e1a973"), (
        "raise ACTION_SET_VERSION, and make learning/data anew"
    )


def test_what_is_learned_from_are_the_features() -> None:
    assert (FEATURES_VERSION, list(FEATURES)) == (1, list(features(array(CONTENT["text"]))))


def test_names_say_which_action_it_is() -> None:
    assert all(name == action.name for name, action in ACTIONS.items())
    assert {action.algorithm for action in ACTIONS.values()} >= {
        "zstd",
        "xz",
        "brotli",
        "bzip3",
        "dcz",
        "store",
    }


@pytest.mark.parametrize(
    ("lag", "rate", "expected"), [(24, 0.5, 24), (24, 0.0, 4), (1, 0.9, 4)], ids=["rows", "none", "runs"]
)
def test_rows_are_as_long_as_what_repeats(lag: int, rate: float, expected: int) -> None:
    assert period({"match_lag": lag, "match_rate": rate}) == expected
