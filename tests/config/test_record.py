"""What the supervisor writes down of its programs."""

import json
import sys
import time
from pathlib import Path

from config.services.keeper import Kept
from config.services.process import Process
from config.services.record import Record


def kept(folder: Path, code: str) -> Kept:
    """Return a program that runs."""
    process = Process(
        "part-1", [sys.executable, "-c", code], log=folder / "log", folder=folder, environment={}
    )
    process.start()
    return Kept(process, lambda _: None)


def test_it_says_which_process_it_is_and_how_the_last_one_ended(tmp_path: Path) -> None:
    program = kept(tmp_path, "import time; time.sleep(60)")
    record = Record(tmp_path / "programs.json")

    def written() -> dict[str, object]:
        program.look()
        record.write([program])
        found: dict[str, object] = json.loads((tmp_path / "programs.json").read_text())["part-1"]
        return found

    first = written()
    assert (first["pid"], first["last_exit"], first["ends"]) == (program.unit.pid, None, 0)
    assert abs(float(str(first["started_at"])) - time.time()) < 10
    program.unit.kill()
    again = written()
    assert (again["pid"], again["last_exit"], again["ends"]) == (program.unit.pid, -9, 1)
    assert again["pid"] != first["pid"]
    program.unit.kill()
    program.look()  # the second end in a row: it waits for its turn
    assert written()["pid"] is None
    assert list(tmp_path.glob(".programs*")) == []
    record.remove()
    assert not (tmp_path / "programs.json").exists()


def test_without_room_programs_are_kept_all_the_same(tmp_path: Path) -> None:
    program = kept(tmp_path, "import time; time.sleep(60)")
    record = Record(tmp_path / "nowhere" / "programs.json")
    record.write([program])
    (tmp_path / "nowhere").mkdir()
    record.write([program])  # there is room now
    assert (
        json.loads((tmp_path / "nowhere" / "programs.json").read_text())["part-1"]["pid"] == program.unit.pid
    )
    program.unit.kill()
