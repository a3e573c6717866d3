"""The charts of the page: which series stand together, in which order and colour."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from metrics import names
from metrics.colours import colour_of, dashes

# What has no colour of its own takes one after the other, then again with dashes.
TOKENS = ("--accent", "--c1", "--c2", "--c4", "--c5", "--c3", "--muted")


@dataclass(frozen=True, slots=True)
class Lines:
    """The series of a family: the one without an instance as `label`, if it has one, and each instance by its name.

    `hidden` ones are shown when somebody asks for them; `every` says whether instances are lines of their own at all.
    """

    family: str
    label: str = ""
    hidden: bool = False
    every: bool = True
    token: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines of one unit."""

    id: str
    title: str
    lines: Sequence[Lines]
    note: str = ""

    @property
    def unit(self) -> str:
        """What the values are in."""
        return names.families.get(self.lines[0].family).unit


@dataclass(frozen=True, slots=True)
class Section:
    """Charts that answer one question."""

    id: str
    title: str
    charts: Sequence[Chart] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart as `components/time_series.html` takes it."""

    name: str
    label: str
    token: str
    dash: str
    hidden: bool


def lines_of(chart: Chart, known: Collection[str]) -> list[Line]:
    """Return the lines of a chart of those series that there are, or the main ones where there are none yet."""
    found = list(_series(chart, known)) or [(one.family, one.label, one) for one in chart.lines if one.label]
    tokens = [
        one.token or _colour_of(name) or TOKENS[place % len(TOKENS)]
        for place, (name, _, one) in enumerate(found)
    ]
    return [
        Line(name, label, token, dash, one.hidden and len(found) > 1)
        for (name, label, one), token, dash in zip(found, tokens, dashes(tokens), strict=True)
    ]


def _series(chart: Chart, known: Collection[str]) -> Iterator[tuple[str, str, Lines]]:
    for one in chart.lines:
        if one.label and one.family in known:
            yield one.family, one.label, one
        prefix = f"{one.family}."
        instances = sorted((name for name in known if name.startswith(prefix)), key=_natural)
        for name in instances if one.every else ():
            yield name, f"{one.label} {name.removeprefix(prefix)}".strip(), one


def _colour_of(name: str) -> str:
    """Return the colour that an algorithm has everywhere; of other series none."""
    family, _, instance = name.rpartition(".")
    if not family.startswith("compression."):
        return ""
    return f"--{colour_of(instance)}"


def _natural(name: str) -> tuple[str, int]:
    """Order core 10 behind core 9."""
    stem, _, last = name.rpartition(".")
    return (stem, int(last)) if last.isdecimal() else (name, -1)


SECTIONS = (
    Section(
        "machine",
        "The machine",
        (
            Chart(
                "cpu",
                "Processor",
                (Lines("system.cpu_percent", "all cores"), Lines("system.core_percent", "core")),
            ),
            Chart(
                "load",
                "Load",
                (
                    Lines("system.load_1", "1 min"),
                    Lines("system.load_5", "5 min", hidden=True),
                    Lines("system.load_15", "15 min", hidden=True),
                ),
            ),
            Chart(
                "memory",
                "Memory",
                (
                    Lines("system.memory_used_bytes", "in use"),
                    Lines("system.memory_available_bytes", "available"),
                    Lines("system.swap_used_bytes", "swap"),
                ),
            ),
            Chart(
                "disk",
                "Disk",
                (Lines("system.disk_read_bytes_s", "read"), Lines("system.disk_write_bytes_s", "written")),
            ),
            Chart("disk-busy", "Disk busy", (Lines("system.disk_busy_percent"),)),
            Chart("disk-space", "Disk in use", (Lines("system.disk_percent"),)),
            Chart(
                "network",
                "Network",
                (
                    Lines("system.network_received_bytes_s", "received"),
                    Lines("system.network_sent_bytes_s", "sent"),
                ),
            ),
            Chart("gpu", "Graphics processor", (Lines("gpu.busy_percent"),)),
        ),
    ),
    Section(
        "platform",
        "The platform",
        (
            Chart("process-cpu", "Processor by part", (Lines("process.cpu_percent"),)),
            Chart("process-memory", "Memory by part", (Lines("process.memory_bytes"),)),
            Chart(
                "jobs",
                "Jobs",
                (
                    Lines("jobs.running", "running"),
                    Lines("jobs.queued", "waiting"),
                    Lines("jobs.paused", "paused", hidden=True),
                    Lines("queue.depth", "queue", hidden=True),
                ),
            ),
            Chart("queues", "Oldest waiting job", (Lines("queue.oldest_s"),)),
            Chart(
                "ended",
                "Jobs that ended",
                (Lines("jobs.succeeded_s", "succeeded"), Lines("jobs.failed_s", "failed", token="--bad")),
            ),
            Chart(
                "http",
                "Requests",
                (
                    Lines("http.requests_s", "all", every=False),
                    Lines("http.errors_s", "failed by our fault", every=False, token="--bad"),
                ),
            ),
            Chart(
                "http-latency",
                "Time of a request",
                (Lines("http.latency_p50_ms", "median"), Lines("http.latency_p95_ms", "95th percentile")),
            ),
        ),
    ),
    Section(
        "compression",
        "Compression",
        (
            Chart(
                "compression",
                "Throughput",
                (
                    Lines("compression.bytes_in_s", "original", every=False),
                    Lines("compression.bytes_out_s", "compressed", every=False),
                ),
            ),
            Chart("algorithms", "By algorithm", (Lines("compression.bytes_in_s"),)),
            Chart(
                "ratio",
                "Ratio",
                (
                    Lines("compression.ratio", "all", every=False),
                    Lines("compression.ratio", hidden=True),
                ),
            ),
            Chart(
                "speed",
                "Speed in the codecs",
                (
                    Lines("compression.compress_mb_s", "compress", every=False),
                    Lines("compression.decompress_mb_s", "decompress", every=False),
                ),
            ),
            Chart(
                "operations",
                "Operations",
                (
                    Lines("compression.operations_s", "all", every=False),
                    Lines("compression.failures_s", "failed", every=False, token="--bad"),
                ),
            ),
            Chart(
                "operation-time",
                "Time of an operation",
                (
                    Lines("compression.seconds_p50", "median", every=False),
                    Lines("compression.seconds_p95", "95th percentile", every=False),
                ),
            ),
        ),
    ),
    Section(
        "database",
        "Database and Redis",
        (
            Chart(
                "transactions",
                "Transactions",
                (
                    Lines("database.transactions_s", "all"),
                    Lines("database.rollbacks_s", "rolled back"),
                    Lines("database.slow_statements_s", "slow statements"),
                ),
            ),
            Chart(
                "connections",
                "Connections",
                (
                    Lines("database.connections", "PostgreSQL"),
                    Lines("database.transactions_open", "under way"),
                    Lines("redis.clients", "Redis"),
                    Lines("sockets.open", "sockets of browsers"),
                ),
            ),
            Chart("redis", "Redis commands", (Lines("redis.commands_s", "commands"),)),
            Chart(
                "sizes",
                "Sizes",
                (
                    Lines("database.size_bytes", "database"),
                    Lines("redis.memory_bytes", "Redis"),
                    Lines("storage.used_bytes", "contents"),
                ),
            ),
            Chart("cache", "Cache hits", (Lines("database.cache_hit_percent", "PostgreSQL"),)),
            Chart("latency", "Answer of each part", (Lines("component.latency_ms"),)),
        ),
    ),
)
