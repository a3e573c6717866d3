"""Files in which several processes count together."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.multiprocess import MultiProcessCollector

from metrics.prometheus import files
from metrics.prometheus.files import FIRST_BYTES, GAUGES, Book, Reader
from metrics.prometheus.http import BOUNDS, Counted, Counting

CHILD = """
import os, sys, signal
from pathlib import Path
from metrics.prometheus.http import Counting
counting = Counting(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    counting.began()
    counting.ended("GET", "pages:start", 200, 0.003)
counting.began()
print("ready", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for one file and a half."""
    folder = tmp_path / "small"
    folder.mkdir()
    size = f"size={FIRST_BYTES * 3 // 2}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("file systems cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_processes_add_up_and_killed_ones_stay_counted(tmp_path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (3, 40)
    ]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    counted = Counted(tmp_path)
    assert counted.totals().requests == 43
    assert counted.in_progress() == 2
    for child in children:
        child.communicate("die\n")
    assert counted.totals().requests == 43
    assert counted.totals().buckets[BOUNDS.index(0.005)] == 43
    assert counted.in_progress() == 0, "what a dead process was doing is not being done"


def test_the_library_reads_the_files_alike(tmp_path: Path) -> None:
    counting = Counting(tmp_path)
    for seconds in (0.001, 0.02, 0.02, 99.0):
        counting.began()
        counting.ended("POST", "api:files:upload", 201, seconds)
    counting.began()
    found = {
        (sample.name, sample.labels.get("le")): sample.value
        for metric in MultiProcessCollector(None, str(tmp_path)).collect()
        for sample in metric.samples
    }
    assert found["dynacomp_http_requests_total", None] == 4
    assert found["dynacomp_http_request_duration_seconds_bucket", "0.025"] == 3
    assert found["dynacomp_http_request_duration_seconds_count", None] == 4
    assert found["dynacomp_http_request_duration_seconds_sum", None] == pytest.approx(99.041)
    assert found["dynacomp_http_requests_in_progress", None] == 1
    series = Counted(tmp_path).series()["POST", "api:files:upload", "2xx"]
    assert series.requests == sum(series.buckets) == 4
    assert series.seconds == pytest.approx(99.041)


def test_a_number_given_out_anew_counts_on(tmp_path: Path) -> None:
    first = Book(tmp_path, "counter")
    first.add("[]", 5)
    again = Book(tmp_path, "counter")
    again.add("[]", 2)
    assert Reader(tmp_path, str).read("counter") == {"[]": 7}


def test_a_gauge_of_that_number_begins_anew(tmp_path: Path) -> None:
    gauge = Book(tmp_path, GAUGES)
    gauge.add("[]", 5)
    assert Reader(tmp_path, str).read(GAUGES) == {"[]": 5}
    del gauge
    again = Book(tmp_path, GAUGES)
    again.add("[]", 2)
    assert Reader(tmp_path, str).read(GAUGES) == {"[]": 2}


def test_a_gauge_takes_the_place_of_one_that_is_still_held(tmp_path: Path) -> None:
    """As by a child of the process that had this number before."""
    before = Book(tmp_path, GAUGES)
    before.add("[]", 5)
    again = Book(tmp_path, GAUGES)
    again.add("[]", 2)
    assert Reader(tmp_path, str).read(GAUGES) == {"[]": 2}
    before.add("[]", 1)
    assert Reader(tmp_path, str).read(GAUGES) == {"[]": 2}


def test_a_full_disk_costs_nothing_but_the_file(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counters, more = Book(small_disk, "counter"), Book(small_disk, "histogram")
    counters.add("first", 1)
    for number in range(10_000):  # more keys than the file takes; the disk has no room for the next megabyte
        counters.add(f"key {number}: {'x' * 60}", 1)
        more.add("other", 1)
    reader = Reader(small_disk, str)
    assert 1000 < len(reader.read("counter")) < 10_000
    assert reader.read("histogram") == {}
    subprocess.run(["mount", "-o", f"remount,size={FIRST_BYTES * 40}", small_disk], check=True)
    monkeypatch.setattr(files, "RETRY_S", 0.0)
    counters._retry_at = more._retry_at = 0.0
    counters.add("first", 1)
    more.add("other", 1)
    assert len(reader.read("counter")) == 10_001
    assert reader.read("counter")["first"] == 2
    assert reader.read("histogram") == {"other": 10_001}


def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    counting = Counting(tmp_path / "file" / "below")
    counting.began()
    counting.ended("GET", "none", 404, 0.1)
    assert Counted(tmp_path / "file" / "below").totals().requests == 0


def test_a_damaged_file_is_left_out(tmp_path: Path) -> None:
    Book(tmp_path, "counter").add("[]", 3)
    (tmp_path / "counter_1.db").write_bytes(b"\xff\xff\0\0" + b"\x7f" * 100)
    (tmp_path / "counter_2.db").write_bytes(b"")
    assert Reader(tmp_path, str).read("counter") == {"[]": 3}


def test_threads_lose_nothing(tmp_path: Path) -> None:
    counting = Counting(tmp_path)

    def work() -> None:
        for number in range(500):
            counting.began()
            counting.ended("GET", f"route-{number % 7}", 200 + number % 300, number / 1000)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    totals = Counted(tmp_path).totals()
    assert totals.requests == sum(totals.buckets) == 4000
    assert Counted(tmp_path).in_progress() == 0
    assert os.listdir(tmp_path)
