"""One frame through pipelines, soundly.

Every frame is decoded again before it is written. What a part of a pipeline gets wrong, be it a library's fault or
content of another form, costs ratio and never a byte: the frame goes on to the next candidate, in the end to `store`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from compression.engine.errors import Unfit, VerificationFailed
from compression.engine.leaves import Leaf
from compression.engine.leaves.store import Store
from compression.engine.limits import Limits
from compression.engine.mending import mended
from compression.engine.pipeline import End, Pipeline
from compression.engine.streams import Array

STORED = Pipeline.of(End(Store()))


@dataclass(frozen=True)
class Coded:
    """A frame, encoded and verified. `faults`: what went wrong with pipelines that were tried before this one."""

    data: Array
    pipeline: Pipeline
    payload: bytes
    faults: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """Bytes of payload for one of content."""
        return len(self.payload) / max(len(self.data), 1)


@dataclass(frozen=True)
class Coder:
    """Encodes frames soundly: within `limits` of decoding, and with `leaf` in place of what does not fit."""

    leaf: Leaf
    limits: Limits = field(default_factory=Limits)

    def coded(self, data: Array, candidates: Iterable[Pipeline]) -> Coded:
        """The frame by the first candidate that encodes it soundly and makes it smaller; stored where none does."""
        faults: list[str] = []
        for pipeline in candidates:
            try:
                frame = self._fitted(data, pipeline)
            except Exception as error:
                # Whatever it is, a library's fault or one of ours: the content is what counts.
                faults.append(f"{pipeline.name[:12]}: {error!r}")
            else:
                if frame is not None:
                    return replace(frame, faults=tuple(faults))
        return Coded(data, STORED, STORED.encode(data), tuple(faults))

    def _fitted(self, data: Array, pipeline: Pipeline) -> Coded | None:
        """The frame by a pipeline, mended where that is needed; None where it does not fit or is not smaller."""
        try:
            payload = pipeline.encode(data)
        except Unfit:
            changed = mended(pipeline, data, self.leaf)
            if changed is None:
                return None
            pipeline, payload = changed, changed.encode(data)
        if len(payload) >= len(data):
            return None
        if not np.array_equal(pipeline.decode(payload, len(data), self.limits), data):
            raise VerificationFailed("Decoding gave other bytes than were encoded")
        return Coded(data, pipeline, payload)
