"""`optimize` of the command line."""

import json
from pathlib import Path

from compression.engine import portable
from tests.compression.optimisations import ROWS
from tests.compression.test_cli import call

FEW = ("--trials", "50", "--rounds", "1", "--budget", "30")


def test_a_file_is_compressed_by_what_was_found(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(ROWS)
    done = call("optimize", "table.csv", *FEW, "--json", "--keep", "rows.dynacomp.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (found,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert found["verified"]
    assert found["best"]["ratio"] > 2 * found["baseline"]["ratio"]
    assert found["reasons"]
    assert (tmp_path / "table.csv.dcz").stat().st_size == found["compressed_size"]
    back = call("decompress", "table.csv.dcz", "-c", cwd=tmp_path)
    assert back.stdout == ROWS, back.stderr
    kept = portable.read((tmp_path / "rows.dynacomp.json").read_bytes())
    assert kept.name == "rows"


def test_it_says_what_it_tries_and_why(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(ROWS)
    done = call("optimize", "table.csv", "-v", *FEW, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    words = done.stderr.decode()
    assert "bzip3" in words
    assert "best plain codec" in words
    assert words.splitlines()[-1].startswith("    ")  # a reason


def test_a_pipe_goes_through(tmp_path: Path) -> None:
    done = call("optimize", "-", "-c", "--trials", "5", "--rounds", "1", data=ROWS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert call("decompress", "-", "-c", data=done.stdout, cwd=tmp_path).stdout == ROWS


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    assert call("optimize", "nothing", cwd=tmp_path).returncode == 1
    assert call("optimize", "x", "--objective", "beauty", cwd=tmp_path).returncode == 2
    assert call("optimize", "x", "--budget", "0", cwd=tmp_path).returncode == 2
