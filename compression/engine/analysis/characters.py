"""Text with more than one byte for a character: UTF-16, UTF-32, and UTF-8 that is hardly ASCII."""

from collections.abc import Iterable, Iterator

import numpy as np

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.limits import KiB
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.characters import FORMS, Characters

SAMPLE = 32 * KiB
LEAST = 256
HIGH = 0.05
"""So many bytes of UTF-8 must belong to characters beyond ASCII."""
ODD = 0.002
"""So many characters may be controls or not in use."""
BLOCKS = 0.9
"""So many of the characters must be in the commonest blocks of 256: more are numbers rather than text."""
COMMON = 6
CONTROLS = (9, 10, 12, 13)


@proposer(Kind.BYTES, Kind.TEXT)
def characters(stream: Stream) -> Iterable[Proposal]:
    """Whole texts, told by a sample."""
    middle = max(stream.size - SAMPLE, 0) // 2 // 4 * 4
    sample = stream.data[middle : middle + SAMPLE]
    if len(sample) >= LEAST:
        for form in _forms(sample):
            yield Proposal((Characters(form=form),), f"{form.upper()}: a byte for each character")


def _forms(sample: Array) -> Iterator[str]:
    zeros, high = float((sample == 0).mean()), float((sample >= 0x80).mean())
    if zeros == 0 and high >= HIGH:
        text = sample.tobytes().decode("utf-8", "ignore")
        if len(text.encode()) >= len(sample) - 6:
            yield "utf-8"
    for form in ("utf-16", "utf-16-be", "utf-32"):
        kind = np.dtype(FORMS[form])
        if _is_text(np.frombuffer(sample[: len(sample) // kind.itemsize * kind.itemsize].tobytes(), kind)):
            yield form


def _is_text(units: np.ndarray[tuple[int], np.dtype[np.unsignedinteger]]) -> bool:
    """Whether these are characters of few scripts, spaces and line ends among them, and hardly any controls."""
    odd = ((units < 32) & ~np.isin(units, CONTROLS)) | (units >= 0xE000)
    if odd.mean() > ODD or not ((units == ord(" ")) | (units == ord("\n"))).any():
        return False
    blocks = np.sort(np.bincount(np.minimum(units >> 8, 255)))
    return bool(blocks[-COMMON:].sum() >= BLOCKS * len(units)) and int(units.min()) < 128
