"""The hook that every service uses: who did what to which object.

The kernel does not know where the rows go; the accounts app sets the sink when it is ready.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar
from uuid import UUID

from core import context

F = TypeVar("F", bound=Callable[..., Any])


class Sink(Protocol):
    """Keeps one audit row; called inside the transaction of the change, so that both stay or neither."""

    def __call__(
        self,
        *,
        action: str,
        actor: Any,
        target_type: str,
        target_id: UUID | None,
        detail: Mapping[str, Any],
        request_id: str,
        address: str,
    ) -> None: ...


_sink: Sink | None = None


def set_sink(sink: Sink) -> None:
    """Say where audit rows go."""
    global _sink
    _sink = sink


def record(action: str, *, actor: Any, target: Any = None, detail: Mapping[str, Any] | None = None) -> None:
    """Note that `actor` did `action` (`<object>.<verb in the past>`) to the model instance `target`."""
    if _sink is None:
        raise RuntimeError("no audit sink is set")
    current = context.current()
    _sink(
        action=action,
        actor=actor if getattr(actor, "pk", None) else None,
        target_type=target._meta.db_table if target is not None else "",
        target_id=target.pk if target is not None else None,
        detail=detail or {},
        request_id=current.request_id,
        address=current.address,
    )


def unaudited(reason: str) -> Callable[[F], F]:
    """Mark a service that writes no audit row, and say why; the house rules' test looks for one or the other."""

    def mark(function: F) -> F:
        function.unaudited = reason  # type: ignore[attr-defined]
        return function

    return mark
