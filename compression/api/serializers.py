"""Shapes of the compression API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compression import rules
from compression.models import Algorithm, Result, ResultOutput
from core.api.strict import Strict


class Rounded(serializers.FloatField):
    """A float of four significant digits: more were never measured."""

    def to_representation(self, value: Any) -> Any:
        """Return the rounded number."""
        return float(f"{value:.4g}")


class CompositionOut(serializers.Serializer[Any]):
    """What a dynamic algorithm is made of: a codec with its settings fixed."""

    algorithm = serializers.CharField()
    level = serializers.IntegerField(allow_null=True)
    params = serializers.DictField()


class LastTestOut(serializers.Serializer[Any]):
    """What the last conformance test gave."""

    at = serializers.DateTimeField()
    version = serializers.IntegerField()
    passed = serializers.BooleanField()


class AlgorithmOut(serializers.ModelSerializer[Algorithm]):
    """An algorithm."""

    levels = serializers.DictField(child=serializers.IntegerField(), allow_null=True, read_only=True)
    composition = CompositionOut(allow_null=True, read_only=True)
    last_test = LastTestOut(allow_null=True, read_only=True)
    params = serializers.JSONField(source="params_schema", read_only=True)
    enabled = serializers.BooleanField(read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True, allow_null=True)
    shared = serializers.BooleanField(read_only=True, help_text="Whether it is everybody's to use.")

    class Meta:
        model = Algorithm
        fields = [
            "name",
            "title",
            "family",
            "kind",
            "status",
            "levels",
            "params",
            "streaming",
            "lossless",
            "file_extension",
            "media_type",
            "version",
            "enabled",
            "owner",
            "shared",
            "composition",
            "last_test",
            "description",
        ]


class ResultOut(serializers.ModelSerializer[Result]):
    """One compression or decompression."""

    algorithm = serializers.CharField(
        source="method", help_text="Of an archive its formats, outermost first: `zip`, `zstd+tar`."
    )
    file = serializers.UUIDField(source="file_id", allow_null=True)
    output = serializers.UUIDField(source="output_id", allow_null=True)
    job = serializers.UUIDField(source="job_id", allow_null=True)
    checksum = serializers.SerializerMethodField(
        help_text="SHA-256 of the original; null where an archive gave several files."
    )
    ratio = Rounded(allow_null=True)
    compress_seconds = Rounded(allow_null=True)
    compress_mb_s = Rounded(allow_null=True)
    decompress_seconds = Rounded(allow_null=True)
    decompress_mb_s = Rounded(allow_null=True)

    class Meta:
        model = Result
        fields = [
            "id",
            "operation",
            "algorithm",
            "level",
            "params",
            "file",
            "file_name",
            "output",
            "original_size",
            "compressed_size",
            "ratio",
            "compress_seconds",
            "compress_mb_s",
            "decompress_seconds",
            "decompress_mb_s",
            "peak_memory_bytes",
            "checksum",
            "verified",
            "job",
            "created_at",
        ]

    def get_checksum(self, result: Result) -> str | None:
        """Return the hash, where there is one original."""
        return result.checksum or None


class OutputOut(serializers.ModelSerializer[ResultOutput]):
    """One file that came out; or, with `error`, a member of an archive that did not."""

    file = serializers.UUIDField(source="file_id", allow_null=True)
    error = serializers.DictField(allow_null=True, help_text="A problem document.")

    class Meta:
        model = ResultOutput
        fields = ["path", "file", "size", "error"]


class ResultDetailOut(ResultOut):
    """One compression or decompression, with all that came out."""

    outputs = serializers.SerializerMethodField()

    class Meta(ResultOut.Meta):
        fields = [*ResultOut.Meta.fields, "outputs"]

    @extend_schema_field(OutputOut(many=True))
    def get_outputs(self, result: Result) -> list[dict[str, Any]]:
        """Return the members of an archive, or the one output."""
        rows: list[ResultOutput] = list(result.outputs.all()) if result.formats else []
        if not rows and result.output:
            output = result.output
            rows = [ResultOutput(path=output.name, file_id=output.pk, size=output.size)]
        return list(OutputOut(rows, many=True).data)


class InputIn(Strict):
    """What to work on: a stored file's id, an upload in the part `file`, or text; exactly one of them."""

    file = serializers.UUIDField(required=False, help_text="Id of a stored file, or the part with the bytes.")
    text = rules.TEXT_INPUT.serializer_field(required=False)


class CompressIn(InputIn):
    """A call to compress."""

    algorithm = rules.ALGORITHM_NAME.serializer_field()
    level = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=-(2**15),
        max_value=2**15,
        help_text="Within the algorithm's levels.",
    )
    params = serializers.DictField(required=False, help_text="By the algorithm's JSON Schema.")


class DecompressIn(InputIn):
    """A call to decompress; without an algorithm the format is found from the bytes."""

    text = None  # type: ignore[assignment] # how DRF leaves out an inherited field
    algorithm = rules.ALGORITHM_NAME.serializer_field(required=False)
    params = serializers.DictField(
        required=False, help_text="What decoding needs: a dictionary, for example."
    )
    unpack = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whether the members of a tar archive in a compressed stream come out, or the tar. Without it they "
        "do, unless the platform made the stream: then it gives back the tar that it was given.",
    )
