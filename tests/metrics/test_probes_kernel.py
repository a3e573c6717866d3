"""Probes of the machine, each against the kernel that runs these tests."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from metrics import names
from metrics.probes import gpu
from metrics.probes.base import KernelFile, Probe, Rates
from metrics.probes.cpu import Cpu
from metrics.probes.disks import Room, Traffic
from metrics.probes.memory import Memory
from metrics.probes.network import Network
from metrics.probes.processes import TOP, Processes, parse
from metrics.probes.programs import Programs
from metrics.probes.slow_log import SlowLog
from metrics.probes.storage import Free
from tests.core.crew import until

# By its own processor time: others may be at work on the same cores.
BURN = "import time\nwhile time.process_time() < {seconds}: pass"


def written(folder: Path, **pids: int) -> Programs:
    """Return the programs that a supervisor would have written down."""
    entry = {"started_at": 1.0, "ends": 0, "last_exit": None}
    path = folder / "programs.json"
    path.write_text(json.dumps({name: {"pid": pid, **entry} for name, pid in pids.items()}))
    return Programs(path)


def burner(seconds: float, *, within: str = "") -> subprocess.Popen[bytes]:
    """Start a process that is busy for so long, or one that starts such a one and waits for it."""
    code = BURN.format(seconds=seconds)
    if within:
        code = (
            f"import subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {code!r}])\ntime.sleep(30)"
        )
    return subprocess.Popen([sys.executable, "-c", code])


def test_every_series_is_of_a_family(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("")
    programs = written(tmp_path, **{"web-1": os.getpid()})
    probes: list[Probe] = [
        Cpu(),
        Memory(),
        Room(tmp_path),
        Traffic(),
        Network(),
        Processes(programs),
        Free(tmp_path, 0),
    ]
    for probe in (*probes, SlowLog(tmp_path / "log")):
        probe.read()
        time.sleep(0.05)
        for name, value in probe.read().items():
            assert names.find(name), name
            assert value >= 0, name
            if "_percent" in name and not name.startswith("process."):
                assert value <= 100, name


def test_the_processor_is_as_busy_as_we_make_it() -> None:
    cpu = Cpu()
    cpu.read()
    with burner(5) as process:
        time.sleep(1)
        found = cpu.read()
        process.kill()
    assert found["system.cpu_percent"] >= 0.3 * 100 / (os.cpu_count() or 1)
    cores = [value for name, value in found.items() if name.startswith("system.core_percent.")]
    assert len(cores) == os.cpu_count()
    assert sum(cores) / len(cores) == pytest.approx(found["system.cpu_percent"], abs=10)
    assert {"system.load_1", "system.load_5", "system.load_15"} <= found.keys()


def test_memory_is_what_others_say_it_is() -> None:
    found, other = Memory().read(), psutil.virtual_memory()
    assert found["system.memory_available_bytes"] == pytest.approx(other.available, rel=0.1)
    assert found["system.memory_percent"] == pytest.approx(other.percent, abs=5)


def test_room_is_that_of_the_data_folder(tmp_path: Path) -> None:
    found, room = Room(tmp_path).read(), psutil.disk_usage(str(tmp_path))
    assert found["system.disk_free_bytes.data"] == pytest.approx(room.free, rel=0.05)
    assert found["system.disk_percent.data"] == pytest.approx(room.percent, abs=1)


def test_a_file_of_the_kernel_of_any_length_is_read_whole() -> None:
    assert KernelFile("/proc/meminfo", 64).read().count(b"\n") == KernelFile("/proc/meminfo").read().count(
        b"\n"
    )


def test_what_began_anew_has_no_rate() -> None:
    clock = iter([10.0, 12.0, 13.0])
    rates = Rates(lambda: next(clock))
    assert rates.of({"a": 5, "b": 7}) == {}
    assert rates.of({"a": 9, "b": 1, "c": 3}) == {"a": 2.0}
    assert rates.of({"a": 9, "b": 4, "c": 3}) == {"a": 0.0, "b": 3.0, "c": 0.0}


def test_processor_time_of_children_counts_for_their_program_once(tmp_path: Path) -> None:
    with burner(1.0, within="a child") as parent:
        processes = Processes(written(tmp_path, **{"worker-1": parent.pid}))
        processes.read()
        used, most, busy = 0.0, 1.0, psutil.Process(parent.pid)
        deadline = time.monotonic() + 30
        while busy.cpu_times().children_user < 0.9 and time.monotonic() < deadline:
            before = processes._at
            time.sleep(0.1)
            found = processes.read()
            used += found["process.cpu_percent.worker"] / 100 * (processes._at - before)
            most = max(most, found["process.count.worker"])
        parent.kill()
    assert 0.8 < used < 1.3
    assert (most, found["process.count.worker"]) == (2, 1)


def test_a_program_that_was_started_again_is_followed(tmp_path: Path) -> None:
    with burner(10) as first, burner(10) as second:
        programs = written(tmp_path, **{"web-1": first.pid})
        processes = Processes(programs)
        processes.read()
        first.kill()
        first.wait()
        assert processes.read() == {}
        written(tmp_path, **{"web-1": second.pid, "web-2": os.getpid()})
        assert processes.read()["process.count.web"] >= 2
        second.kill()


def test_the_busiest_process_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with burner(30) as process:
        processes = Processes(written(tmp_path, codecs=process.pid))

        def top() -> dict[int, Any]:
            time.sleep(0.5)
            processes.read()
            return {entry["pid"]: entry for entry in processes.context.get("processes", [])}

        processes.read()
        assert len(top()) <= TOP
        monkeypatch.setattr("metrics.probes.processes.TOP", 1000)  # others may be busier
        found = until(lambda: process.pid in (seen := top()) and seen, 20).values()
        process.kill()
    shares = [entry["cpu_percent"] for entry in found]
    assert [entry["name"] for entry in found if entry["pid"] == process.pid] == ["codecs"]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] >= 1


def test_names_of_processes_may_hold_anything() -> None:
    fields = ["R", *map(str, range(4, 60))]
    found = parse(b"12 (a) b (c) " + " ".join(fields).encode())
    assert (found.name, found.ticks, found.total) == ("a) b (c", 14 + 15, 14 + 15 + 16 + 17)


def test_slow_statements_are_counted_as_they_are_written(tmp_path: Path) -> None:
    line = "2026-11-28 19:00:00.000 UTC [12] LOG:  duration: 612.5 ms  statement: SELECT\n\tpg_sleep(1)\n"
    log = tmp_path / "postgres.log"
    probe = SlowLog(log)
    assert probe.read() == {}
    log.write_text(line * 3)
    assert probe.read() == {}  # what was before is nobody's
    with log.open("a") as file:
        file.write(
            line * 2 + "2026-11-28 19:00:00.000 UTC [12] ERROR:  duration: is no such thing\n" + line[:30]
        )
    assert counted(probe) == pytest.approx(2, rel=0.2)
    with log.open("a") as file:
        file.write(line[30:])
    assert counted(probe) == pytest.approx(1, rel=0.2)
    log.write_text(line)  # set aside and begun anew
    assert counted(probe) == pytest.approx(1, rel=0.2)


def counted(probe: SlowLog) -> float:
    """Return how many there were since the last reading."""
    began = probe._at
    return probe.read()["database.slow_statements_s"] * (probe._at - began)


def test_figures_that_a_card_does_not_have_are_left_out() -> None:
    said = "0, 37, 1024, 61\n1, [N/A], 2, [N/A]\n"
    assert gpu.parse(said) == {
        "gpu.busy_percent.0": 37.0,
        "gpu.memory_used_bytes.0": 1024 * 2**20,
        "gpu.temperature_c.0": 61.0,
        "gpu.memory_used_bytes.1": 2 * 2**20,
    }
