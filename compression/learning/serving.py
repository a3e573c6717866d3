"""The state that predicts, read once in a process: the one that serves, or the best that can be read."""

from typing import NamedTuple

from compression.engine.learning.shipped import prior
from compression.engine.learning.state import State
from compression.learning import selectors, states
from compression.learning.choices import NoticeKind, StateStatus
from compression.learning.models import LearningState
from compression.learning.reading import unpacked


class Serving(NamedTuple):
    """A state with its row; without one it is the prior of the engine."""

    row: LearningState | None
    state: State


def serving() -> Serving:
    """Return the state that serves, in one query.

    One that cannot be read, or is of another set of actions, never predicts: the newest sound one that has served does
    in its place, the prior at last, and staff are told once.
    """
    row = selectors.states().filter(status=StateStatus.SERVING).first()
    if row is None:
        return Serving(None, prior())
    state = unpacked(row.pk)
    return Serving(row, state) if state is not None else _instead(row)


def _instead(broken: LearningState) -> Serving:
    retired = selectors.states().filter(status=StateStatus.RETIRED).order_by("-number")
    found = ((row, unpacked(row.pk)) for row in retired)
    row, state = next(((row, state) for row, state in found if state is not None), (None, None))
    words = f"State {row.number}" if row else "The prior"
    states.notice_give(
        kind=NoticeKind.UNSOUND,
        state=broken,
        text=f"State {broken.number} is to serve and cannot be read. {words} predicts in its place.",
    )
    return Serving(row, state if state is not None else prior())
