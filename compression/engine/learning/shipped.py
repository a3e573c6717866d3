"""What every installation begins with: state 0, which is static, and a state trained on outcomes that are shipped.

`python -m benchmarks.prior` makes the files in `data/` from content of a Debian system and generated numbers.
"""

import gzip
import json
from functools import cache
from importlib.resources import files

from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.state import State


@cache
def static() -> State:
    """State 0: the best that can be said of actions without looking at content."""
    return _state("static")


@cache
def prior() -> State:
    """The state that serves before anything was learned here."""
    return _state("shipped")


def experience() -> list[Outcome]:
    """The outcomes that `prior` was trained on; training here goes on from them."""
    packed = files(__package__).joinpath("data/experience.json.gz").read_bytes()
    return [Outcome.from_config(config) for config in json.loads(gzip.decompress(packed))]


def _state(name: str) -> State:
    return State.unpacked(files(__package__).joinpath(f"data/{name}.state").read_bytes())
