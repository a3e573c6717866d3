"""`analyze` of the command line."""

import json
import struct
from pathlib import Path
from random import Random

from tests.compression.test_cli import call

_RANDOM = Random(2)
TABLE = "when,place,value\n" + "".join(
    f"2024-01-{1 + n % 28:02d},{'ABC'[n % 3]}{n % 7},{n * 37 % 1000 / 10}\n" for n in range(3000)
)
RECORDS = b"".join(
    struct.pack("<IBH5s", n * 3, _RANDOM.randrange(4), 1000 + n % 97, _RANDOM.randbytes(5))
    for n in range(6000)
)


def test_files_are_told_of_by_their_columns_and_fields(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "rows.bin").write_bytes(RECORDS)
    done = call("analyze", "table.csv", "rows.bin", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("table.csv: Lines of 3 fields")
    assert any("place" in line and "A0" in line and "C6" in line for line in lines)
    assert any(line.startswith("rows.bin: Records of 12 bytes") for line in lines)
    assert any("% smaller: " in line for line in lines)


def test_a_pipe_as_json(tmp_path: Path) -> None:
    done = call("analyze", "--json", data=TABLE.encode())
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert (found["input"], found["size"]) == ("standard input", len(TABLE))
    assert sum(found["histogram"]) == len(TABLE)
    assert {"when", "place", "value"} <= {part["label"] for part in found["parts"]}


def test_folders_empty_files_and_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "empty").touch()
    (tmp_path / "data" / "noise").write_bytes(_RANDOM.randbytes(50_000))
    done = call("analyze", "data", "missing", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert b"missing: No such file" in done.stderr
    empty, noise, missing = map(json.loads, done.stdout.splitlines())
    assert empty["summary"] == "Nothing: the file is empty"
    assert noise["summary"].startswith("Bytes like random ones")
    assert missing["error"]


def test_what_content_holds_does_not_reach_the_terminal(tmp_path: Path) -> None:
    lines = "".join(f"{n},a\x1b[2J{n % 3},{n % 7}\n" for n in range(3000))
    (tmp_path / "bad.csv").write_text(f"n,\x1b]0;title\x07,c\n{lines}")
    done = call("analyze", "bad.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\x07" not in done.stdout
    assert b"\\x1b" in done.stdout
