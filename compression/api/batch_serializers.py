"""Shapes of batches."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compression.api.compare_serializers import WishIn
from compression.api.serializers import Rounded
from compression.batch.choices import ItemStatus
from compression.batch.models import Batch, BatchItem
from core.api.fields import BoundedListField
from core.api.strict import Strict
from core.choices import JobStatus
from files.api.search_serializers import CriteriaIn

METHODS_MAX = 20


@extend_schema_field({"oneOf": [{"type": "string", "format": "uuid"}, {"type": "object"}]})
class SearchField(serializers.Field[Any, Any, Any, Any]):
    """The id of a saved search, or the body of a search."""

    default_error_messages = {"invalid": "Give the id of a saved search, or the body of a search."}

    def to_internal_value(self, data: Any) -> Any:
        """Return a UUID, or checked criteria."""
        if isinstance(data, str):
            return serializers.UUIDField().run_validation(data)
        if not isinstance(data, dict) or not data:
            self.fail("invalid")
        form = CriteriaIn(data=data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def to_representation(self, value: Any) -> Any:
        """Not used: this is a shape of requests."""
        return value


class BatchIn(Strict):
    """Files, named or searched for, and what to do with each."""

    files = BoundedListField(
        child=serializers.UUIDField(),
        required=False,
        min_length=1,
        max_length=settings.BATCH_ITEMS,
        help_text="Ids of stored files.",
    )
    search = SearchField(required=False, help_text="Instead of `files`: a saved search's id, or a search.")
    algorithms = BoundedListField(child=WishIn(), min_length=1, max_length=METHODS_MAX)
    title = serializers.CharField(required=False, max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way to choose the files."""
        if ("files" in attrs) == ("search" in attrs):
            raise serializers.ValidationError({"files": "Give either files or a search."}, code="ambiguous")
        return attrs


class MethodOut(serializers.Serializer[Any]):
    """One way of compressing all the files."""

    algorithm = serializers.CharField()
    level = serializers.IntegerField(allow_null=True)
    params = serializers.DictField()


class BatchOut(serializers.ModelSerializer[Batch]):
    """A batch: files times algorithms. Its context has the `figures` of the batches that are shown."""

    algorithms = MethodOut(source="methods", many=True)
    status = serializers.SerializerMethodField(help_text="That of its job.")
    job = serializers.UUIDField(source="job_id", allow_null=True)
    counts = serializers.SerializerMethodField(help_text="Items in each state.")
    sizes = serializers.SerializerMethodField(help_text="Bytes of what succeeded, original and compressed.")
    archive = serializers.UUIDField(
        source="archive_id", allow_null=True, help_text="A ZIP of all outputs, with their folders."
    )
    archive_error = serializers.DictField(allow_null=True, help_text="Why there is no archive.")
    items_url = serializers.SerializerMethodField(help_text="The list of all items.")

    class Meta:
        model = Batch
        fields = [
            "id",
            "title",
            "algorithms",
            "status",
            "job",
            "count",
            "size",
            "counts",
            "sizes",
            "archive",
            "archive_error",
            "items_url",
            "created_at",
        ]

    def get_status(self, batch: Batch) -> str:
        """Return the status of its latest job."""
        return batch.job.status if batch.job else JobStatus.CANCELLED

    def get_counts(self, batch: Batch) -> dict[str, int]:
        """Return how many items there are in each state."""
        counts: dict[str, int] = self.context["figures"][batch.pk].counts
        return counts

    def get_sizes(self, batch: Batch) -> dict[str, int]:
        """Return the bytes of what succeeded."""
        sizes: dict[str, int] = self.context["figures"][batch.pk].sizes
        return sizes

    def get_items_url(self, batch: Batch) -> str:
        """Return where the items are listed."""
        return reverse("api:compression:batch-items", kwargs={"pk": batch.pk})


class ItemResultOut(serializers.Serializer[Any]):
    """What was made of an item."""

    id = serializers.UUIDField()
    output = serializers.UUIDField(source="output_id", allow_null=True)
    original_size = serializers.IntegerField()
    compressed_size = serializers.IntegerField()
    ratio = Rounded(allow_null=True)


class BatchItemOut(serializers.ModelSerializer[BatchItem]):
    """One file with one algorithm: a `result` where it succeeded, an `error` where it failed."""

    file = serializers.UUIDField(source="file_id", allow_null=True)
    status = serializers.ChoiceField(choices=ItemStatus.choices)
    result = ItemResultOut(allow_null=True)
    error = serializers.DictField(allow_null=True)

    class Meta:
        model = BatchItem
        fields = [
            "position",
            "file",
            "file_name",
            "folder",
            "algorithm",
            "level",
            "status",
            "attempt",
            "result",
            "error",
        ]


class BatchDetailOut(BatchOut):
    """A batch with its first thousand items."""

    items = BatchItemOut(many=True)

    class Meta(BatchOut.Meta):
        fields = [*BatchOut.Meta.fields, "items"]
