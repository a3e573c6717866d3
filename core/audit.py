"""The hook that every service uses: who did what to which object.

The kernel does not know where the rows go; the accounts app sets the sink when it is ready.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from core import context

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Entry:
    """What one audit row says. `actor` is an account, or None where it has none."""

    action: str
    actor: Any
    target_type: str
    target_id: UUID | None
    detail: Mapping[str, Any]
    request_id: str
    address: str


Sink = Callable[[Sequence[Entry]], None]
"""Keeps audit rows; called inside the transaction of the change, so that both stay or neither."""

_sink: Sink | None = None


def set_sink(sink: Sink) -> None:
    """Say where audit rows go."""
    global _sink
    _sink = sink


def record(action: str, *, actor: Any, target: Any = None, detail: Mapping[str, Any] | None = None) -> None:
    """Note that `actor` did `action` (`<object>.<verb in the past>`) to the model instance `target`."""
    record_many(action, actor=actor, targets=[(target, detail or {})])


def record_many(action: str, *, actor: Any, targets: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """Note at once that `actor` did `action` to each of `targets`, which are pairs of an instance and its detail."""
    if _sink is None:
        raise RuntimeError("no audit sink is set")
    current = context.current()
    _sink(
        [
            Entry(
                action=action,
                actor=actor if getattr(actor, "pk", None) else None,
                target_type=target._meta.db_table if target is not None else "",
                target_id=target.pk if target is not None else None,
                detail=detail,
                request_id=current.request_id,
                address=current.address,
            )
            for target, detail in targets
        ]
    )


def unaudited(reason: str) -> Callable[[F], F]:
    """Mark a service that writes no audit row, and say why; the house rules' test looks for one or the other."""

    def mark(function: F) -> F:
        function.unaudited = reason  # type: ignore[attr-defined]
        return function

    return mark
