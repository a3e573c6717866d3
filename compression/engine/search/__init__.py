"""The search for a pipeline: anytime, within a budget, every trial in its trace."""

from compression.engine.search.finding import search
from compression.engine.search.objective import Aim, Constraints, Objective
from compression.engine.search.trace import Trace, Trial

__all__ = ["Aim", "Constraints", "Objective", "Trace", "Trial", "search"]
