"""GIF images: which are taken apart, and that their codes are made again bit for bit."""

import io
import random

import numpy as np
import pytest

from compression.engine.analysis.gif import gif as proposed
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.gif import blocks
from compression.engine.streams import Stream, array
from compression.engine.transforms.gif import Gif
from compression.engine.wire import Writer

from .trips import assert_restored, restored


def pixels(count: int, bits: int, seed: int = 0) -> np.ndarray:
    """Runs of few colours, and some noise."""
    draw = np.random.default_rng(seed)
    runs = np.repeat(draw.integers(0, 1 << bits, count, np.uint8), draw.integers(1, 9, count))[:count]
    runs[count // 3 : count // 2] = draw.integers(0, 1 << bits, count // 2 - count // 3)
    return runs


def marks(image: np.ndarray, stops: tuple[int, ...]) -> np.ndarray:
    """1 at these places."""
    found = np.zeros(len(image), np.uint8)
    found[list(stops)] = 1
    return found


def file(
    *images: np.ndarray,
    bits: int = 8,
    block: int = 255,
    clears: tuple[int, ...] = (3839,),
    stops: tuple[int, ...] = (),
) -> bytes:
    """A GIF file of these images, each with a comment before it."""
    out = io.BytesIO()
    out.write(b"GIF89a" + bytes([4, 0, 4, 0, 0x80 | bits - 1, 0, 0]) + bytes(3 << bits))
    for image in images:
        out.write(b"\x21\xfe\x05hello\x00" + b"\x2c" + bytes([0, 0, 0, 0, 4, 0, 4, 0, 0]) + bytes([bits]))
        out.write(blocks(image, bits, block, clears, marks(image, stops)))
    out.write(b"\x3b")
    return out.getvalue()


@pytest.mark.parametrize("bits", range(2, 9))
@pytest.mark.parametrize("clears", [(0,), (3000,), (100, 0), (5, 900)])
def test_images_are_found_with_their_pixels(bits: int, clears: tuple[int, ...]) -> None:
    image = pixels(60_000, bits)
    result = assert_restored(
        Gif(), b"front" + file(image, image[:5000], bits=bits, block=254, clears=clears) + b"end"
    )
    assert result.streams[0].data.tobytes() == image.tobytes() + image[:5000].tobytes()
    assert len(result.note) < 30


def test_codes_are_those_that_the_format_says() -> None:
    # Four colours: clear 4, end 5; the match 0 0 is entry 6.
    made = blocks(np.array([0, 0, 0, 1], np.uint8), 2, 255, (0,), np.zeros(4, np.uint8))
    assert made[0] == len(made) - 2
    value = int.from_bytes(made[1:-1], "little")
    assert [value >> shift & 7 for shift in (0, 3, 6, 9, 12)] == [4, 0, 6, 1, 5]


def test_images_of_other_encoders_stay_as_they_are() -> None:
    data = bytearray(file(pixels(5000, 8)))
    data[-40] ^= 4
    with pytest.raises(Unfit):
        Gif().encode(Stream(array(bytes(data))))


@pytest.mark.parametrize("end", [20, 790, 3000])
def test_what_is_cut_off_stays(end: int) -> None:
    data = file(pixels(8000, 8))
    with pytest.raises(Unfit):
        Gif().encode(Stream(array(data[:end])))


def test_any_bytes_behind_the_magic_do_no_harm() -> None:
    draw = random.Random(0)
    whole = file(pixels(3000, 4), bits=4)
    accepted = refused = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(draw.randrange(1, 4)):
            data[draw.randrange(6, len(data))] = draw.randrange(256)
        try:
            taken = Gif().encode(Stream(array(bytes(data))))
        except Unfit:
            refused += 1
            continue
        assert restored(Gif(), taken) == data
        accepted += 1
    assert accepted > 0
    assert refused > 0


def test_settings_that_are_none_are_refused() -> None:
    for around, block, clears, pixel in (
        (b"\x09", 1, [0], 0),
        (b"\x02", 0, [0], 0),
        (b"\x02", 1, [], 0),
        (b"\x02", 1, [0], 7),
    ):
        writer = Writer()
        for number in (1, 1, 1, block):
            writer.number(number)
        writer.numbers(clears)
        writer.numbers(())
        with pytest.raises(CorruptStream):
            Gif().decode([array(bytes([pixel])), array(around)], bytes(writer.data), 1 << 20)


def test_matches_that_some_encoders_end_too_early_are_noted() -> None:
    image = pixels(60_000, 5)
    ends = tuple(range(1000, 55_000, 7919))
    result = assert_restored(Gif(), file(image, bits=5, stops=ends))
    assert result.streams[0].data.tobytes() == image.tobytes()
    assert len(result.note) < 50


def test_they_are_proposed() -> None:
    data = file(pixels(8000, 8))
    assert [proposal.chain for proposal in proposed(Stream(array(b"x" + data)))] == [(Gif(),)]
    assert list(proposed(Stream(array(bytes(1000))))) == []
