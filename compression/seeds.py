"""What every start brings up to date of compression: algorithms, strategies, and states that predict."""

from compression import services
from compression.learning.seeds import learning_give
from compression.optimising.seeds import strategies_give
from core.seeds import Say, seed


@seed("algorithms", order=20)
def algorithms(say: Say) -> None:
    """Give each codec of the engine its row."""
    new = services.algorithms_sync()
    if new:
        say(f"{len(new)} algorithms: {', '.join(new)}")


@seed("strategies", order=21)
def strategies(say: Say) -> None:
    """Give optimisations their strategies."""
    new = strategies_give()
    if new:
        say(f"{len(new)} strategies: {', '.join(new)}")


@seed("learning", order=22)
def learning(say: Say) -> None:
    """Give learning its settings and first states."""
    new = learning_give()
    if new:
        say(f"state {new.number} of learning, trained before")
