"""What kind of content a file in an archive has, told from its bytes: alike files are to lie together."""

import re
from collections import Counter
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from compression.engine.limits import KiB
from compression.engine.media import detected
from compression.engine.streams import Array

LARGE = 64 * KiB
"""A file of so many bytes is worth a pipeline of its own, if its kind has structure."""
SAMPLE, SMALL_SAMPLE, HEAD = 16 * KiB, 2 * KiB, 64
"""Bytes of a file that are looked at: in the middle of a large one, and of others; and at the front."""
TEXTUAL = 0.97
NOISY, NOISE_SAMPLE = 7.5, 1 * KiB
"""Bits of a byte in content that is compressed already, and the bytes that tell it."""
LINES, FRONT, REGULAR = 8, 12, 0.3
"""Lines that tell whether they are alike; signs at their front that are compared; the part that must agree."""
COMMAS = 3
FILES = (b"\x89PNG", b"\x1f\x8b\x08", b"PK\x03\x04", b"GIF8", b"%PDF")
"""Files that hold compressed content which may be undone."""
_TEXT = np.zeros(256, np.bool_)
_TEXT[32:] = _TEXT[[9, 10, 12, 13]] = True
_SHAPES = bytes(
    48 if chr(sign).isdigit() else 97 if chr(sign).isalpha() or sign >= 128 else sign for sign in range(256)
)
_FIRST_NAME = re.compile(rb"(?:<[?!][^>]*>|[^<\"])*[<\"]([A-Za-z_][\w:.-]*)")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:[<{]|\[\s*[{\[\"\d-])")
ROOT = 512
"""Bytes in which the first tag or key must begin."""


class Content(IntEnum):
    """The kinds; their numbers are in pipelines."""

    TOLD = 0
    """Extended headers of an archive."""
    TEXT = 1
    LINES = 2
    """Tables, logs: lines that are alike."""
    MARKUP = 3
    """XML, JSON."""
    BINARY = 4
    FILE = 5
    """Images, sounds, archives."""
    NOISE = 6
    """Compressed already."""


READABLE = (Content.TEXT, Content.LINES, Content.MARKUP, Content.TOLD)
HIDDEN = (Content.BINARY, Content.FILE, Content.NOISE)
ALONE = 16
"""The number of a group for large files of a kind is so much more than that of the kind."""


class Likeness(NamedTuple):
    """A file's kind, and what those that are to lie beside it have in common; nothing for what has no structure."""

    kind: Content
    key: bytes | None = None


def likeness(data: Array, number: int) -> Likeness:
    """What the `number`-th file of an archive is like."""
    large = len(data) >= LARGE
    most = SAMPLE if large else SMALL_SAMPLE
    start = max(len(data) - most, 0) // 2
    sample = data[start : start + most]
    head = data[:HEAD].tobytes()
    if head.startswith(FILES) or (large and detected(data) is not None):
        return Likeness(Content.FILE, b"%d" % number if large else None)
    if not all(np.count_nonzero(_TEXT[part]) >= TEXTUAL * len(part) for part in (sample, data[:HEAD])):
        if _noisy(sample):
            return Likeness(Content.NOISE)
        return Likeness(Content.BINARY, b"%d" % number if large else None)
    if _MARKUP.match(head):
        return Likeness(Content.MARKUP, _root(data[:ROOT].tobytes()))
    shape = _shape(sample.tobytes()) if len(sample) >= NOISE_SAMPLE else b""
    return Likeness(Content.LINES, shape if large else None) if shape else Likeness(Content.TEXT)


def _noisy(sample: Array) -> bool:
    """Whether the bytes are all about as frequent."""
    if len(sample) < NOISE_SAMPLE:
        return False
    parts = np.bincount(sample, minlength=256) / len(sample)
    parts = parts[parts > 0]
    return float(-(parts * np.log2(parts)).sum()) > NOISY


def _root(head: bytes) -> bytes:
    """The first tag of a document, or the first key."""
    found = _FIRST_NAME.match(head)
    return found[1].lower() if found else b""


def _shape(sample: bytes) -> bytes:
    """What most lines are like, where many are; runs of digits and of letters count as one."""
    signs = re.sub(rb"0+", b"0", re.sub(rb"a+", b"a", sample.translate(_SHAPES)))
    lines = [line for line in signs.split(b"\n")[1:-1] if len(line) > 1]
    if len(lines) < LINES:
        return b""
    front, often = Counter(line[:FRONT] for line in lines).most_common(1)[0]
    told = b"0" in front or sum(map(front.count, (b",", b";", b"\t", b"|"))) >= COMMAS
    if not told or often < REGULAR * len(lines):
        return b""
    return Counter(line for line in lines if line.startswith(front)).most_common(1)[0][0][:64]


Told = tuple[Likeness, int]
"""What a file is like, and its size."""


def likenesses(parts: list[Array], told: list[bool]) -> list[Told]:
    """What the files are like; `told` says which are extended headers."""
    return [
        (Likeness(Content.TOLD) if is_told else likeness(part, number), len(part))
        for number, (part, is_told) in enumerate(zip(parts, told, strict=True))
    ]


def largest(files: list[Told]) -> list[tuple[Likeness, int]]:
    """What alike files that are worth a pipeline of their own come to together, the largest first."""
    sizes: Counter[Likeness] = Counter()
    for like, size in files:
        if like.key is not None:
            sizes[like] += size
    return [(like, size) for like, size in sizes.most_common() if size >= LARGE]


def grouped(files: list[Told], groups: tuple[int, ...]) -> list[int]:
    """The group of each file. `groups`: the kind of each group, and `ALONE` more for those of alike files.

    Of these the largest get the groups of their kind, in the order of their appearance.
    """
    ranked = [like for like, _ in largest(files)]
    own: dict[Likeness, int] = {}
    for kind in Content:
        free = [number for number, group in enumerate(groups) if group == kind + ALONE]
        chosen = set([like for like in ranked if like.kind == kind][: len(free)])
        appearing = dict.fromkeys(like for like, _ in files if like in chosen)
        own |= zip(appearing, free, strict=False)
    shared = {kind: _shared(kind, groups) for kind in Content}
    return [own.get(like, shared[like.kind]) for like, _ in files]


def _shared(kind: Content, groups: tuple[int, ...]) -> int:
    """The group of a kind, or of one that is near it."""
    near = READABLE if kind in READABLE else HIDDEN
    return next((groups.index(other) for other in (kind, *near) if other in groups), len(groups) - 1)
