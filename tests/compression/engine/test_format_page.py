"""The page of the container format, and the reference decoder beside it, tell of every part what the registry has."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from compression.engine.codecs import params
from compression.engine.leaves import Leaf, leaves
from compression.engine.parts import Part
from compression.engine.transforms import transforms
from compression.engine.wire import Writer
from tests.compression.engine.parts.test_leaves import CASES as LEAVES
from tests.compression.engine.parts.test_transforms import CASES as TRANSFORMS
from tests.compression.engine.test_golden_dcz import ROOT, reference

PAGE = Path(ROOT / "docs" / "formats" / "dcz.md")
PARTS: list[type[Part]] = [*leaves.all().values(), *transforms.all().values()]
HEADING = re.compile(r"^### `([a-z0-9-]+)`: (leaf|transform) (\d+), version (\d+)$", re.MULTILINE)


def heading(part: type[Part]) -> str:
    """The first line of a part's section."""
    sort = "leaf" if issubclass(part, Leaf) else "transform"
    return f"### `{part.id}`: {sort} {part.code}, version {part.version}"


def table(part: type[Part]) -> str:
    """The table of its parameters, in the order of their bits."""
    declared = params.declared(part)
    if not declared:
        return "No parameters."
    rows = ["| Bit | Parameter | Values | Default | Written as |", "| --- | --- | --- | --- | --- |"]
    for number, (name, item) in enumerate(declared.items()):
        values, form = _values(item)
        default = _shown(params.defaults(part)[name])
        rows.append(f"| {number} | `{name}` | {values} | {default} | {form} |")
    return "\n".join(rows)


def _values(item: params.Parameter) -> tuple[str, str]:
    if isinstance(item, params.Integer):
        return f"{item.minimum} to {item.maximum}", _less("number", item.minimum)
    if isinstance(item, params.Integers):
        each = _less("numbers", item.minimum)
        return f"{item.least} to {item.most} of {item.minimum} to {item.maximum}", f"count, {each}"
    if isinstance(item, params.Choice):
        told = ", ".join(f"{number} `{option}`" for number, option in enumerate(item.options))
        return told, "number"
    if isinstance(item, params.Flag):
        return "no, yes", "number 0 or 1"
    if isinstance(item, params.Binary):
        return f"at most {item.max_bytes} bytes", "byte string"
    assert isinstance(item, params.Text)
    return f"at most {item.max_length} characters of ASCII", "byte string"


def _less(what: str, least: int) -> str:
    return f"{what} less {least}" if least else what


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple):
        return ", ".join(map(str, default)) or "none"
    if isinstance(default, bytes):
        return " ".join(f"{byte:02X}" for byte in default)
    return f"`{default}`"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_every_part_has_its_section(part: type[Part]) -> None:
    assert f"{heading(part)}\n\n{table(part)}\n" in PAGE.read_text()


def test_no_section_is_of_a_part_that_is_unknown() -> None:
    found = [found[0] for found in HEADING.finditer(PAGE.read_text())]
    assert sorted(found) == sorted(map(heading, PARTS))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_the_reference_decoder_has_the_same_parameters(part: type[Part]) -> None:
    known = reference().LEAVES if issubclass(part, Leaf) else reference().TRANSFORMS
    there = known[part.code]
    assert (there.id, there.version) == (part.id, part.version)
    assert list(there.parameters) == list(params.declared(part))
    assert {name: item.default for name, item in there.parameters.items()} == params.defaults(part)


@pytest.mark.parametrize("part", [case for case, _ in [*TRANSFORMS, *LEAVES]], ids=str)
def test_the_reference_decoder_reads_parameters(part: Part) -> None:
    writer = Writer()
    part.pack(writer)
    reader = reference().Reader(bytes(writer.data))
    known = reference().LEAVES if isinstance(part, Leaf) else reference().TRANSFORMS
    values = known[reader.number()].unpacked(reader)
    assert values == SimpleNamespace(**{name: getattr(part, name) for name in params.declared(part)})
    assert reader.left == 0
