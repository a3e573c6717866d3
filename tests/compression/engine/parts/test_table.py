"""Tables in text: what is a column, what is kept aside, and which separator is proposed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.analysis import proposals
from compression.engine.errors import CorruptStream
from compression.engine.streams import Kind, Stream, array
from compression.engine.transforms.table import Table

from .trips import assert_restored, restored

FIELDS = st.sampled_from(["", "1", "-2.5", "NA", "ä", '"a,b"', '"say ""x"""', '"two\nlines"', "1 234", " x"])


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=20),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    mark=st.sampled_from([",", ";", "\t", "|"]),
)
def test_any_table_comes_back(rows: list[list[str]], end: str, last: bool, mark: str) -> None:
    lines = [mark.join(row) for row in [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"], *rows]]
    text = (end.join(lines) + end * last).encode()
    table = Table(separator=ord(mark), columns=(3, 2))
    assert restored(table, table.encode(Stream(array(text)))) == text


def test_columns_hold_the_fields_and_have_the_names_of_the_header() -> None:
    result = assert_restored(Table(columns=(3,)), b'id,"name",x\r\n1,"a,b",2\r\n3,,4\r\n')
    assert [(stream.label, stream.data.tobytes()) for stream in result.streams[:4]] == [
        ("id", b"1\n3\n"),
        ("name", b'"a,b"\n\n'),
        ("x", b"2\n4\n"),
        ("lines outside of the table", b'id,"name",x\r\n'),
    ]
    assert {stream.kind for stream in result.streams[:3]} == {Kind.STRINGS}


def test_odd_lines_are_kept_whole_in_their_order() -> None:
    text = b"# made by x\n1,2\n3,4,5\n\n6,7\n8\n9,10"
    result = assert_restored(Table(columns=(2,)), text)
    first, second, kept, lengths, shapes = (stream.data for stream in result.streams)
    assert (first.tobytes(), second.tobytes()) == (b"1\n6\n", b"2\n7\n")
    assert kept.tobytes() == b"# made by x\n3,4,5\n\n8\n9,10\n"
    assert lengths.view("<u4").tolist() == [1, 1, 2, 1, 2]
    assert shapes.tolist() == [0, 1, 0, 1, 0]


def test_line_ends_in_quotations_are_parts_of_fields() -> None:
    result = assert_restored(Table(columns=(2,)), b'1,"a\n""b"" \nc"\n2,"d"\n3,"no end\n4,x\n')
    first, second, kept, *_ = (stream.data.tobytes() for stream in result.streams)
    assert first == b"1\n2\n4\n"
    assert second == b'"a\x0b""b"" \x0bc"\n"d"\nx\n'
    assert kept == b'3,"no end\n'


def test_quotations_without_an_end_hinder_little() -> None:
    text = b'1,5" wide\n3,4\n2,"never\n3,4\n' * 200 + bytes(range(11, 256)).replace(b'"', b"") + b"\n"
    result = assert_restored(Table(columns=(2,)), text)
    assert result.streams[0].data.tobytes().count(b"3") >= 350


def test_lines_of_other_numbers_of_fields_are_a_table_of_their_own() -> None:
    result = assert_restored(Table(separator=32, columns=(2, 3), merged=True), b"  a   b\nc  d e\nf  g\n")
    columns = [stream.data.tobytes() for stream in result.streams[:5]]
    assert columns == [b"  a\nf\n", b"  b\n g\n", b"c\n", b" d\n", b"e\n"]


def test_streams_that_do_not_fit_together_are_refused() -> None:
    transform = Table(columns=(2,))
    result = assert_restored(transform, b"1,2\n3,4\n")
    good = [stream.data for stream in result.streams]
    for place, other in ((0, b"1\n"), (1, b"2\n4\n6\n"), (2, b"x\n"), (3, b"\xff\xff\xff\xff"), (4, b"\x02")):
        streams = [*good[:place], array(other), *good[place + 1 :]]
        with pytest.raises(CorruptStream):
            transform.decode(streams, result.note, 1 << 24)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"%d,abc,%d,x\n", Table(columns=(4,), quote=0)),
        (b'%d;"a;b";%d\r\n', Table(separator=ord(";"), columns=(3,))),
        (b"%d\tabc, def\t%d\n", Table(separator=ord("\t"), columns=(3,), quote=0)),
        (b"  (%d, 'it''s, so', %d),\n", Table(columns=(4,), quote=ord("'"))),
        (b"%5d   %9d\n", Table(separator=32, quote=0, merged=True)),
    ],
)
def test_the_separator_is_found(line: bytes, expected: Table) -> None:
    text = b"".join(line % (n * n, n % 7) for n in range(500))
    assert expected in [proposal.chain[0] for proposal in proposals(Stream(array(text)))]


@pytest.mark.parametrize(
    "data", [b"", b"\n" * 100, b"no lines", bytes(1000), b"words of a text\nin lines\n" * 2]
)
def test_what_is_no_table_is_not_proposed(data: bytes) -> None:
    found = [proposal for proposal in proposals(Stream(array(data))) if isinstance(proposal.chain[0], Table)]
    assert found == []


def test_noise_is_no_table() -> None:
    data = np.random.default_rng(1).integers(0, 256, 1 << 16, dtype=np.uint8)
    assert not any(isinstance(proposal.chain[0], Table) for proposal in proposals(Stream(data)))
