"""Tar archives, and parts of them: which kinds of files are in it, and which are worth a pipeline of their own."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.contents import ALONE, LARGE, Content, Told, largest, likenesses
from compression.engine.limits import KiB, MiB
from compression.engine.streams import Array, Kind, Stream, array
from compression.engine.tar import BLOCK, MAGIC, content_size, members, padded, resized
from compression.engine.transforms.tar import Tar, pieces_of

SEEN = 2 * MiB
"""Bytes in which a header must be: no member before the first is longer than that."""
LEAST = 2 * KiB
"""Bytes of a kind that are worth a group."""
MOST_ALONE = 8
VARIED, ALIKE = 0.8, 0.97
"""What is left of archives of several kinds of files, and of such of one kind, at most."""


@proposer(Kind.BYTES, first=True)
def tar(stream: Stream) -> Iterator[Proposal]:
    """Members in groups."""
    if not in_archive(stream.data):
        return
    pieces = pieces_of(stream.data)
    if not any(len(piece.data) for piece in pieces):
        return
    groups = _groups(likenesses([piece.data for piece in pieces], [piece.told for piece in pieces]))
    reason = f"a tar archive: {len(pieces)} files in {len(groups)} groups"
    expected = VARIED if len(groups) > 1 else ALIKE
    yield Proposal((Tar(groups=groups),), reason, expected=expected, sole=True)


def abridged(data: Array, most: int) -> Array | None:
    """An archive of about `most` bytes with the beginnings of large members, and some of the others as they are.

    None where content is no archive. What is at the front of an archive tells little of the files behind.
    """
    found = list(members(data.tobytes())) if in_archive(data) else []
    if not found:
        return None
    share = most / len(data)
    parts = [data[: min(found[0].start, max(LARGE, int(found[0].start * share)))]]
    owed = float(LARGE)
    for member in found:
        owed += (member.there + BLOCK) * share
        wanted = min(member.there, max(LARGE, int(member.there * share)))
        if 2 * owed >= wanted:
            owed -= wanted + BLOCK
            start = member.start + BLOCK
            parts.append(array(resized(data[member.start : start].tobytes(), wanted)))
            parts.append(data[start : start + wanted])
            parts.append(np.zeros(padded(wanted) - wanted, np.uint8))
    return np.concatenate(parts)


def in_archive(data: Array) -> bool:
    """Whether content is a tar archive, or a part of one; costs next to nothing."""
    front = data[:SEEN].tobytes()
    may = MAGIC in front or content_size(front[:BLOCK]) is not None
    return may and next(members(front), None) is not None


def _groups(files: list[Told]) -> tuple[int, ...]:
    """A group for each kind that there is enough of, and for the largest files that are alike."""
    own = [like for like, _ in largest(files)[:MOST_ALONE]]
    sizes: Counter[Content] = Counter()
    for like, size in files:
        if like not in own:
            sizes[like.kind] += size
    kinds = sorted(int(kind) for kind, size in sizes.items() if size >= LEAST)
    appearing = dict.fromkeys(like for like, _ in files if like in own)
    return (*kinds, *(like.kind + ALONE for like in appearing)) or (int(Content.TEXT),)
