"""What a client asks for, and what it has had of it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from metrics.live.board import Board
from metrics.live.patterns import Selection

MOST_PATTERNS, LONGEST_PATTERN = 50, 200
LEAST_MS, MOST_MS, USUAL_MS = 250, 60_000, 1000
HEARTBEAT_S = 10.0
# Samples are a second apart, more or less: one that is a little early is not worth another second.
EARLY_S = 0.4


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which series, and how often at most."""

    selection: Selection
    interval_s: float

    @property
    def least_s(self) -> float:
        """How much later than the last sample the next one has to be."""
        return self.interval_s - min(EARLY_S, self.interval_s * EARLY_S)


def parse(text: str | None) -> Subscription:
    """Read `{"subscribe": [pattern, …], "interval_ms": 1000}`; a ValueError says what is wrong with it."""
    try:
        body = json.loads(text or "")
    except (ValueError, RecursionError):
        raise ValueError("This is not JSON.") from None
    if not isinstance(body, dict) or not body.keys() <= {"subscribe", "interval_ms"}:
        raise ValueError('Send {"subscribe": ["system.*"], "interval_ms": 1000}.')
    return Subscription(Selection(_patterns(body.get("subscribe"))), _interval(body) / 1000)


def _patterns(found: Any) -> list[str]:
    if not isinstance(found, list) or len(found) > MOST_PATTERNS:
        raise ValueError(f"subscribe: a list of at most {MOST_PATTERNS} patterns.")
    if not all(isinstance(pattern, str) and 0 < len(pattern) <= LONGEST_PATTERN for pattern in found):
        raise ValueError(f"subscribe: each pattern is text of 1 to {LONGEST_PATTERN} characters.")
    return sorted(set(found))


def _interval(body: dict[str, Any]) -> float:
    found = body.get("interval_ms", USUAL_MS)
    if isinstance(found, bool) or not isinstance(found, int | float) or not LEAST_MS <= found <= MOST_MS:
        raise ValueError(f"interval_ms: a number from {LEAST_MS} to {MOST_MS}.")
    return found


class Seat:
    """The place of one socket among those that listen.

    `audience()` says whose values it may see at this moment: those of an account, or all of them (None).
    """

    def __init__(self, audience: Callable[[], str | None]) -> None:
        self.audience = audience
        self.wanted: Subscription | None = None
        self._had: WeakKeyDictionary[Board, tuple[int, float]] = WeakKeyDictionary()
        self._news = asyncio.Event()

    def want(self, subscription: Subscription) -> None:
        """Ask for something else; what is known of it already is news."""
        self.wanted = subscription
        self._had.clear()
        self._news.set()

    def wake(self, board: Board) -> None:
        """Something was posted."""
        if self._is_due(board):
            self._news.set()

    def take(self, board: Board) -> str | None:
        """What is new on the board, or None where there is nothing, or it is too early for it."""
        if self.wanted is None or not self._is_due(board):
            return None
        since, _ = self._had.get(board, (0, 0.0))
        self._had[board] = board.number, board.t
        return board.text(self.wanted.selection, since)

    async def next(self) -> dict[str, Any]:
        """Wait for news, but not longer than a client should hear nothing."""
        try:
            await asyncio.wait_for(self._news.wait(), HEARTBEAT_S)
        except TimeoutError:
            return {"type": "live.silence"}
        self._news.clear()
        return {"type": "live.news"}

    def _is_due(self, board: Board) -> bool:
        if self.wanted is None:
            return False
        if (had := self._had.get(board)) is None:
            return board.number > 0
        number, t = had
        # A clock that was set back is no reason to wait.
        return board.number > number and not t < board.t < t + self.wanted.least_s
