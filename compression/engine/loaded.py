"""All of the engine, in memory: what a host loads so that its children, who can open no file, have it."""

import numpy as np
import numpy.ma

from compression.engine import kernels
from compression.engine.analysing import analyze
from compression.engine.compressing import compress
from compression.engine.isolation import analysing, measuring, optimising, recommending
from compression.engine.learning import shipped
from compression.engine.learning.measuring import outcome_of
from compression.engine.learning.recommending import recommend_bytes
from compression.engine.reading import decompress
from compression.engine.searching import Aim, Objective

__all__ = ["analysing", "analyze", "compress", "decompress", "measuring", "optimising", "recommending"]


def _samples() -> list[bytes]:
    """A little content of several sorts, so that all which is loaded at first use is there."""
    numbers = np.cumsum(np.arange(600) % 7)
    lines = [f"{n},2024-01-{1 + n % 28:02d},{n / 8:.3f},name {n % 9}\n" for n in range(80)]
    return [
        "".join(lines).encode(),
        "".join(f'{{"id": {n}, "value": "{n * n}"}}\n' for n in range(80)).encode(),
        numbers.astype("<u4").tobytes(),
        (numbers / 100).astype("<f8").tobytes(),
        bytes(4000),
    ]


kernels.warm()
for _sample in _samples():
    analyze(_sample)
    outcome_of(_sample, "", "", 1.0)
    recommend_bytes(_sample, shipped.prior(), Aim(Objective.RATIO), budget_cpu_s=0.05)
    for _objective in Objective:
        decompress(compress(_sample, _objective, max_trials=100))
