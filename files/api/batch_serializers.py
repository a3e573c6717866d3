"""Shapes of batches."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from rest_framework import serializers

from core.api.fields import BoundedListField
from core.api.strict import Strict
from files import rules
from files.api.serializers import FileOut, FormListField, TagsField
from files.batch.items import Item
from files.models import File


class ArchiveIn(Strict):
    """A stored archive, and what shall become of its members."""

    file = serializers.UUIDField(help_text="Id of the stored archive.")
    folder = serializers.CharField(
        required=False, allow_blank=True, max_length=rules.FOLDER.max, help_text="Where all of it goes."
    )
    tags = TagsField(required=False, help_text="For each of the files.")


class UploadBatchIn(Strict):
    """The form of a batch: any number of parts `file`, or one part `archive`."""

    file = BoundedListField(
        child=serializers.FileField(allow_empty_file=True),
        required=False,
        max_length=settings.BATCH_FILES,
        help_text="The bytes of the files. A name may be a path: its folders become the file's.",
    )
    archive = serializers.FileField(
        required=False,
        allow_empty_file=True,
        help_text="A ZIP, tar (also compressed) or 7z archive whose members become files.",
    )
    paths = FormListField(
        child=serializers.CharField(max_length=4096),
        required=False,
        max_length=settings.BATCH_FILES,
        help_text="A path for each part `file`, in their order, in place of their names.",
    )
    folder = serializers.CharField(
        required=False, allow_blank=True, max_length=rules.FOLDER.max, help_text="Where all of it goes."
    )
    tags = TagsField(required=False, help_text="For each of the files.")


class ErrorOut(serializers.Serializer[Any]):
    """Why one file was refused: the parts of a problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.ListField(  # type: ignore[assignment]  # a field; the serializer keeps its own
        child=serializers.DictField(child=serializers.CharField())
    )


class UploadOutcomeOut(serializers.Serializer[Any]):
    """What became of one file: `file` where it was stored, else `error`."""

    name = serializers.CharField(help_text="As it was sent, with the folders before it.")
    status = serializers.IntegerField(help_text="What an upload of this file alone would have answered.")
    file = FileOut(required=False)
    error = ErrorOut(required=False)


class UploadBatchOut(serializers.Serializer[Any]):
    """An outcome for each file, in the order in which they came."""

    results = UploadOutcomeOut(many=True)


def outcomes(items: Sequence[Item], context: dict[str, Any]) -> dict[str, Any]:
    """Return the body of the answer about these items."""
    shape = FileOut(context=context)
    return {
        "results": [
            outcome(item.path, item.file, item.refusal.as_dict() if item.refusal else None, shape)
            for item in items
        ]
    }


def outcome(path: str, file: File | None, error: dict[str, Any] | None, shape: FileOut) -> dict[str, Any]:
    """Return what became of one file: the error, or the file, where it has not been deleted for good since."""
    if error is not None:
        return {"name": path, "status": error["status"], "error": error}
    found: dict[str, Any] = {"name": path, "status": 201}
    return found | ({"file": shape.to_representation(file)} if file is not None else {})
