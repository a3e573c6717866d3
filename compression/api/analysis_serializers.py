"""Shapes of analyses."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compression.analyses.models import Analysis
from compression.api.serializers import InputIn
from compression.engine.analysed import Analysis as Found
from compression.engine.analysed import Finding


class AnalyseIn(InputIn):
    """What to look at."""


class FindingOut(serializers.Serializer[Finding]):
    """A structure that pays."""

    reason = serializers.CharField(help_text="In words: `repeats at 24 bytes: 6 fields`.")
    transforms = serializers.ListField(child=serializers.CharField(), help_text="What undoes it, in order.")
    relative_size = serializers.FloatField(
        help_text="What is expected to be left, as a part of the compressed size without it; an estimate on a sample."
    )


class RecordsOut(serializers.Serializer[Any]):
    """Records of fixed length."""

    skip = serializers.IntegerField(help_text="Bytes before the first record.")
    stride = serializers.IntegerField(help_text="Bytes of a record.")
    widths = serializers.ListField(child=serializers.IntegerField(), help_text="Bytes of its fields.")


class PartOut(serializers.Serializer[Any]):
    """A field, a column or another stream, in the part that was looked at. Texts are cut to 80 characters."""

    label = serializers.CharField()  # type: ignore[assignment] # the name of the field in the answer
    kind = serializers.CharField(help_text="bytes, text, strings, numbers, floats, symbols or coded.")
    width = serializers.IntegerField(help_text="Bytes of an element.")
    size = serializers.IntegerField(help_text="Bytes.")
    entropy = serializers.FloatField(help_text="Bits for a byte, each byte for itself.")
    distinct = serializers.IntegerField(
        help_text="How many different elements; 0 where they are not told apart."
    )
    low = serializers.CharField()
    high = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())
    share = serializers.FloatField(help_text="Of the estimated compressed size.")


class StructureOut(serializers.Serializer[Any]):
    """What was found in the front of the content."""

    summary = serializers.CharField()
    bytes = serializers.IntegerField(help_text="So many bytes at the front were looked at.")
    findings = FindingOut(many=True)
    shown = serializers.IntegerField(allow_null=True, help_text="Which of the findings gave the parts.")
    records = RecordsOut(allow_null=True)
    parts = PartOut(many=True, help_text="Of records, the first parts are the fields in order.")
    parts_total = serializers.IntegerField(
        help_text="How many there are; of more than 200, the first are listed."
    )


class EntropyOut(serializers.Serializer[Any]):
    """Bits for a byte in windows along the content, each byte for itself; of a large window the middle is measured."""

    window_bytes = serializers.IntegerField(help_text="From the beginning of a window to that of the next.")
    values = serializers.ListField(child=serializers.FloatField())


class HistogramOut(serializers.Serializer[Any]):
    """How often each byte occurs, from 0 to 255, in so many bytes evenly spread over the content."""

    bytes = serializers.IntegerField()
    complete = serializers.BooleanField(help_text="All bytes were counted.")
    counts = serializers.ListField(child=serializers.IntegerField(), min_length=256, max_length=256)


class ChartsOut(serializers.Serializer[Any]):
    """Figures of the pictures."""

    entropy = EntropyOut()
    histogram = HistogramOut()


class AnalysisRowOut(serializers.ModelSerializer[Analysis]):
    """An analysis in a list."""

    size = serializers.IntegerField(source="original_size")
    kind = serializers.CharField(source="content_kind")
    file = serializers.UUIDField(source="file_id")
    file_name = serializers.CharField(source="file.name")
    checksum = serializers.CharField(source="content_sha256", help_text="SHA-256 of the content.")

    class Meta:
        model = Analysis
        fields = [
            "id",
            "size",
            "kind",
            "media_type",
            "file",
            "file_name",
            "checksum",
            "version",
            "summary",
            "created_at",
        ]


class AnalysisOut(AnalysisRowOut):
    """What is known of content. The same content is looked at once for each owner and version."""

    features_version = serializers.IntegerField(source="report.features_version")
    features = serializers.DictField(source="report.features", child=serializers.FloatField())
    structure = serializers.SerializerMethodField()
    charts = serializers.SerializerMethodField()
    cpu_seconds = serializers.FloatField(source="report.cpu_s")

    class Meta(AnalysisRowOut.Meta):
        fields = [
            *AnalysisRowOut.Meta.fields,
            "features_version",
            "features",
            "structure",
            "charts",
            "cpu_seconds",
        ]

    @extend_schema_field(StructureOut())
    def get_structure(self, row: Analysis) -> dict[str, Any]:
        """Return what was found."""
        return dict(StructureOut(structure(row.summary, row.found)).data)

    @extend_schema_field(ChartsOut())
    def get_charts(self, row: Analysis) -> dict[str, Any]:
        """Return the figures of the pictures."""
        return dict(ChartsOut(charts(row.found)).data)


def structure(summary: str, found: Found) -> dict[str, Any]:
    """Return the structure that was found, for `StructureOut`."""
    return {
        "summary": summary,
        "bytes": found.structure_bytes,
        "findings": found.findings,
        "shown": found.shown,
        "records": found.records,
        "parts": found.parts,
        "parts_total": found.parts_total,
    }


def charts(found: Found) -> dict[str, Any]:
    """Return the figures of the pictures, for `ChartsOut`."""
    return {
        "entropy": {"window_bytes": found.window, "values": found.entropy},
        "histogram": {
            "bytes": found.picture_bytes,
            "complete": found.picture_bytes == found.size,
            "counts": found.histogram,
        },
    }
