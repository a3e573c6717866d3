"""Circuit breakers: a dependency that is away is left alone for a while, and everybody is told at once.

Closed, calls go through. After some failures in a row, or where too many calls are slow, the breaker opens: calls are
refused without a try. When its time is over one call is let through as a probe (half-open); it closes or opens again.

The state is shared by all processes through Redis (`store`); a process that cannot reach Redis goes by what it knows
itself. How a state becomes the next is in `states`, which knows neither.
"""

from core.breaker.circuit import Breaker, CircuitOpen, breaker, breakers
from core.breaker.states import Status

__all__ = ["Breaker", "CircuitOpen", "Status", "breaker", "breakers"]
