"""Sequences of bases: FASTA and FASTQ, known by their first lines."""

from collections.abc import Iterable

import numpy as np

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.limits import KiB
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.sequences import Sequences

SAMPLE = 32 * KiB
BASES = 0.8
"""So much of the lines with sequences must be bases."""
FORMS = {b">": "fasta", b"@": "fastq"}


@proposer(Kind.BYTES, Kind.TEXT)
def sequences(stream: Stream) -> Iterable[Proposal]:
    """Files of sequences."""
    if form := form_of(stream.data):
        yield Proposal((Sequences(form=form),), f"sequences of bases ({form.upper()})", whole=True)


def form_of(data: Array) -> str:
    """The form of the sequences that `data` begins with; empty where there are none."""
    form = FORMS.get(data[:1].tobytes())
    if form is None:
        return ""
    lines = data[:SAMPLE].tobytes().split(b"\n")
    if form == "fastq":
        text = b"".join(lines[1::4])
    else:
        text = b"".join(line for line in lines if not line.startswith(b">"))
    letters = np.frombuffer(text, np.uint8)
    found = len(letters) and np.isin(letters, np.frombuffer(b"ACGTNacgtn", np.uint8)).mean() >= BASES
    return form if found else ""
