"""What is installed is what is written down, to the last package."""

import importlib.metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def pins(file: str) -> dict[NormalizedName, str]:
    """Return the version of each package that a file of requirements names; each must name exactly one."""
    lines = [
        line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith(("#", "-"))
    ]
    found = [Requirement(line) for line in lines]
    assert [str(each.specifier) for each in found if not str(each.specifier).startswith("==")] == []
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in found}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_as_in_the_constraints(file):
    constraints = pins("constraints.txt")
    assert {name: constraints.get(name) for name in pins(file)} == pins(file)


def test_what_is_installed_is_what_the_constraints_say():
    installed = {canonicalize_name(found.name): found.version for found in importlib.metadata.distributions()}
    wanted = {name: version for name, version in pins("constraints.txt").items() if name in installed}
    assert {name: installed[name] for name in wanted} == wanted, "after a change of requirements: make lock"


def test_every_package_that_a_requirement_needs_is_constrained():
    constraints = pins("constraints.txt")
    installed = {canonicalize_name(found.name) for found in importlib.metadata.distributions()}
    missing = [
        f"{name} needs {requirement}"
        for name in installed & constraints.keys()
        for requirement in map(Requirement, importlib.metadata.requires(name) or [])
        if not requirement.marker and canonicalize_name(requirement.name) not in constraints
    ]
    assert missing == []
