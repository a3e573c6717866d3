"""What every codec must do, whichever it is."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.codecs import Codec, all_codecs
from compression.engine.codecs.blosc2 import Blosc2
from compression.engine.codecs.reader import PIECE
from compression.engine.errors import CorruptStream, EngineError, SourceUnreadable, TruncatedStream
from tests.compression.engine.catalogue import DEFAULTS, VARIANTS, codecs_that, every_codec, every_variant
from tests.compression.engine.samples import SMALL, MiB, mixed, pieces, prose

LARGE = mixed(3 * MiB + 17)


def test_every_registered_codec_is_in_the_suite():
    assert set(VARIANTS) == set(all_codecs())


@every_variant
@pytest.mark.parametrize("name", SMALL)
def test_round_trip(codec: Codec, name: str):
    assert codec.decode(codec.encode(SMALL[name])) == SMALL[name]


@every_codec
def test_large_round_trip_in_pieces_of_bounded_size(codec: Codec):
    packed = list(codec.encode_chunks(pieces(LARGE, 100_000), len(LARGE)))
    unpacked = list(codec.decode_chunks(packed))
    assert b"".join(unpacked) == LARGE
    assert max(map(len, unpacked)) <= 2 * PIECE


@every_codec
def test_size_may_be_unknown(codec: Codec):
    data = SMALL["odd size"]
    assert codec.decode(b"".join(codec.encode_chunks(pieces(data, 1000)))) == data


@every_variant
def test_output_does_not_depend_on_how_the_input_arrives(codec: Codec):
    data = mixed(700_000)
    expected = codec.encode(data)
    for size in (10_007, 300_000):
        assert b"".join(codec.encode_chunks(pieces(data, size), len(data))) == expected
    assert codec.decode(b"".join([codec.encode(data)])) == data


@every_codec
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_decoding_does_not_depend_on_how_the_input_arrives(codec: Codec, size: int):
    data = prose(9000)
    assert b"".join(codec.decode_chunks(pieces(codec.encode(data), size))) == data


@every_codec
def test_any_buffer_is_input(codec: Codec):
    data = prose(3000)
    assert codec.encode(bytearray(data)) == codec.encode(memoryview(data)) == codec.encode(data)
    assert codec.decode(memoryview(bytearray(codec.encode(data)))) == data


@pytest.mark.parametrize("codec", [pytest.param(codec, id=codec.id) for codec in DEFAULTS])
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(chunks=st.lists(st.binary(max_size=400) | st.builds(bytes, st.integers(0, 5000)), max_size=6))
def test_round_trip_of_anything(codec: Codec, chunks: list[bytes]):
    data = b"".join(chunks)
    assert codec.encode(data) == b"".join(codec.encode_chunks(chunks, len(data)))
    assert codec.decode(codec.encode(data)) == data


@every_codec
def test_a_cut_anywhere_is_noticed(codec: Codec):
    data = prose(400)
    packed = codec.encode(data)
    for end in range(len(packed)):
        try:
            got = codec.decode(packed[:end])
        except TruncatedStream:
            continue
        assert not codec.self_ending, f"a stream cut at {end} of {len(packed)} passed for whole"
        assert data.startswith(got)


@codecs_that(lambda codec: codec.self_ending)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_large_stream_is_noticed(codec: Codec, share: float):
    packed = codec.encode(mixed(1 * MiB))
    with pytest.raises(TruncatedStream):
        codec.decode(packed[: int(len(packed) * share)])


@codecs_that(lambda codec: codec.id != "store")
def test_nothing_is_no_stream(codec: Codec):
    with pytest.raises(TruncatedStream):
        codec.decode(b"")


@every_codec
def test_damage_gives_an_engine_error_or_is_harmless(codec: Codec):
    data = prose(2000)
    packed = codec.encode(data)
    step = max(1, len(packed) // 150)
    for position in range(0, len(packed), step):
        damaged = bytearray(packed)
        damaged[position] ^= 0x55
        try:
            got = codec.decode(damaged)
        except EngineError:
            continue
        assert got == data or not codec.checksummed, f"damage at byte {position} went unnoticed"


@codecs_that(lambda codec: codec.id != "store")
def test_other_data_are_corrupt(codec: Codec):
    with pytest.raises(CorruptStream):
        codec.decode(b"This is no compressed stream at all, whatever it says. " * 50)


@codecs_that(lambda codec: codec.id != "store")
def test_what_follows_the_end_is_an_error(codec: Codec):
    for tail in (b"garbage that follows", b"x"):
        with pytest.raises(CorruptStream):
            codec.decode(codec.encode(prose(500)) + tail)


CONCATENATED = {"bzip2", "gzip", "lz4", "snappy", "store", "xz", "zstd"}


@every_codec
def test_members_follow_each_other_where_the_format_allows_it(codec: Codec):
    first, second = prose(5000, seed=1), prose(3000, seed=2)
    packed = codec.encode(first) + codec.encode(b"") + codec.encode(second)
    if codec.id in CONCATENATED:
        assert codec.decode(packed) == first + second
    else:
        with pytest.raises(CorruptStream):
            codec.decode(packed)


@every_codec
@pytest.mark.parametrize("announced", [0, 4999, 5001])
def test_an_input_of_another_size_than_announced_is_refused(codec: Codec, announced: int):
    with pytest.raises(SourceUnreadable):
        list(codec.encode_chunks([prose(5000)], announced))


@every_codec
def test_a_source_that_fails_is_not_a_corrupt_stream(codec: Codec):
    def failing() -> Iterator[bytes]:
        yield codec.encode(prose(5000))[:5]
        raise OSError(5, "Input/output error")

    with pytest.raises(SourceUnreadable, match="Input/output error"):
        list(codec.decode_chunks(failing()))


@pytest.mark.parametrize(("position", "value"), [(27, 3), (71, 160), (71, 3)])
def test_blosc2_plugins_are_refused(position: int, value: int):
    # The codec is the low half of byte 27, the filters begin at byte 71. There is no codec 3, filter 160 is a plug-in,
    # and filter 3 is not sound.
    frame = bytearray(Blosc2().encode(prose(5000)))
    frame[position] = value
    with pytest.raises(CorruptStream):
        Blosc2().decode(frame)
