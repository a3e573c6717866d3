"""`compare` of the command line."""

import json
from pathlib import Path

from tests.compression.test_cli import TEXT, call
from tests.compression.test_cli import text as text


def test_compare_measures_with_intervals(text: Path) -> None:
    done = call("compare", str(text), "-a", "zstd:1,xz:0,store", "-n", "3", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["algorithm"] for row in rows} == {"zstd", "xz", "store"}
    assert [row["ratio"] for row in rows] == sorted((row["ratio"] for row in rows), reverse=True)
    assert all(row["runs"] == 3 for row in rows)
    assert all(row["compress_mb_s"]["low"] <= row["compress_mb_s"]["high"] for row in rows)


def test_compare_adds_up_algorithms_named_one_by_one(text: Path) -> None:
    done = call("compare", str(text), "-a", "zstd", "-a", "lz4,gzip:1", "-n", "1", "--json")
    assert {json.loads(line)["algorithm"] for line in done.stdout.splitlines()} == {"zstd", "lz4", "gzip"}


def test_compare_gives_no_ratio_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    done = call("compare", "empty", "-a", "gzip,store", "-n", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = sorted(line.split() for line in done.stdout.decode().splitlines()[1:])
    assert [line[:4] for line in lines] == [["gzip", "6", "20", "–"], ["store", "0", "–", "–"]]


def test_compare_takes_folders_pipes_and_parameters(text: Path) -> None:
    text.with_name("other.txt").write_bytes(TEXT[:1000])
    folder = call(
        "compare", ".", "-a", "zstd:-5:long=true:window_log=20", "-n", "1", "--json", cwd=text.parent
    )
    assert folder.returncode == 0, folder.stderr
    row = json.loads(folder.stdout)
    assert (row["level"], row["params"]) == (-5, {"long": True, "window_log": 20})
    assert row["original_size"] == len(TEXT) + 1000
    piped = call("compare", "-", "-a", "gzip", "-n", "1", "--json", data=TEXT)
    assert json.loads(piped.stdout)["original_size"] == len(TEXT)
    nothing = call("compare", "nothing.txt", "-a", "gzip", cwd=text.parent)
    assert (nothing.returncode, nothing.stdout) == (1, b"")
    assert b"nothing.txt: No such file" in nothing.stderr
