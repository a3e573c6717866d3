"""Shapes of the map of a container."""

from rest_framework import serializers

from compression.api.serializers import Rounded
from compression.engine.blockmap import Block, BlockMap, Examined, Used


class PipelineUsedOut(serializers.Serializer[Used]):
    """A pipeline of the container."""

    name = serializers.CharField(help_text="Its hash.")
    words = serializers.CharField()
    transforms = serializers.ListField(child=serializers.CharField(), help_text="By their titles, each once.")
    leaves = serializers.ListField(
        child=serializers.CharField(), help_text="Ids, in the order of `leaf_bytes`."
    )
    plain = serializers.BooleanField(help_text="There are no transforms.")
    blocks = serializers.IntegerField(help_text="How many of the listed blocks went through it.")


class ExaminedOut(serializers.Serializer[Examined]):
    """What was tried on a block: plain leaves (Zstandard 19, LZMA, bzip3) and the container's other pipelines."""

    leaf_bytes = serializers.ListField(child=serializers.IntegerField(), help_text="What each leaf takes.")
    head_bytes = serializers.IntegerField(help_text="What the notes of transforms take.")
    sample = serializers.IntegerField(
        help_text="So many bytes of the content were tried, from its beginning."
    )
    own = serializers.IntegerField(help_text="What the block's own pipeline makes of them.")
    rival = serializers.CharField(allow_blank=True, help_text="The next best, in words.")
    rival_size = serializers.IntegerField(allow_null=True)
    margin = Rounded(
        allow_null=True, help_text="How much larger the next best is, as a part; below 0 where it is smaller."
    )


class BlockOut(serializers.Serializer[Block]):
    """A block."""

    number = serializers.IntegerField(help_text="From 0.")
    offset = serializers.IntegerField(help_text="Where its content begins.")
    size = serializers.IntegerField(help_text="Bytes of its content.")
    packed_size = serializers.IntegerField()
    ratio = Rounded()
    pipeline = serializers.IntegerField(help_text="Its place in `pipelines`.")
    examined = ExaminedOut(allow_null=True, help_text="Null where nothing was tried on it.")


class BlockMapOut(serializers.Serializer[BlockMap]):
    """What a container was made with, block by block."""

    size = serializers.IntegerField(help_text="Bytes of the content.")
    packed_size = serializers.IntegerField()
    checksum = serializers.CharField(
        source="sha256",
        allow_null=True,
        help_text="SHA-256 of the content, as the file says; one small frame has none.",
    )
    blocks_total = serializers.IntegerField()
    examined = serializers.IntegerField(help_text="On so many blocks others were tried.")
    pipelines = PipelineUsedOut(many=True)
    blocks = BlockOut(many=True, help_text="Of more than 512, so many evenly spread.")
    cpu_seconds = serializers.FloatField(source="cpu_s")
