"""What speaks for a training: the curve over states, and a control that learns nothing."""

from compression.engine.learning.evaluating import WEIGHTS, judged
from compression.engine.learning.shipped import prior
from compression.learning import evidence
from compression.learning.evidence import Stage
from tests.compression.learning.material import learned, told

HELD = [told(number) for number in range(1000, 1012)]


def test_the_curve_has_every_state_with_its_interval_and_falls_where_something_was_learned() -> None:
    stages = [Stage(1, 0, judged(prior(), HELD)), Stage(None, 12, judged(learned(1), HELD))]
    first, last = evidence.curve(stages, 0)
    assert (first["state"], first["outcomes"], last["state"], last["outcomes"]) == (1, 0, None, 12)
    assert 0 <= last["low"] <= last["rate"] <= last["high"] < first["rate"]
    assert evidence.rate(stages, 0).low > 0


def test_the_control_learns_less_from_the_same_outcomes() -> None:
    kept = [told(number) for number in range(100, 112)]  # those of the state
    steps: list[float] = []
    found = evidence.control([], kept, HELD, WEIGHTS, 0, steps.append).rate
    stages = [Stage(1, 0, judged(prior(), HELD)), Stage(None, 12, judged(learned(1), HELD))]
    assert found.low <= found.rate < evidence.rate(stages, 0).rate
    assert steps
