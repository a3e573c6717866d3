"""Names of series as Prometheus has them: base units, shares between 0 and 1, what differs as a label.

`system.disk_read_bytes_s.sda` is `dynacomp_system_disk_read_bytes_per_second{disk="sda"}`, `system.cpu_percent` is
`dynacomp_system_cpu_ratio`: with a share of one the functions and units of Prometheus and Grafana need no factor.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from metrics.names import find

PREFIX: Final = "dynacomp_"
COMPONENT_UP: Final = "dynacomp_component_up"

# Families that the endpoint has from where they are true, as counters or as of this very moment.
ELSEWHERE: Final = ("compression.", "http.", "jobs.", "queue.")
# What the instances of a family are; the first that fits.
INSTANCES: Final = {
    "system.core": "core",
    "system.disk": "disk",
    "system.network": "interface",
    "process.": "program",
    "component.": "component",
    "gpu.": "gpu",
    "database.": "database",
    "storage.": "store",
}
# Names that say of themselves what they are not: only a histogram has a `_count`.
RENAMED: Final = {"process.count": "processes", "gpu.temperature_c": "gpu_temperature_celsius"}
_UNITS: Final = {
    "%": ("_percent", "_ratio", 0.01),
    "ms": ("_ms", "_seconds", 0.001),
    "s": ("_s", "_seconds", 1.0),
    "bytes/s": ("_s", "_per_second", 1.0),
    "1/s": ("_s", "_per_second", 1.0),
}


@dataclass(frozen=True, slots=True)
class Name:
    """One series: `family` is the name of ours that it belongs to, `factor` leads to the base unit."""

    family: str
    name: str
    label: str
    instance: list[str]
    factor: float


@lru_cache(maxsize=4096)
def translate(series: str) -> Name | None:
    """Return the name of a series, or None for one that is unknown or told by a counter."""
    family = find(series)
    if family is None or series.startswith(ELSEWHERE):
        return None
    instance = series[len(family.name) + 1 :]
    ours, theirs, factor = _UNITS.get(family.unit, ("", "", 1.0))
    plain = RENAMED.get(family.name) or family.name.replace(".", "_").removesuffix(ours) + theirs
    kind = next((label for start, label in INSTANCES.items() if family.name.startswith(start)), "name")
    return Name(family.name, PREFIX + plain, kind, [instance] if instance else [], factor)
