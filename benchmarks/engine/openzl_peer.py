"""OpenZL as a peer: its graphs run in a child process, which may crash."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CHOICE = 1
"""The version of the choice of graphs: results that were kept for another are of no use."""
ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 900
CRASHES = 8
"""How often a file may crash the child; each time the graph that did it is left out."""


def version() -> str | None:
    """The version of the package; None where it is not installed."""
    try:
        return importlib.metadata.version("openzl")
    except importlib.metadata.PackageNotFoundError:
        return None


def choice() -> str:
    """What the results depend on besides the content."""
    return f"{version()}/{CHOICE}"


def measure(path: Path) -> dict[str, Any]:
    """All results on one file: `graphs` with a result for each that was run on the whole, and `crashed`."""
    crashed: list[str] = []
    while True:
        lines, ended = _run(path, crashed)
        if ended or len(crashed) == CRASHES:
            graphs = [line for line in lines if "graph" in line]
            return {"graphs": graphs, "crashed": crashed, "choice": choice()}
        crashed.append([line["began"] for line in lines if "began" in line][-1])


def _run(path: Path, without: list[str]) -> tuple[list[dict[str, Any]], bool]:
    """What the child said, and whether it came to its end."""
    command = [sys.executable, "-m", "benchmarks.engine.openzl_child", str(path), *without]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S)
        output, ended = done.stdout, done.returncode == 0
        error = done.stderr
    except subprocess.TimeoutExpired as late:
        output, ended, error = (late.stdout or b"").decode(), False, "It took too long"
    lines = [json.loads(line) for line in output.splitlines() if line.endswith("}")]
    if not ended and not lines:
        raise RuntimeError(f"The child of OpenZL does not start: {error[-500:]}")
    return lines, ended
