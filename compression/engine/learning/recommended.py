"""What is recommended for some content, as plain values: nothing here needs the engine that finds it out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from compression.engine.learning.predicting import FIGURES, Interval, Prediction

SEARCH = "search"
"""The name of the entry that is no action: a pipeline searched for this content."""


@dataclass(frozen=True)
class Sampled:
    """A trial on a sample: bytes before and after, CPU seconds to compress. `best`: of all that were made, of the
    action that stands first."""

    bytes: int
    size: int
    cpu_s: float
    best: bool = False

    @property
    def ratio(self) -> float:
        """Bytes of content for one of output."""
        return self.bytes / max(self.size, 1)


@dataclass(frozen=True)
class Entry:
    """One way to compress the content: what to call, what is to be expected, and why, in words.

    `predicted` has an interval for each of FIGURES. `misses` are the names of constraints that it is not expected
    to keep to.
    """

    action: str
    algorithm: str
    level: int | None
    params: Mapping[str, Any]
    predicted: Mapping[str, Interval]
    reasons: tuple[str, ...]
    misses: tuple[str, ...] = ()
    tried: Sampled | None = None

    @property
    def search(self) -> bool:
        """Whether a pipeline is searched for."""
        return self.action == SEARCH

    @property
    def prediction(self) -> Prediction:
        """What is predicted, as one."""
        return Prediction(self.action, **self.predicted)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The inverse of `dataclasses.asdict`."""
        told = config["tried"]
        return cls(
            action=config["action"],
            algorithm=config["algorithm"],
            level=config["level"],
            params=dict(config["params"]),
            predicted={name: Interval(**config["predicted"][name]) for name in FIGURES},
            reasons=tuple(map(str, config["reasons"])),
            misses=tuple(map(str, config["misses"])),
            tried=told and Sampled(**told),
        )


@dataclass(frozen=True)
class Recommendation:
    """All that can be recommended for content of `size` bytes, the best first.

    `content` says in a few words what it is; `incompressible` why nothing is to be gained, where that is so. `features`
    and the trials are of the sample, whose hash is `sample_sha256`. `state` is the name of what predicted, `cpu_s` the
    CPU seconds that all of it took.
    """

    size: int
    content: str
    incompressible: str
    features: Mapping[str, float]
    sample_sha256: str
    sample_bytes: int
    entries: tuple[Entry, ...]
    state: str
    machine: float
    cpu_s: float

    @property
    def best(self) -> Entry:
        """The first one."""
        return self.entries[0]

    def top(self, limit: int) -> list[tuple[int, Entry]]:
        """The first ones with their ranks; the search is among them wherever it stands, if there is room for two."""
        ranked = list(enumerate(self.entries, 1))
        shown, left = ranked[:limit], ranked[limit:]
        searched = [one for one in left if one[1].search]
        return [*shown[:-1], *searched] if searched and limit > 1 else shown

    def config(self) -> dict[str, Any]:
        """The recommendation as JSON data."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The inverse of `config()`; raises TypeError, KeyError or AttributeError for what is none."""
        entries = tuple(Entry.from_config(one) for one in config["entries"])
        if not entries:
            raise KeyError("entries")
        return cls(**{**config, "entries": entries})
