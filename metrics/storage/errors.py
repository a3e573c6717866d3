"""Why a sample is not stored, and why a window cannot be had."""

from datetime import datetime

from metrics.choices import Resolution


class Refused(Exception):
    """A sample that must not be stored. Nothing of it was."""


class TooOld(Refused):
    """It belongs to a day whose samples are dropped: what is rolled up of them could not be made anew."""


class InTheFuture(Refused):
    """The clock of its machine is wrong."""


class UnknownSeries(Refused):
    """It has a series that `metrics.names` does not know."""


class NotKept(Exception):
    """A window begins before what is kept at its resolution, which is there from `since` on."""

    def __init__(self, resolution: Resolution, since: datetime) -> None:
        super().__init__(f"{resolution.label} are kept since {since.isoformat()}")
        self.resolution, self.since = resolution, since
