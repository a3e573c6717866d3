"""What a person or a program asks of a batch, turned into files and plans."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from compression import planning
from compression.batch import services
from compression.batch.models import Batch
from compression.planning import Plan
from core.errors import AppError, FieldError, TooLarge, Unprocessable
from core.formatting import count
from files import selectors as file_selectors
from files.api.search_serializers import CriteriaIn
from files.search.criteria import Criteria

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File


def begin(
    user: "User", sources: Sequence["File"], wishes: Sequence[Mapping[str, Any]], title: str = ""
) -> Batch:
    """Begin a batch over files with what is wished for each: `{"algorithm", "level", "params"}`."""
    if not sources:
        raise Unprocessable("There is no file to compress. Choose some first.", code="nothing_found")
    plans = plans_of(user, wishes)
    most = settings.BATCH_ITEMS
    if len(sources) * len(plans) > most:
        raise TooLarge(
            f"{count(len(sources))} files with {len(plans)} algorithms are more than {count(most)} items, the most of "
            "one batch. Choose fewer.",
            code="batch_too_large",
        )
    return services.batch_request(owner=user, sources=sources, plans=plans, title=title)


def files_of(user: "User", asked: Mapping[str, Any]) -> Sequence["File"]:
    """Return the files that `files` names or `search` finds; an error where there is none, or one is not there."""
    if "files" in asked:
        return file_selectors.chosen(user, asked["files"])
    return found_by(user, _criteria(user, asked["search"]))


def found_by(user: "User", criteria: Criteria) -> Sequence["File"]:
    """Return the account's own files that a search finds; Unprocessable where there is none."""
    found = list(file_selectors.own_matching(user, criteria)[: settings.BATCH_ITEMS + 1])
    if not found:
        raise Unprocessable("The search finds no file.", code="nothing_found")
    return found


def _criteria(user: "User", search: UUID | Mapping[str, Any]) -> Criteria:
    if not isinstance(search, UUID):
        return Criteria.of(search)
    form = CriteriaIn(data=file_selectors.saved_search(user, search))
    form.is_valid(raise_exception=True)
    return Criteria.of(form.validated_data)


def plans_of(user: "User", wishes: Sequence[Mapping[str, Any]]) -> list[Plan]:
    """Return the plan of each wish; an error names the wish by its place."""
    plans: list[Plan] = []
    for place, wish in enumerate(wishes):
        try:
            found = planning.plan(wish["algorithm"], wish.get("level"), wish.get("params") or {}, user=user)
        except AppError as error:
            raise placed(error, f"algorithms.{place}") from error
        if found in plans:
            detail = "The same algorithm with the same settings is there already."
            raise Unprocessable(
                detail, code="double", errors=[FieldError(f"algorithms.{place}", "double", detail)]
            )
        plans.append(found)
    return plans


def placed(error: AppError, path: str) -> AppError:
    """Return the error with its fields below `path`, where the wish stands in the body."""
    errors = [FieldError(f"{path}.{one.field}", one.code, one.detail) for one in error.errors]
    return Unprocessable(error.detail, code=error.code, errors=errors)
