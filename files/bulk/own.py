"""The actions of files themselves: tags on and off, delete, and have back."""

from collections.abc import Sequence
from typing import Any

from core.api.strict import Strict
from core.errors import AppError, Conflict
from files import rules
from files.actions import Action, Done, Options, actions
from files.api.serializers import TagsField
from files.bulk import services
from files.bulk.forms import TagsForm
from files.models import File


class TagsIn(Strict):
    """Which tags."""

    tags = TagsField(min_length=1)


def _more(file: File, options: Options) -> list[str]:
    return [*file.tags, *(tag for tag in options["tags"] if tag not in file.tags)]


def _fewer(file: File, options: Options) -> list[str]:
    return [tag for tag in file.tags if tag not in options["tags"]]


def _too_many(file: File, options: Options) -> AppError | None:
    if len(_more(file, options)) <= rules.TAGS.max:
        return None
    return Conflict(f"It would have more than {rules.TAGS.max} tags.", code="too_many_tags")


def _tag(files: Sequence[File], actor: Any, options: Options) -> Done:
    return services.files_tag(files, actor, {file.pk: _more(file, options) for file in files})


def _untag(files: Sequence[File], actor: Any, options: Options) -> Done:
    return services.files_tag(files, actor, {file.pk: _fewer(file, options) for file in files})


actions.add(
    "tag",
    Action(
        label="Add tags",
        icon="plus",
        order=10,
        explains="Tags that a file has already stay.",
        done=("has the tags now", "have the tags now"),
        run=_tag,
        refusal=_too_many,
        options=TagsIn,
        form=TagsForm,
    ),
)
actions.add(
    "untag",
    Action(
        label="Remove tags",
        icon="minus",
        order=20,
        explains="Files without the tags stay as they are.",
        done=("has lost the tags", "have lost the tags"),
        run=_untag,
        options=TagsIn,
        form=TagsForm,
    ),
)
actions.add(
    "delete",
    Action(
        label="Delete",
        icon="trash",
        order=90,
        explains="You can have them back for ten minutes; then their bytes go.",
        done=("is deleted", "are deleted"),
        run=lambda files, actor, options: services.files_delete(files, actor),
        source=lambda user: File.objects.deletable_by(user),
        status=204,
        danger=True,
    ),
)
actions.add(
    "restore",
    Action(
        label="Restore",
        icon="undo",
        order=95,
        explains="Takes deletions of the last ten minutes back.",
        done=("is back", "are back"),
        run=lambda files, actor, options: services.files_restore(files, actor),
        source=lambda user: File.objects.restorable_by(user).select_related("owner"),
        on_page=False,
    ),
)
