"""What new outcomes change: the summaries of their algorithms are made anew."""

from compression.events import ComparisonStored, ResultStored
from compression.history import summary
from core.events import subscribe


@subscribe(ResultStored)
def result_stored(event: ResultStored) -> None:
    """Forget the summary of the algorithm that was at work."""
    summary.forget([event.algorithm])


@subscribe(ComparisonStored)
def comparison_stored(event: ComparisonStored) -> None:
    """Forget the summaries of all candidates."""
    summary.forget(event.algorithms)
