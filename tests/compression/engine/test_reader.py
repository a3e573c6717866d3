"""Reading a stream of chunks in other pieces than it comes in."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.codecs.reader import ByteReader, regular, sliced
from compression.engine.errors import SourceUnreadable, TruncatedStream

CHUNKS = [b"ab", b"", b"cde", b"f"]


def test_amounts():
    reader = ByteReader(CHUNKS)
    assert bytes(reader.exactly(4)) == b"abcd"
    assert bytes(reader.some(10)) == b"e"
    reader.unread(1)
    assert bytes(reader.up_to(10)) == b"ef"
    assert reader.at_end()
    assert bytes(reader.some()) == b""
    assert reader.consumed == 6


def test_too_little_is_a_truncated_stream():
    with pytest.raises(TruncatedStream):
        ByteReader(CHUNKS).exactly(7)
    with pytest.raises(TruncatedStream):
        ByteReader(CHUNKS).skip(7)


def test_only_what_was_read_last_can_be_given_back():
    reader = ByteReader(CHUNKS)
    reader.some()
    with pytest.raises(ValueError, match="read last"):
        reader.unread(3)


def test_zeros_are_skipped():
    reader = ByteReader([b"\0\0", b"\0x", b"\0"])
    assert reader.skip_zeros() == 3
    assert bytes(reader.up_to(10)) == b"x\0"


def test_a_failing_source_is_told():
    def chunks() -> Iterator[bytes]:
        yield b"abc"
        raise OSError(5, "Input/output error")

    with pytest.raises(SourceUnreadable):
        ByteReader(chunks()).exactly(4)


@settings(deadline=None, derandomize=True, database=None)
@given(chunks=st.lists(st.binary(max_size=20)), size=st.integers(1, 30))
def test_regular_chunks_have_the_same_bytes_and_one_size(chunks: list[bytes], size: int):
    made = list(regular(chunks, size))
    assert b"".join(made) == b"".join(chunks)
    assert all(len(chunk) == size for chunk in made[:-1])
    assert all(0 < len(chunk) <= size for chunk in made)
    assert list(sliced(b"".join(chunks), size)) == made
