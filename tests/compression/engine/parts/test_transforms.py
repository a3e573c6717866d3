"""Every transform: what goes in comes out, whatever it is; and what comes back damaged does no harm."""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.errors import EngineError, Unfit
from compression.engine.gif import blocks
from compression.engine.streams import Array, Stream, array
from compression.engine.transforms import Transform, transforms
from compression.engine.transforms.affixes import Affixes
from compression.engine.transforms.bitfields import BitFields
from compression.engine.transforms.bits import BitPlanes
from compression.engine.transforms.branches import Branches
from compression.engine.transforms.characters import Characters
from compression.engine.transforms.cut import Cut
from compression.engine.transforms.decimals import Decimals
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.fixed import Fixed
from compression.engine.transforms.floats import FloatBits
from compression.engine.transforms.front import Front
from compression.engine.transforms.gif import Gif
from compression.engine.transforms.hexes import Hexes
from compression.engine.transforms.inflated import Inflated
from compression.engine.transforms.lattice import Lattice
from compression.engine.transforms.moments import Moments
from compression.engine.transforms.narrow import Narrow
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.predict import Predict
from compression.engine.transforms.runs import Runs
from compression.engine.transforms.same import Same
from compression.engine.transforms.scanlines import Scanlines
from compression.engine.transforms.sections import Sections
from compression.engine.transforms.sequences import Sequences
from compression.engine.transforms.split import Split
from compression.engine.transforms.table import Table
from compression.engine.transforms.tar import Tar
from compression.engine.transforms.templates import Templates
from compression.engine.transforms.tokens import Tokens
from compression.engine.transforms.transpose import Transpose
from compression.engine.transforms.words import Words
from compression.engine.wire import Reader, Writer
from tests.compression.engine.media_samples import BUILDERS, FORM_OF

# One line for every set of parameters that is worth it: the transform, and what makes content of its form of any bytes.
Fitting = Callable[[bytes], bytes]


def _whole(width: int) -> Fitting:
    return lambda data: data[: len(data) // width * width]


def _any(data: bytes) -> bytes:
    return data


def _after(front: bytes) -> Fitting:
    """Letters that occur in texts are frequent in what follows."""
    letters = front * 8
    return lambda data: front + bytes(letters[byte] if byte < len(letters) else byte for byte in data)


def _code(data: bytes) -> bytes:
    """Calls, as each processor knows them, between any bytes."""
    calls = b"\xe8\x01\x02\x00\x00\x00\x00\x00\x03\x00\x00\x94\x05\x01\x00\xeb"
    part = calls + data[:44].replace(b"\xe8", b"")
    return (part + bytes(-len(part) % 4)) * (20_000 // len(part) + 1)


def _gif(data: bytes) -> bytes:
    """A GIF file whose pixels are the bytes, and something around it."""
    pixels = array(data + hashlib.sha512(data).digest() + hashlib.sha512(data[1:]).digest())
    codes = blocks(pixels, 8, 255, (0,), np.zeros(len(pixels), np.uint8))
    return data + b"GIF87a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\x08" + codes + b";" + data


def _read(data: bytes) -> bytes:
    """A sequence with its qualities, long enough for both strands to be known."""
    bases = bytes(b"ACGTNa"[byte % 6] for byte in data) + b"ACGGTTAGCATTAGCCATGA" * 2
    return b"@r1\n" + bases + b"\n+\n" + bytes(33 + base % 60 for base in bases) + b"\n"


def _deflated(data: bytes) -> bytes:
    """Two streams, and something around them."""
    noise = b"".join(hashlib.sha512(data + bytes([n])).digest() for n in range(4))
    return data + zlib.compress(noise + data) + data + gzip.compress(noise + data, 9, mtime=0) + data


def _strings(*examples: bytes) -> Fitting:
    """Strings, at least half of them like the first example."""
    good = examples[0] + b"\n"
    front = good * len(examples) + b"".join(example + b"\n" for example in examples)
    return lambda data: front + b"".join(good + examples[byte % len(examples)] + b"\n" for byte in data)


def _tar(data: bytes) -> bytes:
    """An archive that begins and ends in the middle of members, with odd padding, and something between them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for number, name in enumerate(("é", "a/b.csv", "f" * 120, "p" * 90 + "/" + "q" * 90)):
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data) + number, 1_600_000_000 + number
            archive.addfile(member, io.BytesIO(bytes(number) + data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "a/b.csv"
        archive.addfile(link)
    whole = packed.getvalue()
    odd = bytearray(whole)
    odd[odd.index(b"ustar") - 257 + 1023] = 1  # padding of an extended header
    return data + bytes(odd) + b"between" + whole[: whole.rindex(b"ustar", 0, -600) + 255 + len(data) // 2]


def _filled(build: Callable[[bytes], bytes]) -> Fitting:
    """A file of media around the bytes, and something more: there are always some."""
    return lambda data: build((data + bytes(24))[: len(data) // 12 * 12 + 24])


def _stepped(width: int) -> Fitting:
    """Numbers whose lowest byte is the same."""
    return lambda data: b"".join(byte.to_bytes(1, "big").rjust(width, b"\3") for byte in data + b"\1")


def _decimals(width: int, places: int) -> Fitting:
    """Decimals as floats, one in five not a decimal at all."""

    def fitting(data: bytes) -> bytes:
        numbers = np.frombuffer(data[: len(data) // 2 * 2], "<i2") / 10.0**places
        numbers[4::5] = np.resize([np.nan, -0.0, 1e300, 1 / 3, -np.inf, 5e-324], len(numbers[4::5]))
        with np.errstate(over="ignore"):
            return numbers.astype(f"<f{width}").tobytes()

    return fitting


def _near(width: int) -> Fitting:
    """Numbers in a range of 200 with a step of 3, the eleventh and so on far from them."""

    def fitting(data: bytes) -> bytes:
        numbers = (np.frombuffer(data, np.uint8) % np.uint8(66)).astype(f"<u{width}") * 3 - 50
        numbers[10::11] = 1 << 8 * width - 2
        return numbers.tobytes()

    return fitting


CASES: list[tuple[Transform, Fitting]] = [
    *(
        (Delta(width=width, lag=lag, by=by), _whole(width))
        for width in (1, 2, 4, 8)
        for lag in (1, 3)
        for by in ("minus", "folded", "xor")
    ),
    *((Planes(width=width), _whole(width)) for width in (1, 2, 3, 8)),
    *((BitPlanes(width=width), _whole(width)) for width in (1, 2, 4, 8)),
    *((Tokens(width=width, index=2), _whole(width)) for width in (1, 2, 4, 8)),
    (Split(widths=(4, 1, 2, 8), swapped=(0, 1, 2, 1), skip=5), _any),
    (Split(widths=(3,)), _any),
    *(
        (Fixed(width=width, places=2, whole=whole), _decimals(width, 2))
        for width in (4, 8)
        for whole in (2, 4, 8)
    ),
    *((Narrow(width=width, narrow=1), _near(width)) for width in (2, 4, 8)),
    (Narrow(width=8, narrow=8), _whole(8)),
    *((Runs(width=width), _whole(width)) for width in (1, 2, 4, 8)),
    *((Same(width=width), lambda data, width=width: data[:1] * width * len(data)) for width in (1, 3)),
    *((FloatBits(width=width, by=by), _whole(width)) for width in (2, 4, 8) for by in ("order", "exponent")),
    *((BitFields(bits=(12, 4, 1, 7, 57, 7), order=order, skip=3), _any) for order in ("low", "high")),
    (BitFields(bits=(12, 12)), _any),
    (Cut(sizes=(3, 1)), lambda data: data + bytes(5)),
    *((Sections(form=FORM_OF.get(name, name)), _filled(BUILDERS[name])) for name in BUILDERS),
    (Sections(form="fits", parts=2), _filled(BUILDERS["fits"])),
    *((Transpose(row=row), _any) for row in (2, 7, 100)),
    *((Predict(width=width), _whole(width)) for width in (1, 2, 3, 4)),
    *((Predict(width=width, step=2, sort="signed", rate=13), _whole(width)) for width in (2, 3, 4)),
    *((Predict(width=width, step=3, row=12), _whole(width)) for width in (1, 2)),
    (Predict(width=2, row=2, plane=5, sort="signed"), _whole(2)),
    (Predict(width=4, row=3, sort="float"), _whole(4)),
    *((Lattice(width=width, group=group), _stepped(width)) for width in (1, 2, 4) for group in (0, 3, 100)),
    (Inflated(), _deflated),
    *((Branches(machine=machine), _code) for machine in ("x86", "arm64", "arm")),
    (Gif(), _gif),
    (Scanlines(row=6, channels=3), lambda data: data + bytes(7)),
    (Scanlines(row=8, channels=2, width=2), lambda data: data + bytes(9)),
    (Table(), _after(b"1,b\n")),
    (Table(columns=(3, 1, 2), quote=0), _after(b"1,b\r\n")),
    (Table(columns=(3, 2), given=(0, 1, 2, 0, 4), quote=0), _after(b"1,b\n3,x,2\n2,y,10\n")),
    (Table(separator=32, columns=(4, 2), merged=True), _after(b"1 2 3 4\n  a   b\n")),
    (Characters(), lambda data: data.decode("latin-1").encode() + b"\xe2\x82"),
    (Characters(form="utf-16"), lambda data: b"\xff\xfe" + data),
    (Characters(form="utf-16-be"), _any),
    (Characters(form="utf-32"), lambda data: data.decode("latin-1").encode("utf-32-le") + b"x"),
    (Sequences(), _after(b">a1\nACGTNnacg\n")),
    (Sequences(form="fastq"), lambda data: _read(data) + _read(data[::-1]) + data),
    (Templates(), _after(b"at 12:05 for 7\n")),
    (Templates(slots="words", by="literal", columns=1), _after(b"blk_1234 is blk_1234\n")),
    (Templates(ends=b"]}", slots="numbers", quote=34, by="prefix"), _after(b'{"a1": "x\\"y", "b": [-1.5]}')),
    (Templates(ends=b"", slots="numbers", quote=39, columns=0), _after(b"('it''s', 1)")),
    (Decimals(width=1), _strings(b"12", b"-3", b"NA", b"0", b"200")),
    (Decimals(width=8, places=2), _strings(b"1.5", b"-0.05", b"0", b"-0", b"1.50", b".5")),
    (Decimals(width=4, places=2, least=2), _strings(b"1.50", b"-0.05", b"0.00", b"1.5", b"x")),
    (Decimals(width=2, length=3), _strings(b"001", b"023", b"4567", b"12", b"-01", b"00.")),
    (Decimals(width=2, places=1, length=5, fill="spaces"), _strings(b"    1", b" -2.5", b"12345", b"     ")),
    (Moments(), _strings(b"2020-02-29", b"1969-01-01", b"2021-02-29", b"0000-01-01")),
    (
        Moments(layout="%a, %-d %b %y %-H:%M:%S.%3f", width=8),
        _strings(b"Tue, 3 Mar 20 9:15:00.123", b"Mon, 3 Mar 20 9:15:00.123", b"Tue, 03 Mar 20 9:15:00.123"),
    ),
    (Moments(layout="%b %e %H:%M", width=4), _strings(b"Jan  2 13:55", b"Feb 29 00:00", b"Jan 02 13:55")),
    *(
        (Words(index=index, order=order), _strings(b"a", b"bc", b"", b"ddd"))
        for index in (1, 2)
        for order in ("sorted", "frequent")
    ),
    (Affixes(), _strings(b'"a"', b'"bc"', b'""', b'"', b'"a"', b'"x"', b'"y"')),
    (Hexes(width=3), _strings(b"<a-0-1f03>", b"<b-1-0e02>", b"<0-1-0e02>", b"<A-1-0e02>", b"<0-1-0e02")),
    (Hexes(width=2, letters="upper"), _strings(b"01AF", b"FE05", b"fe05", b"")),
    *((Tar(groups=groups), _tar) for groups in ((1, 4, 0), (20, 1))),
    (Front(), _strings(b"aa", b"ab", b"abc", b"", b"abcd")),
]
ids = [str(case) for case, _ in CASES]
each = pytest.mark.parametrize(("transform", "fitting"), CASES, ids=ids)
MOST = 1 << 24


def decoded(transform: Transform, streams: list[Array], note: bytes) -> Array:
    """The content, from copies as a frame would give them."""
    return transform.decode([array(stream.tobytes()) for stream in streams], note, MOST)


def test_every_transform_has_a_line_here() -> None:
    """A new one is not forgotten."""
    assert {type(case) for case, _ in CASES} == set(transforms.all().values())


@each
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=300), times=st.integers(1, 5))
def test_what_goes_in_comes_out(transform: Transform, fitting: Fitting, data: bytes, times: int) -> None:
    content = fitting(data * times)
    encoded = transform.encode(Stream(array(content)))
    assert len(encoded.streams) == transform.outputs
    assert all(stream.size % stream.width == 0 for stream in encoded.streams)
    assert decoded(transform, [stream.data for stream in encoded.streams], encoded.note).tobytes() == content


@each
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=64), seed=st.integers(0, 1 << 32))
def test_content_of_another_form_is_refused_or_kept(
    transform: Transform, fitting: Fitting, data: bytes, seed: int
) -> None:
    try:
        encoded = transform.encode(Stream(array(data)))
    except Unfit:
        return
    assert decoded(transform, [stream.data for stream in encoded.streams], encoded.note).tobytes() == data


@each
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_is_an_error_or_other_bytes_and_nothing_worse(
    transform: Transform, fitting: Fitting, data: st.DataObject
) -> None:
    encoded = transform.encode(Stream(array(fitting(data.draw(st.binary(max_size=200))))))
    streams = [
        data.draw(st.one_of(st.just(stream.data.tobytes()), st.binary(max_size=40)))
        for stream in encoded.streams[:64]
    ]
    streams += [stream.data.tobytes() for stream in encoded.streams[64:]]
    note = data.draw(st.one_of(st.just(encoded.note), st.binary(max_size=20)))
    try:
        result = transform.decode([array(stream) for stream in streams], note, MOST)
    except EngineError:
        return
    assert result.dtype == np.uint8
    assert len(result) <= MOST


@each
def test_both_written_forms_lead_back(transform: Transform, fitting: Fitting) -> None:
    assert transforms.from_config(transform.config()) == transform
    writer = Writer()
    transform.pack(writer)
    reader = Reader(writer.data)
    assert transforms.of_code(reader.number(), reader) == transform
    assert reader.left == 0
