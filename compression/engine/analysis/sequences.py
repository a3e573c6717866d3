"""Sequences of bases: FASTA and FASTQ, known by their first lines."""

from collections.abc import Iterable

import numpy as np

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.limits import KiB
from compression.engine.streams import Kind, Stream
from compression.engine.transforms.sequences import Sequences

SAMPLE = 32 * KiB
BASES = 0.8
"""So much of the lines with sequences must be bases."""
FORMS = {b">": "fasta", b"@": "fastq"}


@proposer(Kind.BYTES, Kind.TEXT)
def sequences(stream: Stream) -> Iterable[Proposal]:
    """Files of sequences."""
    form = FORMS.get(stream.data[:1].tobytes())
    if form is None:
        return
    lines = stream.data[:SAMPLE].tobytes().split(b"\n")
    if form == "fastq":
        text = b"".join(lines[1::4])
    else:
        text = b"".join(line for line in lines if not line.startswith(b">"))
    letters = np.frombuffer(text, np.uint8)
    if len(letters) and np.isin(letters, np.frombuffer(b"ACGTNacgtn", np.uint8)).mean() >= BASES:
        yield Proposal((Sequences(form=form),), f"sequences of bases ({form.upper()})", whole=True)
