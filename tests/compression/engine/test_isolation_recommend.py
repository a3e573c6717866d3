"""Recommendations made in children."""

import os
from pathlib import Path

import pytest

from compression.engine.errors import CorruptStream, Stopped
from compression.engine.isolation.recommend import recommend
from compression.engine.learning import shipped
from compression.engine.learning.state import State
from tests.compression.engine.samples import prose


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(prose(300_000))
    return path


def test_it_is_that_of_the_engine(source: Path) -> None:
    with source.open("rb") as file:
        found = recommend(
            file.fileno(),
            shipped.prior(),
            "balanced",
            constraints={"min_decompress_mb_s": 100},
            names=["store", "zstd-1", "zstd-3", "xz-6"],
        )
    assert (found.size, found.state) == (300_000, shipped.prior().name)
    assert found.best.action in ("zstd-1", "zstd-3")
    assert any(one.tried for one in found.entries)
    assert found.cpu_s < 2


def test_one_byte_and_none(tmp_path: Path) -> None:
    for content in (b"", b"x"):
        path = tmp_path / "small"
        path.write_bytes(content)
        with path.open("rb") as file:
            found = recommend(file.fileno(), shipped.static(), "ratio", budget_cpu_s=None)
        assert found.size == len(content)


def test_a_file_of_any_size_takes_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.touch()
    os.truncate(path, 1 << 40)
    with path.open("rb") as file:
        found = recommend(file.fileno(), shipped.prior(), "ratio")
    assert found.size == 1 << 40
    assert found.best.predicted["ratio"].value > 100


class Broken(State):
    """A state whose packed form is damaged."""

    def packed(self) -> bytes:
        whole = super().packed()
        return whole[:200] + b"\xff" + whole[201:]


def test_a_damaged_state_is_refused(source: Path) -> None:
    state = shipped.static()
    broken = Broken(**{name: getattr(state, name) for name in state.__dataclass_fields__})
    with source.open("rb") as file, pytest.raises(CorruptStream):
        recommend(file.fileno(), broken, "ratio")


def test_it_can_be_stopped(source: Path) -> None:
    with source.open("rb") as file, pytest.raises(Stopped):
        recommend(file.fileno(), shipped.prior(), "ratio", should_stop=lambda: True)
