"""Containers made by every version of every part stay readable for ever, by the engine and by the reference decoder.

A golden file is written only with UPDATE_GOLDEN=1, and once committed it is never changed: a part that decodes to
something else gets a new version and a new code.
"""

import hashlib
import importlib.util
import json
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from compression import engine
from compression.engine.leaves import leaves
from compression.engine.parts import Part
from compression.engine.pipeline import Node
from compression.engine.transforms import transforms
from tests.compression.engine.dcz_golden import goldens

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "dcz"
CONTENTS = GOLDEN / "contents.json"
FILES = sorted(GOLDEN.rglob("*.dcz"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(GOLDEN)))


@cache
def reference() -> ModuleType:
    """The reference decoder, which is no part of a package."""
    spec = importlib.util.spec_from_file_location(
        "dcz_reference", ROOT / "docs" / "formats" / "dcz_reference.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def told() -> dict[str, str]:
    """The SHA-256 of the content of each file."""
    found: dict[str, str] = json.loads(CONTENTS.read_text()) if CONTENTS.exists() else {}
    return found


@pytest.mark.parametrize("name", goldens())
def test_there_is_a_golden_file(name: str) -> None:
    path = GOLDEN / f"{name}.dcz"
    if os.environ.get("UPDATE_GOLDEN") and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        blob, content = goldens()[name].written(), goldens()[name].content
        assert engine.decompress(blob) == content == reference().decode(blob)
        path.write_bytes(blob)
        known = told() | {f"{name}.dcz": hashlib.sha256(content).hexdigest()}
        CONTENTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    assert path.exists(), f"no golden file {path}; run once with UPDATE_GOLDEN=1 and commit it"


@each_file
def test_the_engine_reads_it(path: Path) -> None:
    content = engine.decompress(path.read_bytes())
    assert hashlib.sha256(content).hexdigest() == told()[str(path.relative_to(GOLDEN))]


@each_file
def test_the_reference_decoder_reads_it(path: Path) -> None:
    content = reference().decode(path.read_bytes())
    assert hashlib.sha256(content).hexdigest() == told()[str(path.relative_to(GOLDEN))]


def test_every_part_is_in_some_file() -> None:
    found: set[type[Part]] = set()
    for golden in goldens().values():
        for pipeline, _ in golden.frames:
            found |= {type(leaf) for leaf in pipeline.leaves}
            found |= {type(node.transform) for node in pipeline.nodes() if isinstance(node, Node)}
    assert found == {*leaves.all().values(), *transforms.all().values()}


def test_the_reference_decoder_notices_damage() -> None:
    blob = bytearray((GOLDEN / "composed" / "table.dcz").read_bytes())
    blob[-60] ^= 1
    with pytest.raises(reference().Damaged):
        reference().decode(bytes(blob))
    with pytest.raises(reference().Damaged):
        reference().decode(b"another file")
