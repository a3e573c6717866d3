"""Real outcomes, those that are shipped: they were measured once, so nothing is timed here."""

from collections.abc import Iterator
from functools import partial

import pytest

from compression.engine.learning import forest, shipped, training
from compression.engine.learning.outcomes import Outcome


@pytest.fixture(scope="session")
def experience() -> list[Outcome]:
    return shipped.experience()


@pytest.fixture(scope="session")
def halves(experience: list[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """Outcomes of some kinds, and of all others."""
    kinds = sorted({outcome.kind for outcome in experience})
    some = set(kinds[::2])
    return (
        [outcome for outcome in experience if outcome.kind in some],
        [outcome for outcome in experience if outcome.kind not in some],
    )


@pytest.fixture(autouse=True, scope="session")
def _smaller_forests() -> Iterator[None]:
    """A fifth of the trees: they say the same, a little less smoothly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "grown", partial(forest.grown, trees=20))
        yield
