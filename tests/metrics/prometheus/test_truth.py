"""What Prometheus is told is exact: two web processes, many clients, and one process killed in between."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psutil
import pytest

from tests.config.running import Running
from tests.core.crew import until
from tests.metrics.prometheus.load import ADDRESS, TEXT, Counts, Load, counted
from tests.metrics.prometheus.pages import parsed, samples, total
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prometheus")]
CLIENTS, ROUNDS = 6, 5


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A platform of its own with two web processes."""
    with Running(tmp_path_factory.mktemp("truth") / "data", WEB_PROCESSES="2", WORKERS="2") as found:
        found.await_ready()
        yield found


@pytest.fixture(scope="module")
def stack(running: Running) -> Stack:
    """The platform as a client sees it."""
    url = f"http://127.0.0.1:{running.services()['PORT']}"
    return Stack(url, running.data, (running.data / "admin-password").read_text().strip())


def web_processes(running: Running) -> list[psutil.Process]:
    """Return the web processes that live."""
    return running.children("-m config.serving")


def kill_one(running: Running) -> int:
    """Kill a web process and wait for the one that takes its place; return its number."""
    victim = web_processes(running)[0]
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(40)

    def both_live() -> bool:
        alive = web_processes(running)
        return len(alive) == 2 and victim.pid not in {process.pid for process in alive}

    until(both_live)
    return victim.pid


def all_but_health(page: Any) -> float:
    """Return the number of all requests but those with which the platform looks whether it is well."""
    found = samples(page)
    return sum(
        value
        for name, labels, value in found
        if name == "dynacomp_http_requests_total" and not labels["route"].startswith("api:health:")
    )


def test_counters_are_exactly_what_was_done(running: Running, stack: Stack) -> None:
    load = Load(stack, stack.token())
    load.requests.clear()
    before = load.page()
    load.run(CLIENTS, ROUNDS)
    victim = kill_one(running)
    load.run(CLIENTS, ROUNDS)
    until(lambda: total(load.page(), "dynacomp_jobs_open") == 0)
    page = load.page()
    load.requests["GET", "api:metrics:prometheus", "2xx"] -= 1  # the last one does not know of itself

    found, was = counted(page, load.requests), counted(before, load.requests)
    assert found - was == load.requests
    of_victim = running.data / "run" / "prometheus" / f"counter_{victim}.db"
    assert of_victim.exists(), "its counts are still there"
    assert not of_victim.with_name(f"gauge_livesum_{victim}.db").exists(), "what it was doing is not"
    assert total(page, "dynacomp_http_requests_in_progress") == 1
    assert all_but_health(page) - all_but_health(before) == load.requests.total(), "nothing else was counted"
    assert total(page, "dynacomp_http_request_duration_seconds_count") == total(
        page, "dynacomp_http_requests_total"
    )
    for (operation, algorithm), number in load.outcomes.items():
        labels = {"operation": operation, "algorithm": algorithm}
        assert total(page, "dynacomp_compression_operations_total", **labels) == number, labels
        failed = number if operation == "decompress" else 0
        assert total(page, "dynacomp_compression_failures_total", **labels) == failed
        original = 0 if failed else number * len(TEXT)
        assert total(page, "dynacomp_compression_original_bytes_total", **labels) == original
    asynchronous = load.outcomes["compress", "bzip2"]
    assert total(page, "dynacomp_jobs_total", kind="compress", state="succeeded") == asynchronous


def test_the_ledger_and_the_page_agree(stack: Stack) -> None:
    token = stack.token()
    page = stack.call("GET", ADDRESS, token=token)[1]
    seconds: Counter[str] = Counter()
    compressed: Counter[str] = Counter()
    number = 1
    while True:
        status, body, _ = stack.call(
            "GET", f"/api/v1/compression/history?page_size=100&page={number}", token=token
        )
        assert status == 200, body
        for row in body["results"]:
            if row["succeeded"]:
                seconds[row["algorithm"]] += row["compress_seconds"]
                compressed[row["algorithm"]] += row["compressed_size"]
        if not body["next"]:
            break
        number += 1
    assert len(seconds) == 3
    for algorithm, expected in seconds.items():
        found = total(
            page, "dynacomp_compression_codec_seconds_total", algorithm=algorithm, operation="compress"
        )
        assert found == pytest.approx(expected, rel=1e-3)  # the API rounds to four figures
        assert compressed[algorithm] == total(
            page, "dynacomp_compression_compressed_bytes_total", algorithm=algorithm
        )


def test_whoever_leaves_is_counted(running: Running, stack: Stack) -> None:
    load = Load(stack, stack.token())
    before = load.page()
    for _ in range(20):
        load.leave()
    name = "dynacomp_http_requests_total"
    was = total(before, name, route="api:files:download")
    assert until(lambda: total(load.page(), name, route="api:files:download") == was + 20)
    assert until(lambda: total(load.page(), "dynacomp_http_requests_in_progress") == 1)


def test_what_was_answered_was_counted_whenever_the_process_is_killed(running: Running, stack: Stack) -> None:
    load = Load(stack, stack.token())
    before = load.page()
    end = time.monotonic() + 6

    def client(_: int) -> tuple[int, int]:
        sent = answered = 0
        while time.monotonic() < end:
            sent += 1
            with suppress(OSError):  # killed under it
                answered += stack.call("GET", "/api/v1/jobs", token=load.token)[0] == 200
        return sent, answered

    with ThreadPoolExecutor(4) as pool:
        clients = pool.map(client, range(4))
        time.sleep(1.5)
        kill_one(running)
        results = list(clients)
    sent, answered = (sum(column) for column in zip(*results, strict=True))
    names: Counts = Counter({("GET", "api:jobs:list", "2xx"): 1})
    found = (counted(load.page(), names) - counted(before, names)).total()
    assert answered <= found <= sent
    assert answered > 20


def test_a_new_start_counts_from_nothing(running: Running, stack: Stack) -> None:
    """Kept last: it ends the platform."""
    nobody_polls = {"route": "api:jobs:list"}
    token = stack.token()
    stack.call("GET", "/api/v1/jobs", token=token)
    page = stack.call("GET", ADDRESS, token=token)[1]
    assert total(page, "dynacomp_http_requests_total", **nobody_polls) > 0
    outcomes = total(page, "dynacomp_compression_operations_total")
    running.end(signal.SIGTERM)
    running.start()
    running.await_ready()
    again = Stack(f"http://127.0.0.1:{running.services()['PORT']}", stack.data, stack.password)
    page = again.call("GET", ADDRESS, token=again.token())[1]
    assert total(page, "dynacomp_http_requests_total", **nobody_polls) == 0
    assert total(page, "dynacomp_compression_operations_total") == outcomes, "the ledger goes on"
    assert parsed(page)
