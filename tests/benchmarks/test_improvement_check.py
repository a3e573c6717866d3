"""The improvement rate by two programs that share no code, on outcomes that are made up."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.improvement_check import main, slope
from compression.engine.learning.evaluating import WEIGHTS, Judged, judged
from compression.engine.learning.improving import improvement
from compression.engine.learning.outcomes import Outcome, Trial
from compression.engine.learning.shipped import prior
from tests.compression.learning.material import learned, told

OUTCOMES = [replace(told(number), machine=0.7 + number / 10) for number in range(6)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What `manage.py learn` writes, as far as it is read here: two states, judged on the same contents."""
    curve = [(0, judged(prior(), OUTCOMES)), (12, judged(learned(1), OUTCOMES))]
    return {
        "improvement": improvement(curve).config(),
        "weights": dict(WEIGHTS),
        "decisions": [decision(count, one) for count, found in curve for one in found],
    }


def decision(count: int, one: Judged) -> dict[str, Any]:
    found = asdict(one)
    del found["regret"]  # that is to be computed
    return {"outcomes": count, **found}


def run(folder: Path, report: dict[str, Any], outcomes: list[Outcome] = OUTCOMES) -> int:
    (folder / "report").write_text(json.dumps(report))
    (folder / "outcomes").write_text("".join(json.dumps(one.config()) + "\n" for one in outcomes))
    return main([str(folder / "report"), str(folder / "outcomes")])


def test_both_say_the_same(tmp_path: Path, report: dict[str, Any]) -> None:
    assert report["improvement"]["rate"] > 0.001
    assert run(tmp_path, report) == 0


def test_a_rate_that_the_rows_do_not_have_is_found_out(
    tmp_path: Path, report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    better = {**report["improvement"], "rate": report["improvement"]["rate"] + 1e-8}
    assert run(tmp_path, {**report, "improvement": better}) == 1
    assert "difference        1.0e-08" in capsys.readouterr().out


def test_a_choice_that_was_another_is_found_out(tmp_path: Path, report: dict[str, Any]) -> None:
    first, *others = report["decisions"]
    other = {**first, "chosen": {**first["chosen"], "ratio": "store"}}
    assert run(tmp_path, {**report, "decisions": [other, *others]}) == 1


def test_figures_that_no_codec_has_are_passed_over(tmp_path: Path, report: dict[str, Any]) -> None:
    first, *others = OUTCOMES
    absurd = [Trial("zstd-1", 1, 0.1, size, 1e-3, 1e-3) for size in (0, 10**9)]
    for trial in (*absurd, Trial("zstd-1", error="wrong_output"), Trial("zstd-1", 1, 0.1, 1, 1e-3, 1e9)):
        poisoned = replace(first, trials={**first.trials, "zstd-1": trial})
        assert run(tmp_path, report, [poisoned, *others]) == 0


def test_of_one_state_there_is_no_slope() -> None:
    assert slope([(3.0, 1.0), (3.0, 2.0)]) == 0
    assert slope([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]) == 2
