"""Making recommendations for stored files: with the state that serves, among the algorithms that an account may use."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings

from compression import calls
from compression.analyses.looking import looked_at
from compression.engine import errors as engine
from compression.engine.isolation.recommend import recommend
from compression.engine.learning.actions import ACTIONS
from compression.engine.learning.calibration import machine
from compression.engine.learning.recommended import Recommendation as Found
from compression.engine.learning.state import State
from compression.errors import translate
from compression.learning import selectors
from compression.models import Algorithm
from core.errors import Conflict, TooMany

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

BUSY_S = 5
SEARCHES = "dcz"


def make(
    user: "User",
    source: "File",
    state: State,
    *,
    objective: str,
    constraints: Mapping[str, Any],
    budget_cpu_s: float | None,
) -> Found:
    """Return what to compress the file with; TooMany where nothing is free or it takes too long."""
    names = set(Algorithm.objects.usable_by(user).values_list("name", flat=True))
    off = selectors.rules_now().actions_off
    allowed = [name for name, action in ACTIONS.items() if action.algorithm in names and name not in off]
    if not allowed:
        raise Conflict("All algorithms that could be recommended are switched off.", code="nothing_enabled")
    with calls.slot() as free:
        if not free:
            raise _busy()
        until = time.monotonic() + settings.INLINE_WALL_S
        with looked_at(source) as fd:
            try:
                return recommend(
                    fd,
                    state,
                    objective,
                    constraints=constraints,
                    budget_cpu_s=budget_cpu_s,
                    machine=machine(),
                    names=allowed,
                    search=SEARCHES in names,
                    should_stop=lambda: time.monotonic() > until,
                )
            except engine.Stopped:
                raise _busy() from None
            except engine.EngineError as error:
                raise translate(error) from error


def _busy() -> TooMany:
    return TooMany("Others have their files looked at just now. Try again in a moment.", retry_after_s=BUSY_S)
