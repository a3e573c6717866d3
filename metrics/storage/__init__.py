"""Samples and what is rolled up of them: written, read, rolled up and dropped here and nowhere else."""

from metrics.storage.errors import InTheFuture, NotKept, Refused, TooOld, UnknownSeries
from metrics.storage.moments import Moment, moment
from metrics.storage.reading import histories, history, latest
from metrics.storage.seen import Seen, seen_series, series
from metrics.storage.writing import write

__all__ = [
    "InTheFuture",
    "Moment",
    "NotKept",
    "Refused",
    "Seen",
    "TooOld",
    "UnknownSeries",
    "histories",
    "history",
    "latest",
    "moment",
    "seen_series",
    "series",
    "write",
]
