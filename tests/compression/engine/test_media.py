"""Where in files of media and science the samples are, and what happens with files that are not what they say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.analysis import proposals
from compression.engine.media import FORMATS, areas_of, detected
from compression.engine.streams import Kind, Stream, array
from compression.engine.transforms.sections import Sections
from compression.engine.transforms.split import Split
from tests.compression.engine import media_samples
from tests.compression.engine.media_samples import BUILDERS, FORM_OF
from tests.compression.engine.samples import noise

DATA = noise(264)
each = pytest.mark.parametrize("name", BUILDERS)

# builder, what the first area is: width, kind, swapped, lags
FOUND = [
    ("wav", 2, Kind.NUMBERS, False, (2,)),
    ("aiff", 2, Kind.NUMBERS, True, (1,)),
    ("bmp", 1, Kind.NUMBERS, False, (3, 8)),
    ("ppm", 1, Kind.NUMBERS, False, (3, 12)),
    ("pgm16", 2, Kind.NUMBERS, True, (1, 3)),
    ("pam", 1, Kind.NUMBERS, False, (4, 8)),
    ("npy", 4, Kind.FLOATS, True, (3,)),
    ("tiff", 2, Kind.NUMBERS, True, (1, 3)),
    ("fits", 2, Kind.NUMBERS, True, (3,)),
    ("grib", 2, Kind.NUMBERS, True, (1,)),
    ("dicom", 2, Kind.NUMBERS, False, (1, 4)),
]


@pytest.mark.parametrize(("name", "width", "kind", "swapped", "lags"), FOUND, ids=[row[0] for row in FOUND])
def test_the_samples_are_found(name: str, width: int, kind: Kind, swapped: bool, lags: tuple[int, ...]):
    found = detected(array(BUILDERS[name](DATA)))
    assert found is not None
    form, areas = found
    assert form == FORM_OF.get(name, name)
    content = BUILDERS[name](DATA)
    assert b"".join(content[a.start : a.start + a.size] for a in areas if a.part == 0) == DATA
    first = areas[0]
    assert (first.width, first.kind, first.swapped, first.lags) == (width, kind, swapped, lags)


def test_every_format_has_a_sample():
    assert {FORM_OF.get(name, name) for name in BUILDERS} == set(FORMATS)


def test_the_columns_of_a_table_are_known():
    empty = "SIMPLE  = T".ljust(80) + "NAXIS   = 0".ljust(80) + "END".ljust(80)
    content = empty.ljust(2880).encode() + media_samples.fits(DATA)[2 * 2880 :]
    found = [item.chain for item in proposals(Stream(array(content))) if isinstance(item.chain[0], Sections)]
    assert found == [(Sections(form="fits"), Split(widths=(8, 2, 1), swapped=(0, 2)))]


@each
def test_a_part_of_a_file_is_cut_where_it_ends(name: str):
    content = BUILDERS[name](DATA)
    transform = Sections(form=FORM_OF.get(name, name), parts=2)
    for end in range(0, len(content), 7):
        if not areas_of(array(content[:end]), transform.form):
            continue
        encoded = transform.encode(Stream(array(content[:end])))
        streams = [stream.data for stream in encoded.streams]
        assert transform.decode(streams, encoded.note, 1 << 20).tobytes() == content[:end]


@each
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_a_header_says_nothing_breaks(name: str, data: st.DataObject):
    content = bytearray(BUILDERS[name](DATA))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, min(len(content), 4000) - 1))] = data.draw(st.integers(0, 255))
    for area in areas_of(array(bytes(content)), FORM_OF.get(name, name)):
        assert area.start >= 0
        assert area.size > 0
        assert area.size % area.width == 0
        assert area.start + area.size <= len(content)
        assert all(lag > 0 for lag in area.lags)
