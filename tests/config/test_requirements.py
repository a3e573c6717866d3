"""What is installed is what is written down, to the last package."""

import importlib.metadata
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ["requirements.txt", "requirements-dev.txt"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith(("#", "-"))]
    found = [re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", line) for line in lines]
    assert None not in found, [line for line, match in zip(lines, found, strict=True) if not match]
    return {normal(match[1]): match[2] for match in found if match}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_pinned_as_in_the_constraints(file):
    constraints = pins("constraints.txt")
    assert {name: constraints.get(name) for name in pins(file)} == pins(file)


def test_what_is_installed_is_what_the_constraints_say():
    wanted = pins("constraints.txt")
    installed = {normal(found.metadata["Name"]): found.version for found in importlib.metadata.distributions()}
    differing = {name: installed.get(name) for name, version in wanted.items() if installed.get(name) != version}
    assert not differing, "run `make lock` after a change of the requirements"


def test_every_package_that_a_requirement_needs_is_constrained():
    constraints = pins("constraints.txt")
    missing = set()
    for name in constraints:
        for requirement in importlib.metadata.requires(name) or []:
            needed, _, marker = requirement.partition(";")
            bare = normal(re.match(r"[\w.-]+", needed.strip())[0])
            if not marker and bare not in constraints:
                missing.add(f"{name} needs {bare}")
    assert not missing
