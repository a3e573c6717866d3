"""Print the version of every package that the requirements come to, as constraints for pip."""

import json
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Let pip resolve the requirements anew, without the present constraints, and print what it would install."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--quiet",
        "--report",
        "-",
    ]
    for path in map(Path, ("requirements.txt", "requirements-dev.txt")):
        lines = path.read_text().splitlines()
        command += [line for line in lines if line and not line.startswith(("#", "-"))]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = [(package["metadata"]["name"], package["metadata"]["version"]) for package in report["install"]]
    print("# Made by `make lock`: all packages that requirements*.txt come to, at one version each.")
    for name, version in sorted(found, key=lambda pair: pair[0].lower()):
        print(f"{name}=={version}")


if __name__ == "__main__":
    main()
