"""Graphics processors, where there are any and NVIDIA's tool for them."""

import shutil
import subprocess
from collections.abc import Mapping

QUERY = "index,utilization.gpu,memory.used,temperature.gpu"
TIMEOUT_S = 4.0
MIB = 1 << 20


def is_there() -> bool:
    """Say whether there is a tool to ask."""
    return shutil.which("nvidia-smi") is not None


class Gpu:
    """What `nvidia-smi` says of each; it takes its time, so this belongs into a lane of its own."""

    every_s = 5.0

    def read(self) -> Mapping[str, float]:
        """Return load, memory and temperature by number."""
        said = subprocess.run(
            ["nvidia-smi", f"--query-gpu={QUERY}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            check=True,
            timeout=TIMEOUT_S,
        ).stdout
        return parse(said)


def parse(said: str) -> dict[str, float]:
    """Read its lines; a figure that a card does not have is `[N/A]`."""
    found: dict[str, float] = {}
    for line in said.splitlines():
        number, busy, memory_mib, celsius = (part.strip() for part in line.split(","))
        for name, figure, factor in (
            ("busy_percent", busy, 1),
            ("memory_used_bytes", memory_mib, MIB),
            ("temperature_c", celsius, 1),
        ):
            if figure.replace(".", "", 1).isdecimal():
                found[f"gpu.{name}.{number}"] = float(figure) * factor
    return found
