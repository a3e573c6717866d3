"""Shapes of actions on many files."""

from typing import Any

from rest_framework import serializers

from core.api.fields import BoundedListField
from core.api.strict import Strict
from core.errors import FieldError, Unprocessable
from files.actions import Action, actions
from files.api.batch_serializers import ErrorOut
from files.api.search_serializers import CriteriaIn
from files.bulk.selection import Selection
from files.bulk.services import Bulk
from files.search.criteria import Criteria

ONE_OF = ("files", "search", "deleted_at")


class BulkIn(Strict):
    """What to do, and with which files: exactly one of `files`, `search` and `deleted_at`."""

    action = serializers.CharField(
        max_length=40, help_text="tag, untag, delete, restore, and what other parts of the platform offer."
    )
    files = BoundedListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=10_000, help_text="Ids."
    )
    search = CriteriaIn(required=False, help_text="All that this finds; {} for all files.")
    deleted_at = serializers.DateTimeField(
        required=False, help_text="To restore what one deletion took, as its `undo` says."
    )
    options = serializers.DictField(
        required=False, help_text="What the action needs: {tags: [...]} for tag and untag."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Say what would happen, and do nothing.")
    shown = serializers.CharField(
        required=False,
        max_length=64,
        help_text="The `digest` of a dry run: refused (409) where something else would happen by now.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that the files are said in one way."""
        if len([name for name in ONE_OF if name in attrs]) != 1:
            raise serializers.ValidationError({"files": f"Give exactly one of {', '.join(ONE_OF)}."})
        return attrs


class BulkOutcomeOut(serializers.Serializer[Any]):
    """What becomes of one file."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="Empty where there is no such file.")
    status = serializers.IntegerField(help_text="What a call for this file alone would answer.")
    error = ErrorOut(required=False)


class BulkOut(serializers.Serializer[Any]):
    """What became of the files; after a dry run, what would become of them."""

    action = serializers.CharField()
    dry_run = serializers.BooleanField()
    count = serializers.IntegerField(help_text="Files that it is done with.")
    refused = serializers.IntegerField(help_text="Files that it is not done with.")
    total_size = serializers.IntegerField(help_text="Bytes of those that it is done with.")
    digest = serializers.CharField(help_text="Names these files with these outcomes.")
    results = BulkOutcomeOut(many=True)
    undo = serializers.DictField(allow_null=True, help_text="A body for this endpoint that takes it back.")
    job = serializers.UUIDField(allow_null=True, help_text="The job that goes on with it.")


def action_called(name: str) -> Action:
    """Return the action of that name; Unprocessable where there is none."""
    if name not in actions:
        detail = f"There is no action “{name}”. Known: {', '.join(actions)}."
        raise Unprocessable(
            detail, code="unknown_action", errors=[FieldError("action", "unknown_action", detail)]
        )
    return actions.get(name)


def options_of(action: Action, given: dict[str, Any], user: Any) -> dict[str, Any]:
    """Return the checked options of an action that `user` asks for."""
    shape = action.options(data=given, context={"user": user})
    if not shape.is_valid():
        raise serializers.ValidationError({"options": shape.errors})
    return dict(shape.validated_data)


def selection_of(values: dict[str, Any]) -> Selection:
    """Return which files a checked body means."""
    return Selection(
        ids=tuple(values.get("files", ())),
        search=Criteria.of(values["search"]) if "search" in values else None,
        deleted_at=values.get("deleted_at"),
    )


def body_of(name: str, action: Action, bulk: Bulk, *, dry_run: bool) -> dict[str, Any]:
    """Return the answer."""
    results: list[dict[str, Any]] = []
    for outcome in bulk.outcomes:
        error = outcome.error
        shown = {"id": outcome.id, "name": outcome.name, "status": error.status if error else action.status}
        results.append(shown | ({"error": error.as_dict()} if error else {}))
    return {
        "action": name,
        "dry_run": dry_run,
        "count": len(bulk.done),
        "refused": len(bulk.refused),
        "total_size": bulk.total_size,
        "digest": bulk.digest,
        "results": results,
        "undo": bulk.result.undo,
        "job": bulk.result.job,
    }
