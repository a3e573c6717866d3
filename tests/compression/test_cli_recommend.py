"""`recommend` of the command line."""

import json
import os
from pathlib import Path

from tests.compression.engine.samples import prose
from tests.compression.test_cli import call


def test_a_file_is_told_what_to_compress_it_with(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(prose(200_000))
    done = call("recommend", "a.txt", "--objective", "balanced", "--limit", "3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("a.txt: text, ")
    assert lines[2].startswith("   1 ")
    assert any("tried on 64 KiB" in line for line in lines)
    assert any("dcz, searched" in line for line in lines)


def test_a_pipe_as_json_within_constraints(tmp_path: Path) -> None:
    asked = ("--budget", "0", "--min-decompress", "200", "--max-memory", "100000000")
    done = call("recommend", "--json", *asked, data=prose(200_000))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["input"], found["size"]) == ("standard input", 200_000)
    assert [one["rank"] for one in found["recommendations"]] == [1, 2, 3, 4, 5]
    for one in found["recommendations"]:
        assert one["tried"] is None
        assert one["predicted"]["decompress_mb_s"]["value"] >= 200


def test_several_and_what_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "noise").write_bytes(os.urandom(50_000))
    done = call("recommend", "empty", "noise", "missing", "--json", cwd=tmp_path)
    assert done.returncode == 1
    empty, noise, missing = map(json.loads, done.stdout.splitlines())
    assert empty["recommendations"][0]["algorithm"] == "store"
    assert "like random ones" in noise["incompressible"]
    assert missing["error"]
    for wrong in (["--budget", "-1"], ["--limit", "0"], ["--min-compress", "-3"], ["--objective", "beauty"]):
        assert call("recommend", "noise", *wrong, cwd=tmp_path).returncode == 2
