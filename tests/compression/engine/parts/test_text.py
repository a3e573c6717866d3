"""Text by templates, characters and sequences: what is proposed, what comes apart, and that what is odd stays."""

import numpy as np
import pytest

from compression.engine.analysis import proposals
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import Kind, Stream, array, words
from compression.engine.transforms import Transform
from compression.engine.transforms.characters import Characters
from compression.engine.transforms.sequences import Sequences
from compression.engine.transforms.templates import Templates

from .trips import assert_restored, restored

LINES = 800
IDS, TEXTS, CHOSEN, OTHERS, FIRST = range(5)


def proposed(text: bytes, kind: type[Transform], stream: Kind = Kind.BYTES) -> list[Transform]:
    """The transforms of this kind that are proposed for a text."""
    found = [proposal.chain[0] for proposal in proposals(Stream(array(text), 1, stream))]
    return [transform for transform in found if isinstance(transform, kind)]


def apart(transform: Transform, text: bytes) -> list[bytes]:
    """The streams that come out, proved to lead back."""
    return [stream.data.tobytes() for stream in assert_restored(transform, text).streams]


def log(lines: int = LINES) -> bytes:
    """Lines of three kinds, and some that are like no other."""
    random = np.random.default_rng(5)
    forms = (
        "2024-03-01 10:{m:02}:{s:02},{n:03} INFO worker: took block blk_{b} from 10.0.{a}.7:{p}\n",
        "2024-03-01 10:{m:02}:{s:02},{n:03} WARN disk: {a} % full\n",
        "2024-03-01 10:{m:02}:{s:02},{n:03} INFO worker: gave block blk_{b} to node{a}, again blk_{b}\n",
    )
    written = []
    for line in range(lines):
        numbers = [int(n) for n in random.integers(0, 1000, 3)]
        text = forms[numbers[0] % 3].format(
            m=line // 60 % 60,
            s=line % 60,
            n=numbers[1],
            b=10**9 + numbers[2] ** 3,
            a=numbers[0] % 200,
            p=50010,
        )
        written.append(text if line % 97 else f"what is this, {'abcdefghij'[line // 97]}?\n")
    return "".join(written).encode()


def bases(count: int, seed: int = 3) -> bytes:
    """Letters at random."""
    return np.frombuffer(b"ACGT", np.uint8)[np.random.default_rng(seed).integers(0, 4, count)].tobytes()


def other_strand(sequence: bytes) -> bytes:
    """The complement, backwards."""
    return sequence.translate(bytes.maketrans(b"ACGT", b"TGCA"))[::-1]


# Templates


def test_slots_are_gathered_by_column() -> None:
    text = b"at 10:05 got 7 of ab1\nat 10:06 got 12 of ab1\nnothing\nat 10:07 got 9 of ab2\n"
    streams = apart(Templates(by="prefix", columns=4), text)
    assert streams[IDS] == b"\x01\x01\x00\x01"
    assert streams[TEXTS] == b"at \0:\0 got \0 of ab\0\n\x01"
    assert streams[OTHERS] == b"nothing\n"
    assert streams[FIRST:] == [b"10\n10\n10\n", b"05\n06\n07\n", b"7\n12\n9\n", b"1\n1\n2\n", b""]


def test_what_a_record_repeats_of_itself_is_kept_once() -> None:
    text = b"".join(b"block 1%07d is 1%07d now\n" % (n, n) for n in range(100, 109))
    streams = apart(Templates(columns=2), text)
    assert streams[FIRST + 1] == b""
    assert len(streams[FIRST]) == 9 * 9


def test_strings_are_slots_and_keys_are_not() -> None:
    text = b'{"id": "a\\"7", "n": -1.5}\n{"id": "", "n": 20}\n'
    streams = apart(Templates(slots="numbers", quote=34, by="prefix", columns=2), text)
    assert streams[TEXTS] == b'{"id": "\0", "n": \0}\n\x01'
    assert streams[FIRST:] == [b'a\\"7\n\n', b"-1.5\n20\n", b""]


@pytest.mark.parametrize(
    "odd", [b"\0", b"\x01", b"\n", b"a\0b\n", b'"\n', b"\r\n", b"12\x0112\n" * 3, b"\xff" * 9]
)
def test_odd_records_between_others_are_kept(odd: bytes) -> None:
    line = b'a 12 "x" 3\n'
    for text in (odd, line * 2 + odd + line, line * 2 + odd, odd + line * 2 + b"a 12"):
        for slots in ("digits", "numbers", "words"):
            templates = Templates(slots=slots, quote=34)
            assert restored(templates, templates.encode(Stream(array(text)))) == text


def test_logs_are_proposed_and_become_smaller() -> None:
    text = log()
    found = proposed(text, Templates)
    assert found
    streams = apart(found[0], text)
    assert streams[OTHERS].count(b"what") == len(range(0, LINES, 97))
    assert sum(map(len, streams)) < 0.7 * len(text)


def test_records_that_end_with_brackets_are_found_in_one_line() -> None:
    random = np.random.default_rng(1)
    points = ",".join(f"[{x / 1000:.3f},{y / 1000:.3f}]" for x, y in random.integers(0, 90_000, (LINES, 2)))
    found = proposed(f'{{"points":[{points}]}}'.encode(), Templates)
    assert found
    assert isinstance(found[0], Templates)
    assert b"]" in found[0].ends


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n" * 5000,
        bytes(range(256)) * 64,
        np.random.default_rng(2).bytes(1 << 15),
        b"the quick brown fox jumps over the lazy dog and nobody counts\n" * 200,
    ],
    ids=["nothing", "line ends", "all bytes", "noise", "prose"],
)
def test_templates_are_proposed_for_nothing_else(text: bytes) -> None:
    assert proposed(text, Templates) == []


def test_a_quotation_mark_that_is_a_digit_does_no_harm() -> None:
    text = b"0510 5551 00 5 1 \\5 0\n" * 9
    for quote in b"05\n\\":
        templates = Templates(quote=quote, ends=b"1")
        assert restored(templates, templates.encode(Stream(array(text)))) == text


# Characters


@pytest.mark.parametrize("form", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_text_is_one_byte_a_character(form: str) -> None:
    text = "\ufeff" + "Жили-были дед и баба, 12 лет.\n" * 60 + "\U0001f600"
    encoding = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(form, form)
    content = text.encode(encoding)
    assert Characters(form=form) in proposed(content, Characters)
    numbers, table, rare = apart(Characters(form=form), content)
    assert len(numbers) - len(text) in (-1, 0)
    assert b", 12 " in numbers
    assert rare == b""
    beyond = text[1:].encode("utf-16-le" if "16" in form else "utf-32-le")
    units = np.frombuffer(beyond, "<u2" if "16" in form else "<u4")
    assert len(table) == np.unique(units[units >= 128]).size * units.itemsize
    for cut in range(1, 5):
        apart(Characters(form=form), content[:-cut])


def test_other_bytes_are_no_characters() -> None:
    with pytest.raises(Unfit):
        Characters().encode(Stream(array(b"\xff\xfe and more")))
    noise = np.random.default_rng(4).integers(-3000, 3000, 4096).astype("<i2").tobytes()
    for content in (noise, b"plain text\n" * 300, bytes(4096), bytes(range(256)) * 16):
        assert proposed(content, Characters) == []


def test_an_impossible_character_is_refused() -> None:
    with pytest.raises(CorruptStream):
        Characters().decode([array(b"\x80"), array(b"\x00\xd8\x00\x00"), array(b"")], b"\x00\x00", 100)


# Sequences


def test_sequences_come_apart() -> None:
    content = b">one\nACGTNNNN\nacgt\n\n>two\nAC*\n"
    streams = apart(Sequences(), content)
    assert streams[0][:4] == b"ACGT"
    assert len(streams[0]) == 15
    assert streams[2] == b">one\n>two\n"
    assert words(array(streams[3]), 4).tolist() == [0, 9, 5, 1, 0, 4]
    assert words(array(streams[4]), 4).tolist() == [8, 4]
    assert [words(array(part), 4).tolist() for part in streams[5:7]] == [[4, 6], [4, 1]]
    assert streams[7] == b"N*"
    assert apart(Sequences(), content[:-1])[0] == streams[0]


def test_the_other_strand_is_turned() -> None:
    sequence = bases(400)
    content = b">a\n%s\n>b\n%s\n>c\n%s\n" % (sequence, other_strand(sequence), bases(400, 9))
    streams = apart(Sequences(), content)
    assert streams[0][:800] == sequence * 2
    assert streams[1] == b"\0\0\x01\0"


def test_reads_come_apart_as_far_as_they_are_whole() -> None:
    read = b"@r%d\nACGTACGTNA\n+\nIIIIHHHH!G\n"
    whole = b"".join(read % n for n in range(300))
    assert proposed(whole, Sequences) == [Sequences(form="fastq")]
    streams = apart(Sequences(form="fastq"), whole + b"@r\nACG")
    assert len(streams[0]) == 3000
    assert streams[-2:] == [b"IIIIHHHH!G" * 300, b"@r\nACG"]
    assert apart(Sequences(form="fastq"), read % 1 + b"x\n\n+\n\n" + read % 2)[-1].startswith(b"x")


def test_proteins_and_mail_are_no_sequences() -> None:
    for content in (
        b">sp|P1\nMKVLAAGIVGLLLAQWERTYFP\n" * 50,
        b"> quoted\nwords\n" * 50,
        b"@home\n" * 50,
        b">",
        b"@",
    ):
        assert proposed(content, Sequences) == []
    with pytest.raises(Unfit):
        Sequences(form="fastq").encode(Stream(array(b"no reads\n" * 8)))


def test_parameters_are_checked() -> None:
    with pytest.raises(InvalidParams):
        Templates(ends=b"123456789")
    with pytest.raises(InvalidParams):
        Templates(columns=201)
