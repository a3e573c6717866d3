"""The probes of a sampler, as this installation has them."""

from collections.abc import Mapping, Sequence

from metrics.probes.cpu import Cpu
from metrics.probes.memory import Memory
from metrics.sampling.readers import Reader


def near_readers() -> list[Reader]:
    """Return those that read the kernel."""
    return [Reader(probe) for probe in (Cpu(), Memory())]


def far_readers() -> Mapping[str, Sequence[Reader]]:
    """Return those that ask a server, by the name of their lane."""
    return {}
