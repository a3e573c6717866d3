"""Images, sounds and grids: what is proposed for them, and that it is worth it."""

import numpy as np
import pytest

from compression.engine.analysis import proposals
from compression.engine.leaves.bzip3 import Bzip3Leaf
from compression.engine.streams import Array, Kind, Stream, array, flat
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.lattice import Lattice
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.predict import Predict
from compression.engine.transforms.transpose import Transpose
from tests.compression.engine.samples import prose

NOISE = np.random.default_rng(5)


def picture(rows: int, columns: int, channels: int, depth: float, noise: float) -> np.ndarray:
    """Waves of light that are not the same in all channels, with some noise."""
    y, x, c = np.mgrid[:rows, :columns, :channels]
    light = np.sin(x / 17 + c * 0.9) + np.cos(y / 23) + np.sin((x + y) / 41)
    return (light + 3) / 6 * depth + NOISE.normal(0, noise, light.shape)


def sound(count: int) -> np.ndarray:
    """Two channels of several tones."""
    t = np.arange(count)
    tones = sum(np.sin(t * pitch) * 3000 for pitch in (0.031, 0.11, 0.23))
    return np.stack([tones, tones * 0.6], axis=1) + NOISE.normal(0, 20, (count, 2))


STREAMS = {
    "colours": Stream(flat(picture(120, 90, 3, 255, 2).astype("u1")), 1, Kind.NUMBERS, "pixels", (3, 270)),
    "gray of 16 bits": Stream(flat(picture(120, 90, 1, 4000, 9).astype("<u2")), 2, Kind.NUMBERS, "", (1, 90)),
    "floats": Stream(flat(picture(120, 90, 1, 7, 0.01).astype("<f4")), 4, Kind.FLOATS, "", (1, 90)),
    "stereo": Stream(flat(sound(9000).astype("<i2")), 2, Kind.NUMBERS, "", (2,)),
    "24 bits": Stream(
        flat(flat((sound(9000) * 200).astype("<i4")).reshape(-1, 4)[:, :3]), 3, Kind.BYTES, "", (2,)
    ),
}


def written(data: Array, width: int) -> int:
    """The bytes that the planes of numbers come to."""
    planes = Planes(width=width).encode(Stream(data[: len(data) // width * width])).streams
    return sum(len(Bzip3Leaf().encode(plane.data)) for plane in planes)


@pytest.mark.parametrize("name", STREAMS)
def test_prediction_is_proposed_and_beats_differences(name: str):
    stream = STREAMS[name]
    found = [part for item in proposals(stream) for part in item.chain if isinstance(part, Predict)]
    step = stream.lags[0]
    assert {(part.width, part.step, part.row) for part in found} == {
        (stream.width, step, (*stream.lags, 0)[1])
    }
    predicted = min(written(part.encode(stream).streams[0].data, step * part.out) for part in found)
    if stream.width == 3:
        assert predicted < written(stream.data, 6) * 0.85
        return
    differences = Delta(width=stream.width, lag=step, by="folded").encode(stream).streams[0].data
    assert predicted < written(differences, step * stream.width) * 0.95


def test_signs_are_seen():
    negative = Stream(flat(np.round(sound(3000)).astype("<i2")), 2, Kind.NUMBERS, "", (2,))
    sorts = {part.sort for item in proposals(negative) for part in item.chain if isinstance(part, Predict)}
    assert sorts == {"signed"}


def test_coarse_steps_are_found_for_each_plane():
    grids = [np.round(picture(20, 30, 1, 90, 1)) * step + rest for step, rest in ((16, 5), (8, 3), (4, 1))]
    numbers = np.concatenate([grid.reshape(-1) for grid in grids]).astype("<u2")
    stream = Stream(flat(numbers), 2, Kind.NUMBERS, "", (1, 30, 600))
    chains = [
        item.chain for item in proposals(stream) if any(isinstance(part, Predict) for part in item.chain)
    ]
    assert {chain[0] for chain in chains} == {Lattice(width=2, group=600)}
    _, steps, rests = Lattice(width=2, group=600).encode(stream).streams
    assert steps.data.view("<u2").tolist() == [16, 8, 4]
    assert rests.data.view("<u2").tolist() == [5, 3, 1]


def test_numbers_without_neighbours_are_left_alone():
    stream = Stream(array(bytes(4000)), 2, Kind.NUMBERS)
    assert not [item for item in proposals(stream) for part in item.chain if isinstance(part, Predict)]


def raw(values: np.ndarray) -> set[tuple[int, int, int, int]]:
    """What is proposed for bytes without a header: width, channels and row of a prediction, and its place."""
    chains = [item.chain for item in proposals(Stream(array(values.tobytes())))]
    placed = [(part, place) for chain in chains for place, part in enumerate(chain, 1)]
    return {(part.width, part.step, part.row, at) for part, at in placed if isinstance(part, Predict)}


def test_rows_of_pictures_without_a_header_are_found():
    assert (1, 3, 600, 1) in raw(picture(150, 200, 3, 255, 2).astype("u1"))
    assert (1, 1, 300, 1) in raw(picture(150, 300, 1, 255, 2).astype("u1"))
    deep = picture(150, 300, 1, 30000, 99)
    assert (2, 1, 300, 1) in raw(deep.astype("<u2"))
    assert (2, 1, 300, 2) in raw(deep.astype(">u2"))


def test_sounds_without_a_header_are_found():
    stereo = np.round(sound(20_000)).astype("<i2")
    assert (2, 2, 0, 1) in raw(stereo)
    assert (2, 2, 0, 2) in raw(stereo.astype(">i2"))
    assert (2, 1, 0, 1) in raw(stereo[:, 0].copy())


def test_drawings_are_turned():
    paper = np.zeros((300, 70), "u1")
    paper[:, 20:23] = 255
    paper[40:200, 50] = 0x3C
    chains = [item.chain for item in proposals(Stream(array(paper.tobytes())))]
    assert (Transpose(row=70),) in chains


def test_text_is_no_picture():
    assert not raw(np.frombuffer(prose(60_000), np.uint8))
