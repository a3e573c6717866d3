"""Many small contents in one child."""

import random

import pytest

from compression.engine.codecs import Codec, all_codecs
from compression.engine.errors import CodecCrashed, LimitExceeded, Stopped, VerificationFailed
from compression.engine.isolation import Encoded, encode_many
from compression.engine.isolation.batch import MOST_CONTENTS
from compression.engine.limits import Limits, MiB
from tests.compression.engine.conftest import HostUnderTest
from tests.compression.engine.hostile import Hostile

RNG = random.Random(5)
CONTENTS = [b"", b"x", b"ab" * 5000, RNG.randbytes(3000), *(RNG.randbytes(40) * 30 for _ in range(20))]


def sound(found: object) -> Encoded:
    assert isinstance(found, Encoded), found
    return found


@pytest.mark.parametrize("name", sorted(all_codecs()))
def test_each_content_is_what_the_codec_makes_of_it_alone(name: str) -> None:
    codec: Codec = all_codecs()[name]()
    for data, found in zip(CONTENTS, encode_many(codec, CONTENTS), strict=True):
        encoded = sound(found)
        assert encoded.data == codec.encode(data)
        assert encoded.figures.compressed_size == len(encoded.data)
        assert encoded.figures.encode_wall_seconds > 0


def test_none_and_as_many_as_there_may_be() -> None:
    codec = all_codecs()["zstd"]()
    assert encode_many(codec, []) == []
    most = [str(number).encode() for number in range(MOST_CONTENTS)]
    assert [codec.decode(sound(found).data) for found in encode_many(codec, most)] == most
    with pytest.raises(ValueError, match="too many"):
        encode_many(codec, [*most, b"one more"])


def test_outputs_in_memory_leave_room_on_no_disk() -> None:
    (found,) = encode_many(all_codecs()["zstd"](), [b"some"], Limits(reserve_bytes=1 << 62))
    assert sound(found).data


def test_an_error_of_one_takes_its_place_and_no_other() -> None:
    tight = Limits(max_output_bytes=200)
    codec = all_codecs()["store"]()
    first, large, last = encode_many(codec, [b"first", bytes(300), b"last"], tight)
    assert sound(first).data == b"first"
    assert isinstance(large, LimitExceeded)
    assert sound(last).data == b"last"


def test_what_does_not_come_back_is_not_given_out(hostile_host: HostUnderTest) -> None:
    wrong, empty = encode_many(Hostile(action="wrong"), [b"some", b""])
    assert isinstance(wrong, VerificationFailed)
    assert sound(empty).data == b""


def test_a_crash_ends_the_call_alone(hostile_host: HostUnderTest) -> None:
    with pytest.raises(CodecCrashed):
        encode_many(Hostile(action="segfault"), [b"a", b"b"])
    assert sound(encode_many(Hostile(), [b"a"])[0]).data == b"a"
    assert hostile_host.children() == []


def test_it_can_be_stopped_and_has_its_time(hostile_host: HostUnderTest) -> None:
    with pytest.raises(Stopped):
        encode_many(Hostile(action="sleep"), [b"a"], should_stop=lambda: True)
    with pytest.raises(LimitExceeded) as caught:
        encode_many(Hostile(action="sleep"), [b"a"], Limits(max_wall_seconds=1))
    assert caught.value.kind == "time"
    assert hostile_host.children() == []


def test_memory_is_asked_for_before_it_is_taken() -> None:
    with pytest.raises(LimitExceeded) as caught:
        encode_many(all_codecs()["bzip3"](), [b"a"], Limits(max_memory_bytes=1 * MiB))
    assert caught.value.kind == "memory"
