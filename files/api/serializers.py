"""Shapes of files."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from core.api.fields import BoundedListField
from core.api.parsers import parse_json
from core.api.strict import Strict
from core.errors import Invalid
from files import rules
from files.models import File


class FileOut(serializers.ModelSerializer[File]):
    """A stored file."""

    sha256 = serializers.CharField(source="object_id", read_only=True)
    download_url = serializers.SerializerMethodField()

    class Meta:
        model = File
        fields = [
            "id",
            "name",
            "folder",
            "size",
            "sha256",
            "media_type",
            "kind",
            "tags",
            "origin",
            "created_at",
            "download_url",
        ]
        read_only_fields = fields

    def get_download_url(self, file: File) -> str:
        """Where the bytes are."""
        path = reverse("api:files:download", kwargs={"pk": file.pk})
        request = self.context.get("request")
        return str(request.build_absolute_uri(path)) if request is not None else path


class FormListField(BoundedListField):
    """A JSON list; in a form several fields, or one with the list as JSON text."""

    def get_value(self, dictionary: Any) -> Any:
        """Read the field of a form or of a JSON body."""
        value = super().get_value(dictionary)
        if isinstance(value, list) and len(value) == 1 and str(value[0]).startswith("["):
            try:
                return parse_json(value[0])
            except Invalid:
                return value
        return value


class TagsField(FormListField):
    """Tags, without the blanks around them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            child=rules.TAG.serializer_field(), max_length=rules.TAGS.max, validators=[rules.TAGS], **options
        )

    def to_internal_value(self, data: Any) -> list[Any]:
        """Take the blanks away before the rules judge: what only they tell apart is one tag."""
        if isinstance(data, list):
            data = [tag.strip() if isinstance(tag, str) else tag for tag in data]
        return super().to_internal_value(data)


class UploadIn(Strict):
    """The form of an upload."""

    file = serializers.FileField(
        allow_empty_file=True,
        help_text="The bytes and, in the part's header, the name. One that is longer than 255 characters is "
        "shortened and keeps its extension: see `name` of the answer.",
    )
    name = rules.NAME.serializer_field(required=False)
    folder = serializers.CharField(required=False, allow_blank=True, max_length=rules.FOLDER.max)
    tags = TagsField(required=False)


class ChangeIn(Strict):
    """What of a file can be changed; what is absent stays."""

    name = rules.NAME.serializer_field(required=False)
    folder = serializers.CharField(required=False, allow_blank=True, max_length=rules.FOLDER.max)
    tags = TagsField(required=False)
