"""Who takes part in a comparison: from what was asked for to codecs with checked settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from compression import planning
from compression.models import Algorithm
from compression.planning import Plan
from core.errors import AppError, FieldError, Unprocessable

if TYPE_CHECKING:
    from accounts.models import User

MOST = 256

Levels = Literal["default", "all"] | Sequence[int]


@dataclass(frozen=True)
class Wish:
    """An algorithm that is to take part; without a level the comparison's `levels` say which."""

    algorithm: str
    level: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def resolve(user: "User", wishes: Sequence[Wish] | None, levels: Levels = "default") -> list[Plan]:
    """Return the candidates, each once, in the order they were asked for; None asks for all algorithms.

    Unprocessable with the field of what cannot be, for nobody, and for more than MOST.
    """
    if wishes is None:
        wishes = [Wish(name) for name in _usable(user)]
    rows = Algorithm.objects.in_bulk({wish.algorithm for wish in wishes}, field_name="name")
    plans: dict[str, Plan] = {}
    for index, wish in enumerate(wishes):
        try:
            row = planning.admitted(wish.algorithm, rows.get(wish.algorithm), user=user)
            for plan in _plans(row, wish, levels):
                plans.setdefault(label(plan.algorithm.name, plan.level, plan.params), plan)
        except AppError as error:
            raise _at(error, f"algorithms.{index}") from None
        if len(plans) > MOST:
            raise _refused("algorithms", f"At most {MOST} candidates can be compared at once.", "too_many")
    if not plans:
        raise _refused("levels", "No algorithm has such a level.", "no_candidates")
    return list(plans.values())


def _usable(user: "User") -> Sequence[str]:
    return list(Algorithm.objects.usable_by(user).order_by("name").values_list("name", flat=True))


def _plans(row: Algorithm, wish: Wish, levels: Levels) -> Iterator[Plan]:
    if wish.level is not None or levels == "default" or row.level_min is None or row.level_max is None:
        yield Plan(row, planning.codec_of(row, wish.level, wish.params))
        return
    wanted = range(row.level_min, row.level_max + 1) if levels == "all" else levels
    for level in wanted:
        if row.level_min <= int(level) <= row.level_max:
            yield Plan(row, planning.codec_of(row, int(level), wish.params))


def label(name: str, level: int | None, params: Mapping[str, Any]) -> str:
    """Return a text that is the same for the same settings, and for no others."""
    settings = " ".join(f"{key}={value!r}" for key, value in sorted(params.items()))
    return f"{name} {'' if level is None else level} {settings}"


def _at(error: AppError, place: str) -> AppError:
    """The same error, its fields within `place`."""
    error.errors = tuple(
        FieldError(place if item.field == "algorithm" else f"{place}.{item.field}", item.code, item.detail)
        for item in error.errors
    )
    return error


def _refused(field_: str, detail: str, code: str) -> Unprocessable:
    return Unprocessable(detail, code=code, errors=[FieldError(field_, code, detail)])
