"""Every family of series: its unit and what it means. Nothing else is stored."""

from dataclasses import dataclass

from core.registry import Registry


@dataclass(frozen=True, slots=True)
class Family:
    """Series that mean the same of different things: `name`, or `name.<instance>` where there are several.

    Units: `%`, `bytes`, `bytes/s`, `MB/s`, `1/s`, `s`, `ms`, or none for plain numbers.
    """

    name: str
    unit: str
    title: str


families: Registry[Family] = Registry("family of metrics")


def find(name: str) -> Family | None:
    """The family of a series, or None where there is no such."""
    while name:
        if name in families:
            return families.get(name)
        name, _, _ = name.rpartition(".")
    return None


def _add(unit: str, **titles: str) -> None:
    for name, title in titles.items():
        dotted = name.replace("__", ".")
        families.add(dotted, Family(dotted, unit, title))


_add(
    "%",
    system__cpu_percent="Processor, all cores together",
    system__core_percent="Processor, one core",
    system__memory_percent="Memory in use",
    system__swap_percent="Swap in use",
    system__disk_percent="Disk in use",
    system__disk_busy_percent="Disk busy",
    process__cpu_percent="Processor time of a part of the platform, of one core",
    sampler__cpu_percent="Processor time of the sampler itself, of one core",
    database__cache_hit_percent="Pages that PostgreSQL found in its memory",
    gpu__busy_percent="Graphics processor",
)
_add(
    "bytes",
    system__memory_used_bytes="Memory in use",
    system__memory_available_bytes="Memory that is available",
    system__swap_used_bytes="Swap in use",
    system__disk_used_bytes="Disk in use",
    system__disk_free_bytes="Disk free",
    process__memory_bytes="Memory of a part of the platform",
    database__size_bytes="Size of the database",
    redis__memory_bytes="Memory of Redis",
    storage__used_bytes="Contents that are kept",
    storage__free_bytes="Room for more",
    gpu__memory_used_bytes="Memory of the graphics processor in use",
)
_add(
    "bytes/s",
    system__disk_read_bytes_s="Read from disk",
    system__disk_write_bytes_s="Written to disk",
    system__network_received_bytes_s="Received over the network",
    system__network_sent_bytes_s="Sent over the network",
    compression__bytes_in_s="Original bytes of what was compressed or restored",
    compression__bytes_out_s="Compressed bytes of the same",
)
_add(
    "MB/s",
    compression__compress_mb_s="Speed of compressing, as measured in the codecs",
    compression__decompress_mb_s="Speed of decompressing, as measured in the codecs",
)
_add(
    "1/s",
    system__network_errors_s="Errors of the network",
    jobs__succeeded_s="Jobs that succeeded",
    jobs__failed_s="Jobs that failed",
    database__transactions_s="Transactions",
    database__rollbacks_s="Transactions that were rolled back",
    database__deadlocks_s="Deadlocks",
    database__slow_statements_s="Statements of half a second and more",
    redis__commands_s="Commands to Redis",
    http__requests_s="Requests",
    http__errors_s="Requests that failed by our fault",
    compression__operations_s="Compressions and decompressions",
    compression__failures_s="Compressions and decompressions that failed",
)
_add(
    "s",
    queue__oldest_s="How long the oldest job has waited",
    compression__seconds_p50="Time of an operation, median of the last ten seconds",
    compression__seconds_p95="Time of an operation, 95th percentile of the last ten seconds",
)
_add(
    "ms",
    component__latency_ms="How long a part took to answer",
    sampler__late_ms="How late the sample was taken",
    http__latency_p50_ms="Time of a request, median of the last second",
    http__latency_p95_ms="Time of a request, 95th percentile of the last second",
)
_add(
    "",
    system__load_1="Load, one minute",
    system__load_5="Load, five minutes",
    system__load_15="Load, fifteen minutes",
    process__count="Processes of a part of the platform",
    queue__depth="Jobs that wait",
    jobs__queued="Jobs that wait, by the database",
    jobs__running="Jobs that run",
    jobs__paused="Jobs that are paused",
    database__connections="Connections to PostgreSQL",
    database__transactions_open="Transactions under way",
    redis__clients="Clients of Redis",
    sockets__open="Sockets that are open",
    storage__files="Files that are kept",
    gpu__temperature_c="Temperature of the graphics processor, degrees Celsius",
    component__up="Whether a part is well: 1, troubled: 0.5, or not: 0",
    compression__ratio="Original bytes per compressed byte",
)
