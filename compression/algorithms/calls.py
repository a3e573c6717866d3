"""One call to test an algorithm: done at once where it is fast, by a worker where not."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings

from compression import calls, conformance, planning
from compression.algorithms import services
from compression.completion import TooLongForNow
from compression.models import Algorithm
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User


def run_test(user: "User", algorithm: Algorithm, *, respond_async: bool = False) -> dict[str, Any] | Job:
    """Test now, or have a worker do it; return the report or the job."""
    fast = algorithm.available and _seconds(algorithm) <= settings.INLINE_LIMIT_S
    if fast and not respond_async:
        with calls.slot() as free, suppress(TooLongForNow):
            if free:
                return services.algorithm_test(algorithm=algorithm, actor=user)
    return services.algorithm_test_request(algorithm=algorithm, actor=user)


def _seconds(algorithm: Algorithm) -> float:
    plans = conformance.cases(planning.codec_of(algorithm), fixed=algorithm.is_dynamic)
    return conformance.estimate(plans)
