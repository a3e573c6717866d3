"""What a comparison's measurements say: ratios, speeds with intervals, the Pareto front, the offers for a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from compression.compare.link import BreakEven, Offer, Sent, break_evens
from compression.compare.measuring import LEAST, TIGHT, speed
from compression.compare.models import Comparison, Measurement
from compression.compare.pareto import front
from compression.snippets import changed
from compression.statistics import Estimate, typical

# The input as it is, without any work: what every candidate has to beat on a link.
AS_IT_IS = "as it is"


@dataclass(frozen=True)
class Row:
    """A candidate with its figures; speeds in MB (10^6 bytes) of original data a second.

    `pareto`: no other candidate is at least as good in ratio, compression and decompression speed and better in one.
    """

    measurement: Measurement
    original_size: int
    pareto: bool

    @property
    def key(self) -> str:
        """A name of its own within the comparison."""
        return str(self.measurement.position)

    @property
    def name(self) -> str:
        """The candidate in words: zstd 19, window_log 27."""
        row = self.measurement
        level = "" if row.level is None or row.algorithm.is_dynamic else f" {row.level}"
        return ", ".join([f"{row.algorithm.name}{level}", *(f"{k} {v}" for k, v in self.settings.items())])

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters but the level that differ from their defaults."""
        return (
            {}
            if self.measurement.algorithm.is_dynamic
            else changed(self.measurement.algorithm, self.measurement.params)
        )

    @property
    def failed(self) -> bool:
        """Whether it has an error in place of figures."""
        return bool(self.measurement.error_code)

    @property
    def ratio(self) -> float | None:
        """Original bytes per compressed byte."""
        size = self.measurement.compressed_size
        return self.original_size / size if size and not self.failed else None

    @cached_property
    def compress(self) -> Estimate | None:
        """Compression speed by wall time."""
        return self._speed(self.measurement.compress_seconds)

    @cached_property
    def compress_cpu(self) -> Estimate | None:
        """Compression speed by CPU time."""
        return self._speed(self.measurement.compress_cpu_seconds)

    @cached_property
    def decompress(self) -> Estimate | None:
        """Decompression speed by wall time."""
        return self._speed(self.measurement.decompress_seconds)

    @cached_property
    def decompress_cpu(self) -> Estimate | None:
        """Decompression speed by CPU time."""
        return self._speed(self.measurement.decompress_cpu_seconds)

    def _speed(self, seconds: Sequence[float]) -> Estimate | None:
        return None if self.failed else speed(self.original_size, seconds)

    @property
    def repetitions(self) -> int:
        """How often it was run."""
        return len(self.measurement.compress_seconds)

    @property
    def tight(self) -> bool:
        """Whether the intervals of its speeds became as narrow as is asked for."""
        found = (self.compress, self.decompress)
        return self.repetitions >= LEAST and all(one is not None and one.spread <= TIGHT for one in found)

    @cached_property
    def compress_s(self) -> float | None:
        """Wall seconds of a typical compression."""
        return _seconds(self.measurement.compress_seconds)

    @cached_property
    def decompress_s(self) -> float | None:
        """Wall seconds of a typical decompression."""
        return _seconds(self.measurement.decompress_seconds)

    @property
    def offer(self) -> Offer | None:
        """What it offers for a link; None where it failed."""
        size, compress_s, decompress_s = self.measurement.compressed_size, self.compress_s, self.decompress_s
        if self.failed or size is None or compress_s is None or decompress_s is None:
            return None
        return Offer(self.key, size, compress_s, decompress_s)


def _seconds(runs: Sequence[float]) -> float | None:
    return typical([max(value, 1e-9) for value in runs]).value if runs else None


def rows(comparison: Comparison) -> list[Row]:
    """Return the candidates in the order they were asked for; makes no query where measurements are prefetched."""
    plain = [Row(row, comparison.original_size, False) for row in comparison.measurements.all()]
    sound = [row for row in plain if not row.failed]
    points = [
        (row.ratio or 0.0, row.compress.value if row.compress else 0.0, row.decompress.value if row.decompress else 0.0)
        for row in sound
    ]  # fmt: skip
    best = {row.key for row, on_front in zip(sound, front(points), strict=True) if on_front}
    return [Row(row.measurement, row.original_size, row.key in best) for row in plain]


def offers(comparison: Comparison, found: Sequence[Row]) -> list[Offer]:
    """Return what the candidates offer for a link, and the input as it is."""
    plain = Offer(AS_IT_IS, comparison.original_size, 0.0, 0.0)
    return [plain, *(row.offer for row in found if row.offer is not None)]


def winners(comparison: Comparison, found: Sequence[Row], sent: Sent) -> list[BreakEven]:
    """Return the bandwidths at which the winner changes, the slowest link first."""
    return break_evens(offers(comparison, found), sent)


def names(found: Sequence[Row]) -> dict[str, str]:
    """Return the name of each offer by its key."""
    return {AS_IT_IS: AS_IT_IS, **{row.key: row.name for row in found}}
