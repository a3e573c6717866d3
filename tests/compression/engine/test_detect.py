"""Standard formats are known by their first bytes, and nothing else is taken for one."""

import random

import pytest

from compression.engine.codecs import Codec
from compression.engine.detect import HEAD_BYTES, detect
from tests.compression.engine.catalogue import codecs_that, every_variant
from tests.compression.engine.samples import noise, prose

UNMARKED = {"brotli", "deflate", "store"}
SKIPPABLE = b"\x53\x2a\x4d\x18\x03\x00\x00\x00abc"


@every_variant
@pytest.mark.parametrize("size", [0, 1, 50_000])
def test_own_streams_are_known(codec: Codec, size: int):
    expected = None if codec.id in UNMARKED else codec.id
    assert detect(codec.encode(prose(size))[:HEAD_BYTES]) == expected


@codecs_that(lambda codec: codec.id in {"zstd", "lz4"})
def test_skippable_frames_are_passed(codec: Codec):
    packed = SKIPPABLE + codec.encode(prose(100))
    assert detect(packed) == codec.id
    assert codec.decode(packed) == prose(100)


def test_a_skippable_frame_alone_counts_as_zstd():
    assert detect(SKIPPABLE) == "zstd"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x1f",
        b"x\x9c",
        b"x\x9c is how this text begins, and it is no zlib stream",
        b"BZh9 is no bzip2",
        b"]\x00\x00 and so forth, long enough to be looked at",
        prose(5000),
        b"PK\x03\x04" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        bytes(HEAD_BYTES),
    ],
)
def test_other_content_is_not_known(head: bytes):
    assert detect(head) is None


def test_noise_is_not_known():
    rng = random.Random(5)
    assert not any(detect(noise(64, seed=rng.getrandbits(32))) for _ in range(2000))


def test_skippable_frames_are_passed_however_many_there_are():
    empty = SKIPPABLE[:4] + bytes(4)
    assert detect(empty * 2000 + b"\x28\xb5\x2f\xfd") == "zstd"
    assert detect(empty * 2000 + b"text") is None
