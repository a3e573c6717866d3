"""Programs and libraries: content with machine code."""

from collections.abc import Iterator

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.machine_code import MACHINES, runs
from compression.engine.streams import Kind, Stream
from compression.engine.transforms.branches import Branches


@proposer(Kind.BYTES)
def executables(stream: Stream) -> Iterator[Proposal]:
    """Absolute addresses for the processor whose calls occur."""
    found = {machine: sum(count for _, count in runs(stream.data, machine)) for machine in MACHINES}
    machine = max(found, key=lambda name: found[name])
    if found[machine]:
        yield Proposal((Branches(machine=machine),), f"code for {machine}", whole=True)
