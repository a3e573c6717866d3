"""`learn`: from a folder to the report."""

import json
import random
from pathlib import Path

import pytest

from compression.cli.main import run
from compression.engine.learning import shipped
from compression.engine.learning.gathering import chunks, gathered, kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Small files of five kinds, one of them empty."""
    chance = random.Random(3)
    made = tmp_path / "corpus"
    made.mkdir()
    for number in range(2):
        (made / f"{number}.csv").write_text("".join(f"{n},{n % 9}\n" for n in range(400 + number)))
        (made / f"{number}.bin").write_bytes(chance.randbytes(3000))
        (made / f"{number}.i32").write_bytes(
            b"".join((7 * n).to_bytes(4, "little") for n in range(800 + number))
        )
        (made / f"{number}.txt").write_text(
            " ".join(chance.choices(["alpha", "beta", "gamma", "delta"], k=700))
        )
    (made / "empty.log").touch()
    (made / "MANIFEST.csv").write_text("name,kind\n0.csv,table\n1.csv,table\n")
    return made


def test_the_report_says_what_learning_is_worth(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, keep = tmp_path / "report.json", tmp_path / "outcomes.jsonl"
    arguments = ["--corpus", str(folder), "--outcomes", "0,3", "--json", str(out), "--keep", str(keep)]
    assert run(arguments, prog="learn", verb="learn") == 0
    found = json.loads(out.read_text())
    assert set(found["improvement"]) == set(found["control"]) == {"rate", "low", "high"}
    assert set(found["curve"][0]) == {
        "outcomes", "objective", "policy", "regret", "low", "high", "decision_cpu_ms"
    }  # fmt: skip
    assert (found["outcomes"], found["kinds"], found["judged"]) == (8, 4, 8)
    assert len(found["decisions"]) == 2 * 8
    assert "Improvement rate" in capsys.readouterr().out
    first = {row["content"]: row for row in map(json.loads, keep.read_text().splitlines())}
    assert run(arguments, prog="learn", verb="learn") == 0
    assert {row["content"]: row for row in map(json.loads, keep.read_text().splitlines())} == first
    assert json.loads(out.read_text()) == found


def test_what_is_gained_on_top_of_the_shipped_state_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = shipped.experience()[:12]
    monkeypatch.setattr(shipped, "experience", lambda: some)
    out = tmp_path / "report.json"
    arguments = ["--corpus", str(folder), "--outcomes", "0,3", "--json", str(out), "--onward"]
    assert run(arguments, prog="learn", verb="learn") == 0
    onward = json.loads(out.read_text())["from_shipped"]
    assert set(onward["improvement"]) == {"rate", "low", "high"}
    assert len(onward["curve"]) == 8


def test_a_hold_out_of_its_own_is_never_learned_from(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    arguments = ["--corpus", str(folder), "--holdout", str(folder), "--outcomes", "0,5", "--json", str(out)]
    assert run(arguments, prog="learn", verb="learn") == 0
    found = json.loads(out.read_text())
    assert {row["outcomes"] for row in found["curve"]} == {0}, "all of it is held out"
    assert found["improvement"]["rate"] == 0


def test_a_file_is_itself_whatever_it_is_called(folder: Path, tmp_path: Path) -> None:
    """Held out by its bytes; and another one of its name is not."""
    holdout, out = tmp_path / "holdout", tmp_path / "report.json"
    holdout.mkdir()
    (holdout / "renamed.txt").write_bytes((folder / "0.csv").read_bytes())
    (holdout / "1.csv").write_text("another\n" * 300)
    arguments = [
        "--corpus",
        str(folder),
        "--holdout",
        str(holdout),
        "--outcomes",
        "0,100",
        "--json",
        str(out),
    ]
    assert run(arguments, prog="learn", verb="learn") == 0
    assert max(row["outcomes"] for row in json.loads(out.read_text())["curve"]) == 7


@pytest.mark.parametrize("counts", ["5", "0,x", "-1,4"])
def test_numbers_that_are_no_curve_are_refused(folder: Path, counts: str) -> None:
    with pytest.raises(SystemExit) as ending:
        run(["--corpus", str(folder), f"--outcomes={counts}"], prog="learn", verb="learn")
    assert ending.value.code == 2


def test_a_folder_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--corpus", str(tmp_path / "none")], prog="learn", verb="learn") == 1
    assert "no folder" in capsys.readouterr().err
    assert run(["--corpus", str(tmp_path)], prog="learn", verb="learn") == 1
    assert "too little content" in capsys.readouterr().err


def test_kinds_are_told_by_the_folder(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "x.csv").write_text("1,2\n")
    kinds = {str(task.path.relative_to(folder)): task.kind for task in chunks(folder, 100)}
    assert kinds["0.csv"] == "table"
    assert kinds["0.bin"] == "bin"
    assert kinds["sub/x.csv"] == "sub"
    assert "empty.log" not in kinds
    assert "MANIFEST.csv" not in kinds


def test_half_a_line_is_passed_over(folder: Path, tmp_path: Path) -> None:
    keep = tmp_path / "outcomes.jsonl"
    found = gathered(folder, 1, keep)
    keep.write_text(keep.read_text() + '{"content": "ab')
    assert len(list(kept(keep))) == len(found) == 8
