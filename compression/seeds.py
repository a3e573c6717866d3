"""What every start brings up to date of compression: the rows of the algorithms, and strategies."""

from compression import services
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
