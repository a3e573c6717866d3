"""What every start brings up to date of compression: the rows of the algorithms."""

from compression import services
from core.seeds import Say, seed


@seed("algorithms", order=20)
def algorithms(say: Say) -> None:
    """Give each codec of the engine its row."""
    new = services.algorithms_sync()
    if new:
        say(f"{len(new)} algorithms: {', '.join(new)}")
