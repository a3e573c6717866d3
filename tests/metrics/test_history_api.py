"""The history through the API: at any resolution, as a file, and what ran then. For staff."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from core.access.roles import Scope
from core.models import Job
from metrics.api.history_asking import LONGEST
from metrics.probes.outcomes import RATES
from metrics.storage import rolling
from tests.metrics.samples import CPU, MACHINE, seconds, store

API = "/api/v1/metrics"
LOAD = "system.load_1"


@pytest.fixture
def client(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


def job_id(second: int) -> UUID:
    """Return the number of the job that ran in that second."""
    return UUID(int=second)


@pytest.fixture
def began() -> datetime:
    """Two minutes of samples of an hour ago begin here; one second of them is a spike."""
    t = (timezone.now() - timedelta(hours=1)).replace(minute=30, second=0, microsecond=0)
    for number, moment in enumerate(seconds(t, 120)):
        busy = {
            "jobs": [{"id": str(job_id(number)), "kind": "compress"}],
            "processes": [{"name": "worker", "pid": 1}],
        }
        store(moment, 99.5 if number == 77 else 10 + number % 3, context=busy, system__load_1=number)
    return t


def ask(client: APIClient, what: str, **query: Any) -> Any:
    response = client.get(f"{API}/{what}", query)
    assert response.status_code == 200, response.content
    return response.json()


def refused(client: APIClient, what: str, **query: Any) -> dict[str, Any]:
    response = client.get(f"{API}/{what}", query)
    assert response.status_code == 400, response.content
    error: dict[str, Any] = response.json()["errors"][0]
    return error


def exported(client: APIClient, **query: Any) -> bytes:
    response: Any = client.get(f"{API}/export", query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def window(t: datetime, seconds: float = 120) -> dict[str, str]:
    return {"from": t.isoformat(), "to": (t + timedelta(seconds=seconds)).isoformat()}


def iso(t: datetime) -> str:
    return t.isoformat().replace("+00:00", "Z")


def test_one_metric_has_the_shape_of_the_specification(client: APIClient, began: datetime) -> None:
    found = ask(client, "history", metric=CPU, resolution="minute", **window(began))
    assert found.keys() == {"metric", "unit", "resolution", "points"}
    assert (found["metric"], found["unit"], found["resolution"]) == (CPU, "%", "minute")
    first, second = found["points"]
    assert first == {"t": iso(began), "min": 10.0, "avg": 11.0, "max": 12.0, "count": 60}
    assert (second["t"], second["max"]) == (iso(began + timedelta(minutes=1)), 99.5)


def test_several_come_at_once(client: APIClient, began: datetime) -> None:
    by_commas = ask(client, "history", metric=f"{CPU},{LOAD}", **window(began))
    assert by_commas == ask(client, "history", metric=[CPU, LOAD], **window(began))
    assert by_commas == ask(client, "history", metric="system.*", **window(began))
    assert (by_commas["machine"], by_commas["resolution"]) == (MACHINE, "raw")
    assert [(one["metric"], one["unit"], len(one["points"])) for one in by_commas["series"]] == [
        (CPU, "%", 120),
        (LOAD, "", 120),
    ]
    alone = ask(client, "history", metric=LOAD, **window(began))
    assert alone["points"] == by_commas["series"][1]["points"]
    assert ask(client, "history", metric="gpu.*")["series"] == []


@pytest.mark.parametrize("resolution", ["raw", "minute", "hour", "day", "auto"])
def test_csv_json_and_history_say_the_same_before_and_after_it_is_rolled_up(
    client: APIClient, began: datetime, resolution: str
) -> None:
    def lines() -> list[dict[str, Any]]:
        query = {"metric": "system.*", "resolution": resolution, **window(began)}
        series = ask(client, "history", **query)["series"]
        expected = sorted(
            (
                {"t": point["t"], "metric": one["metric"], "unit": one["unit"]} | point
                for one in series
                for point in one["points"]
            ),
            key=lambda line: (line["t"], line["metric"]),
        )
        assert json.loads(exported(client, format="json", **query)) == expected
        rows = list(csv.DictReader(io.StringIO(exported(client, **query).decode())))
        figures = {"min": float, "avg": float, "max": float, "count": int}
        assert [row | {name: kind(row[name]) for name, kind in figures.items()} for row in rows] == expected
        return expected

    before = lines()
    rolling.roll_up(timezone.now())
    assert lines() == before
    assert max(line["max"] for line in before if line["metric"] == CPU) == 99.5


def test_the_window_ends_now_and_is_an_hour_long_where_it_is_not_said(client: APIClient) -> None:
    now = timezone.now()
    store(now - timedelta(minutes=61), 1)
    store(now - timedelta(minutes=59), 2)
    store(now - timedelta(seconds=1), 3)
    for query in (
        {},
        {"from": "-1h"},
        {"from": "now-60m", "to": "now"},
        {"from": (now - timedelta(hours=1)).isoformat()},
    ):
        found = ask(client, "history", metric=CPU, resolution="raw", **query)
        assert [point["avg"] for point in found["points"]] == [2, 3], query
    assert [
        point["avg"] for point in ask(client, "history", metric=CPU, resolution="raw", to="-60m")["points"]
    ] == [1]
    found = ask(client, "history", metric=CPU, **{"from": "1970-01-01", "to": "9999-12-31T23:59:59Z"})
    assert (found["resolution"], sum(point["count"] for point in found["points"])) == ("day", 3)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({}, "metric", "required"),
        ({"metric": ""}, "metric.0", "blank"),
        ({"metric": ","}, "metric", "count"),
        ({"metric": "system.nonsense"}, "metric", "unknown_metric"),
        ({"metric": "'; DROP TABLE metric_samples; --"}, "metric", "unknown_metric"),
        ({"metric": "x" * 20_001}, "metric.0", "max_length"),
        ({"metric": ["x" * 15_000] * 2}, "metric", "max_length"),
        ({"metric": [f"system.core_percent.{n}" for n in range(21)]}, "metric", "count"),
        ({"metric": CPU, "from": "-1h", "to": "-2h"}, "from", "invalid"),
        ({"metric": CPU, "from": "2026-11-01", "to": "2026-11-01T00:00:00Z"}, "from", "invalid"),
        ({"metric": CPU, "from": "yesterday"}, "from", "invalid"),
        ({"metric": CPU, "from": "2026-02-30"}, "from", "invalid"),
        ({"metric": CPU, "to": "-1y"}, "to", "invalid"),
        ({"metric": CPU, "to": "٣"}, "to", "invalid"),
        ({"metric": CPU, "resolution": "week"}, "resolution", "invalid_choice"),
        ({"metric": CPU, "resolution": "raw", "from": "-4d"}, "resolution", "not_kept"),
        ({"metric": CPU, "resolution": "minute", "from": "-130d"}, "resolution", "not_kept"),
        ({"metric": CPU, "machine": "nowhere"}, "machine", "unknown_machine"),
        ({"metric": CPU, "colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_what_cannot_be_is_refused(client: APIClient, query: dict[str, Any], field: str, code: str) -> None:
    for what in ("history", "export"):
        if what == "history" or code != "count" or not isinstance(query.get("metric"), list):
            error = refused(client, what, **query)
            assert (error["field"], error["code"]) == (field, code)


def test_a_resolution_that_is_not_kept_any_more_is_refused_with_what_is(client: APIClient) -> None:
    detail = refused(client, "history", metric=CPU, resolution="raw", **{"from": "-4d"})["detail"]
    assert detail.startswith("seconds are kept since ")
    assert "day for ever" in detail
    assert ask(client, "history", metric=CPU, **{"from": "-4d"})["resolution"] == "hour"


def test_more_points_than_one_answer_holds_come_as_a_file(
    client: APIClient, began: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.api.history_views.MOST_POINTS", 200)
    query = {"metric": "system.*", "resolution": "raw", **window(began)}
    error = refused(client, "history", **query)
    assert (error["field"], error["code"]) == ("resolution", "too_many_points")
    monkeypatch.setattr("metrics.api.history_views.MOST_POINTS", 100)
    error = refused(client, "history", **{**query, "metric": "redis.clients"})
    assert error["code"] == "too_many_points", "rows without values are looked at all the same"
    monkeypatch.setattr("metrics.storage.rows.LARGEST_PAGE", 50)
    monkeypatch.setattr("metrics.api.history_views.PAGE", 33)
    assert len(json.loads(exported(client, format="json", **query))) == 240
    assert exported(client, metric="gpu.*") == b""
    assert refused(client, "export", metric=CPU, format="xml")["field"] == "format"


def test_a_file_has_all_that_a_large_machine_has(client: APIClient) -> None:
    cores = [f"system.core_percent.{core}" for core in range(128)]
    algorithms = [f"compression.{what}.{name}" for what in RATES for name in ("zstd", "xz", "gzip")]
    asked = cores + algorithms
    assert len(",".join(asked)) < LONGEST
    values: dict[str, Any] = {name.replace(".", "__"): 1.0 for name in asked}
    store(timezone.now() - timedelta(seconds=5), **values)
    by_pattern = exported(client, metric=["system.core_percent.*", *algorithms], resolution="raw")
    by_name = exported(client, metric=",".join(asked * 4), resolution="raw")
    for file in (by_name, by_pattern, exported(client, metric=asked, resolution="raw")):
        found = {row["metric"] for row in csv.DictReader(io.StringIO(file.decode()))}
        assert found == set(asked)


def test_the_number_of_queries_does_not_grow_with_the_window(
    client: APIClient, began: datetime, django_assert_num_queries: Any
) -> None:
    rolling.roll_up(timezone.now())
    ask(client, "series")  # the token is noted as used, once
    for metric in (CPU, f"{CPU},{LOAD}"):
        for length in (10, 120):
            with django_assert_num_queries(5):  # token, main machine, machine, marks, rows
                ask(client, "history", metric=metric, **window(began, length))
    with django_assert_num_queries(7):  # and the machine and its series, for the pattern
        ask(client, "history", metric="system.*", **window(began))
    with django_assert_num_queries(5):  # token, main machine, machines, machine, series
        ask(client, "series")
    with django_assert_num_queries(4):  # token, main machine, samples, jobs
        ask(client, "moment", t=iso(began))


def test_what_ran_then(client: APIClient, began: datetime) -> None:
    spike = began + timedelta(seconds=77)
    expected = {
        "machine": MACHINE,
        "t": iso(spike),
        "resolution": "raw",
        "cpu_percent": 99.5,
        "jobs": [{"id": str(job_id(77)), "kind": "compress", "title": "", "owner_id": None}],
        "processes": [{"name": "worker", "pid": 1}],
    }
    assert ask(client, "moment", t=iso(spike)) == expected
    assert ask(client, "moment", t=iso(began), resolution="day") == expected
    last = ask(client, "moment", t=iso(began), resolution="hour", metric=LOAD)
    assert [job["id"] for job in last["jobs"]] == [str(job_id(119))]
    assert client.get(f"{API}/moment", {"t": "-10d"}).status_code == 404
    assert refused(client, "moment")["field"] == "t"
    assert refused(client, "moment", t="now", resolution="auto")["field"] == "resolution"
    assert refused(client, "moment", t="now", metric="x")["field"] == "metric"


def test_a_job_has_its_title_for_as_long_as_it_is_there(client: APIClient, ada: User) -> None:
    t = timezone.now() - timedelta(minutes=1)
    job = Job.objects.create(owner=ada, kind="compress", queue="cpu", timeout_s=60, title="Compress a")
    ran: list[dict[str, Any]] = [{"id": str(job.pk)}, {"id": "none", "title": "of earlier", "owner_id": "x"}]
    store(t, context={"jobs": ran})
    gone = {"title": "", "owner_id": None}
    assert ask(client, "moment", t=iso(t))["jobs"] == [
        {"id": str(job.pk), "title": "Compress a", "owner_id": str(ada.pk)},
        {"id": "none", **gone},
    ]
    Job.objects.all().delete()
    assert ask(client, "moment", t=iso(t))["jobs"][0] == {"id": str(job.pk), **gone}


def test_what_there_is_to_ask_for(client: APIClient, began: datetime) -> None:
    store(timezone.now(), machine="bellows")
    found = ask(client, "series", machine=MACHINE)
    assert (found["machine"], found["machines"]) == (MACHINE, [MACHINE, "bellows"])
    assert found["kept"]["day"] is None
    assert found["kept"]["raw"].endswith("T00:00:00Z")
    assert [(one["metric"], one["unit"]) for one in found["series"]] == [(CPU, "%"), (LOAD, "")]
    assert found["series"][1]["title"] == "Load, one minute"
    assert [one["metric"] for one in ask(client, "series")["series"]] == [CPU]
    assert refused(client, "series", machine="nowhere")["code"] == "unknown_machine"


def test_nothing_is_known_before_the_first_sample(client: APIClient) -> None:
    assert ask(client, "history", metric=CPU)["points"] == []
    assert ask(client, "history", metric="system.*") == {
        "machine": None,
        "resolution": "minute",
        "series": [],
    }
    known = ask(client, "series")
    assert (known["machine"], known["machines"], known["series"]) == (None, [], [])
    assert client.get(f"{API}/moment", {"t": "now"}).status_code == 404


@pytest.mark.parametrize(
    "what", ["history?metric=system.cpu_percent", "export?metric=*", "series", "moment?t=now"]
)
def test_it_is_for_staff(api: Callable[..., APIClient], ada: User, vera: User, what: str) -> None:
    for user in (ada, vera):
        response = api(user).get(f"{API}/{what}")
        assert (response.status_code, response.json()["code"]) == (403, "role_missing")
    assert api().get(f"{API}/{what}").status_code == 401


@pytest.mark.parametrize(
    "start",
    ["1970-01-01", "-999999d", "0001-01-02", "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00-23:59"],
)
def test_a_window_may_begin_before_all_time(client: APIClient, start: str) -> None:
    store(timezone.now(), 7)
    for what in ("history", "export"):
        response = client.get(f"{API}/{what}", {"metric": CPU, "from": start, "to": "9999-12-31T23:59:59Z"})
        assert response.status_code in (200, 400), response.content
        if response.status_code == 400:
            assert response.json()["errors"][0]["field"] == "from"
    assert client.get(f"{API}/moment", {"t": start, "resolution": "day"}).status_code in (400, 404)
