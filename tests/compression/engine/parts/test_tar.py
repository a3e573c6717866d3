"""Tar archives: found, cut where members begin, their files in groups by kind, and each group looked at for itself."""

import io
import random
import tarfile

import pytest

from compression.engine.analysis.tar import abridged, tar
from compression.engine.contents import ALONE, Content, grouped, largest, likeness, likenesses
from compression.engine.pipeline import Node
from compression.engine.searching import search
from compression.engine.streams import Stream, array
from compression.engine.tar import BLOCK, members
from compression.engine.transforms.tar import FIXED, Tar

RANDOM = random.Random(5)
TABLE = b"".join(
    b"%d,%d.%d,%s\n" % (n, n * n % 977, n % 10, RANDOM.choice((b"red", b"blue"))) for n in range(6000)
)
NOISE = RANDOM.randbytes(20_000)
PROSE = b"It was a dark and stormy night, and nobody knew why; the rain fell in torrents.\n" * 40
PAGE = b'<!DOCTYPE html>\n<html lang="en"><body><p>' + PROSE + b"</p></body></html>\n"
NUMBERS = b"".join((n * 7).to_bytes(4, "little") for n in range(20_000))
FILES = {"a.csv": TABLE, "noise": NOISE, "a.txt": PROSE, "a.html": PAGE, "b": NUMBERS, "empty": b""}
KINDS = {
    "a.csv": Content.LINES,
    "noise": Content.NOISE,
    "a.txt": Content.TEXT,
    "a.html": Content.MARKUP,
    "b": Content.BINARY,
}


def archive(files: dict[str, bytes]) -> bytes:
    """A tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as writing:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            writing.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("name", KINDS)
def test_kinds_are_told_from_bytes(name: str) -> None:
    assert likeness(array(FILES[name]), 0).kind is KINDS[name]


def test_an_archive_is_found_and_its_large_files_are_alone() -> None:
    (proposal,) = tar(Stream(array(archive(FILES))))
    assert proposal.sole
    (found,) = proposal.chain
    assert isinstance(found, Tar)
    assert found.groups == (
        Content.TEXT,
        Content.MARKUP,
        Content.NOISE,
        Content.LINES + ALONE,
        Content.BINARY + ALONE,
    )
    streams = found.encode(Stream(array(archive(FILES)))).streams[FIXED:]
    assert [stream.data.tobytes() for stream in streams] == [PROSE, PAGE, NOISE, TABLE, NUMBERS]


@pytest.mark.parametrize(
    "content",
    [b"", b"ustar", PROSE + b"ustar" + PROSE, NOISE],
    ids=["nothing", "a mark", "a mark in text", "noise"],
)
def test_other_content_is_left_alone(content: bytes) -> None:
    assert not list(tar(Stream(array(content))))


def test_a_header_alone_is_an_archive_without_files() -> None:
    assert not list(tar(Stream(array(archive(FILES)[:BLOCK]))))


def test_files_of_a_kind_that_has_no_group_go_to_one_near_it() -> None:
    told = likenesses([array(content) for content in FILES.values()], [False] * len(FILES))
    assert grouped(told, (Content.TEXT, Content.NOISE)) == [0, 1, 0, 0, 1, 0]
    assert grouped(told, (Content.FILE, Content.LINES + ALONE)) == [1, 0, 1, 1, 0, 1]
    assert [like.kind for like, _ in largest(told)] == [Content.LINES, Content.BINARY]


def test_it_is_cut_where_a_member_begins() -> None:
    whole = array(archive(FILES))
    starts = [member.start for member in members(whole.tobytes())]
    part = whole[: starts[-2] + 3000]
    assert Tar().cut(part) == starts[-2]
    assert Tar().cut(whole) == len(whole)
    assert Tar().cut(whole[:3000]) == 3000


def test_an_abridged_archive_has_all_large_files() -> None:
    whole = archive({f"{number}": TABLE if number % 40 == 0 else PROSE for number in range(200)})
    short = abridged(array(whole), len(whole) // 2)
    assert short is not None
    assert len(short) < 0.7 * len(whole)
    with tarfile.open(fileobj=io.BytesIO(short.tobytes())) as reading:
        assert sum(member.size >= len(TABLE) // 2 for member in reading) == 5
    assert abridged(array(PROSE), 100) is None


def test_a_file_gets_the_pipeline_that_it_would_get_outside() -> None:
    found, _ = search(archive({"a": PROSE, "b": TABLE}), max_trials=400)
    alone, _ = search(TABLE, max_trials=400)
    assert isinstance(found.root, Node)
    assert isinstance(found.root.transform, Tar)
    assert isinstance(alone.root, Node)
    assert alone.root.transform in [node.transform for node in found.nodes() if isinstance(node, Node)]
