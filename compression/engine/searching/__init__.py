"""The search for a pipeline: anytime, within a budget, every trial in its trace."""

from compression.engine.searching.finding import search
from compression.engine.searching.objective import Aim, Constraints, Objective
from compression.engine.searching.trace import Trace, Trial

__all__ = ["Aim", "Constraints", "Objective", "Trace", "Trial", "search"]
