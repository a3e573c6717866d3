"""Comparisons through the API: measured, kept, listed, ranked for a link, deleted."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression import services
from compression.choices import AlgorithmStatus
from compression.compare.measuring import order
from compression.engine import errors as engine
from compression.engine import isolation
from compression.models import Algorithm, Comparison, HistoryEntry, Measurement
from core.models import Job
from files.models import File

API = "/api/v1/compression"
TEXT = "one potato, two potato, three potato, four. " * 200
ASKED = ["gzip", {"algorithm": "zstd", "level": 19}, "store"]


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


def compared(client: APIClient, **fields: Any) -> dict[str, Any]:
    body = {"text": TEXT, "algorithms": ASKED, "repetitions": 3} | fields
    response = client.post(f"{API}/compare", body, format="json")
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def test_candidates_are_measured_with_intervals(client: APIClient) -> None:
    body = compared(client)
    assert body["original_size"] == len(TEXT)
    assert body["checksum"] == hashlib.sha256(TEXT.encode()).hexdigest()
    assert [(row["algorithm"], row["level"]) for row in body["results"]] == [
        ("gzip", 6),
        ("zstd", 19),
        ("store", None),
    ]
    for row in body["results"]:
        assert row["error"] is None
        assert row["repetitions"] == 3
        assert row["ratio"] == pytest.approx(len(TEXT) / row["compressed_size"], rel=1e-3)
        for speed in ("compress", "decompress", "compress_cpu", "decompress_cpu"):
            interval = row[f"{speed}_mb_s_interval"]
            assert interval["low"] <= row[f"{speed}_mb_s"] <= interval["high"]
        assert row["peak_memory_bytes"] >= 0
    assert body["results"][2]["compressed_size"] == len(TEXT)
    assert any(row["pareto"] for row in body["results"])
    assert body["ended_by"] == "repetitions"
    assert body["environment"]["cores"] >= 1


def test_the_same_sizes_as_compressing_gives(client: APIClient) -> None:
    rows = compared(client, algorithms=["xz", {"algorithm": "zstd", "level": 5}])["results"]
    for row in rows:
        call = {"text": TEXT, "algorithm": row["algorithm"], "level": row["level"]}
        result = client.post(f"{API}/compress", call, format="json").json()
        assert result["compressed_size"] == row["compressed_size"]
        assert result["params"] == row["params"]


def test_without_repetitions_it_goes_on_until_the_intervals_are_tight_or_the_time_is_spent(
    client: APIClient,
) -> None:
    body = compared(client, repetitions=None, budget_s=0.5, algorithms=["lz4", "gzip"])
    assert body["ended_by"] in ("tight", "budget", "repetitions")
    assert body["budget_s"] == 0.5
    assert body["seconds"] < 5
    for row in body["results"]:
        assert row["tight"] is (
            row["repetitions"] >= 3
            and all(
                (row[f"{s}_mb_s_interval"]["high"] - row[f"{s}_mb_s_interval"]["low"]) / 2
                <= 0.0501 * row[f"{s}_mb_s"]
                for s in ("compress", "decompress")
            )
        )


def test_a_seed_gives_the_order(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    real = isolation.encode

    def noted(config: Any, *args: Any, **kwargs: Any) -> Any:
        ran.append(config["id"])
        return real(config, *args, **kwargs)

    monkeypatch.setattr(isolation, "encode", noted)
    names = ["gzip", "lz4", "store"]
    body = compared(client, algorithms=names, repetitions=2, seed=42)
    assert body["seed"] == 42
    assert ran == [names[i] for number in (0, 1) for i in order(42, number, [0, 1, 2])]
    assert isinstance(compared(client)["seed"], int)


def test_all_algorithms_and_levels_of_ones_choice(client: APIClient, settings: Any) -> None:
    settings.INLINE_LIMIT_S, settings.INLINE_WALL_S = 60, 60
    everything = compared(client, text="abc " * 30, algorithms="all", repetitions=1)["results"]
    assert [row["algorithm"] for row in everything] == list(
        Algorithm.objects.order_by("name").values_list("name", flat=True)
    )
    few = compared(client, algorithms=["zstd", "gzip", "store"], levels=[1, 9, 22], repetitions=1)["results"]
    assert [(row["algorithm"], row["level"]) for row in few] == [
        ("zstd", 1), ("zstd", 9), ("zstd", 22), ("gzip", 1), ("gzip", 9), ("store", None),
    ]  # fmt: skip
    levels = compared(client, algorithms=["gzip"], levels="all", repetitions=1)["results"]
    assert [row["level"] for row in levels] == list(range(10))
    twice = compared(client, algorithms=["gzip", {"algorithm": "gzip", "level": 6}], repetitions=1)["results"]
    assert len(twice) == 1


def test_an_upload_beside_its_wishes(client: APIClient) -> None:
    response = client.post(
        f"{API}/compare",
        {
            "file": SimpleUploadedFile("notes.txt", TEXT.encode()),
            "algorithms": json.dumps(ASKED),
            "levels": "default",
            "repetitions": "1",
        },
        format="multipart",
    )
    assert response.status_code == 201, response.content
    assert response.json()["file_name"] == "notes.txt"
    assert len(response.json()["results"]) == 3


def test_an_empty_input_has_sizes_and_no_speeds(client: APIClient) -> None:
    body = compared(client, text="", repetitions=1)
    assert body["original_size"] == 0
    for row in body["results"]:
        assert row["compressed_size"] is not None
        assert (row["compress_mb_s"], row["compress_mb_s_interval"]) == (None, None)


def test_respond_async_makes_a_job_that_gives_the_same(
    client: APIClient, run_jobs: Callable[[], list[Job]]
) -> None:
    body = {"text": TEXT, "algorithms": ASKED, "repetitions": 2, "seed": 5}
    response = client.post(f"{API}/compare", body, format="json", headers={"Prefer": "respond-async"})
    assert response.status_code == 202
    assert not Comparison.objects.exists()
    (job,) = run_jobs()
    assert (job.kind, job.status) == ("compare", "succeeded"), job.error
    assert (job.progress_done, job.progress_total, job.progress_unit) == (3, 3, "candidates")
    assert job.cpu_seconds > 0
    comparison = Comparison.objects.get()
    shown = client.get(response["Location"]).json()
    assert shown["result"] == client.get(f"{API}/compare/{comparison.pk}").json()
    assert shown["result"]["seed"] == 5
    assert comparison.job_id == job.pk


@pytest.mark.parametrize(
    "fields", [{"budget_s": 60}, {"algorithms": "all", "repetitions": 100}], ids=["budget", "work"]
)
def test_what_takes_longer_becomes_a_job(client: APIClient, fields: dict[str, Any]) -> None:
    response = client.post(f"{API}/compare", {"text": TEXT, **fields}, format="json")
    assert response.status_code == 202
    assert response.json()["progress"]["unit"] == "candidates"


def test_what_took_too_long_after_all_becomes_a_job(client: APIClient, settings: Any) -> None:
    settings.INLINE_WALL_S = 0
    response = client.post(f"{API}/compare", {"text": TEXT, "algorithms": ["gzip"]}, format="json")
    assert response.status_code == 202
    assert not Comparison.objects.exists()
    assert not HistoryEntry.objects.exists()


def test_a_candidate_that_fails_does_not_end_the_others(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = isolation.encode

    def crashing(config: Any, *args: Any, **kwargs: Any) -> Any:
        if config["id"] == "gzip":
            raise engine.CodecCrashed("The codec crashed (SIGSEGV)", signal=11)
        return real(config, *args, **kwargs)

    monkeypatch.setattr(isolation, "encode", crashing)
    first, *others = compared(client)["results"]
    assert first["error"]["code"] == "codec_crashed"
    assert "crashed" in first["error"]["detail"]
    assert (first["compressed_size"], first["compress_mb_s"], first["pareto"]) == (None, None, False)
    assert all(row["error"] is None for row in others)
    outcomes = dict(HistoryEntry.objects.values_list("algorithm", "succeeded"))
    assert outcomes == {"gzip": False, "zstd": True, "store": True}


def test_a_storage_that_is_full_ends_it_and_keeps_nothing(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise engine.StorageFull("No room")

    monkeypatch.setattr(isolation, "encode", full)
    response = client.post(f"{API}/compare", {"text": TEXT, "algorithms": ASKED}, format="json")
    assert (response.status_code, response.json()["code"]) == (507, "storage_full")
    assert not Comparison.objects.exists()
    assert not HistoryEntry.objects.exists()
    assert not File.objects.filter(deleted_at=None).exists()


def test_each_candidate_is_one_outcome_however_often_it_ran(client: APIClient, ada: User) -> None:
    body = compared(client)
    assert AuditEntry.objects.filter(action="file.compared", actor=ada, target_id=body["id"]).count() == 1
    outcomes = HistoryEntry.objects.order_by("algorithm")
    assert [entry.algorithm for entry in outcomes] == ["gzip", "store", "zstd"]
    for entry in outcomes:
        row = next(row for row in body["results"] if row["algorithm"] == entry.algorithm)
        assert (str(entry.comparison_id), entry.repetitions, entry.owner) == (body["id"], 3, ada)
        assert entry.content_sha256 == body["checksum"]
        assert entry.compressed_size == row["compressed_size"]
        assert entry.compress_seconds == pytest.approx(row["compress_seconds"], rel=1e-3)


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"algorithms": ["nope"]}, 422, "unknown_algorithm", "algorithms.0"),
        ({"algorithms": ["gzip", {"algorithm": "zstd", "level": 99}]}, 422, "invalid_params", "algorithms.1.level"),
        ({"algorithms": [{"algorithm": "zstd", "params": {"x": 1}}]}, 422, "invalid_params", "algorithms.0.params.x"),
        ({"algorithms": "some"}, 400, "invalid", "algorithms"),
        ({"algorithms": []}, 400, "invalid", "algorithms"),
        ({"algorithms": [{"level": 3}]}, 400, "invalid", "algorithms.0.algorithm"),
        ({"algorithms": [3]}, 400, "invalid", "algorithms.0"),
        ({"levels": "most"}, 400, "invalid", "levels"),
        ({"levels": [True]}, 400, "invalid", "levels"),
        ({"algorithms": ["gzip"], "levels": [77]}, 422, "no_candidates", "levels"),
        ({"repetitions": 0}, 400, "invalid", "repetitions"),
        ({"budget_s": 0}, 400, "invalid", "budget_s"),
        ({"budget_s": 1e9}, 400, "invalid", "budget_s"),
        ({"seed": -1}, 400, "invalid", "seed"),
        ({"seed": 2**60}, 400, "invalid", "seed"),
        ({"file": str(uuid4())}, 400, "invalid", "file"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(
    client: APIClient, fields: dict[str, Any], status: int, code: str, field: str
) -> None:
    response = client.post(f"{API}/compare", {"text": TEXT, **fields}, format="json")
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert field in [error["field"] for error in problem["errors"]], problem["errors"]
    assert not Comparison.objects.exists()
    assert not Job.objects.exists()
    assert not File.objects.filter(deleted_at=None).exists()


def test_too_many_candidates_are_refused(client: APIClient) -> None:
    wishes = [
        {"algorithm": "zstd", "level": level, "params": {"checksum": checksum, "window_log": window}}
        for level in range(1, 23)
        for checksum in (True, False)
        for window in range(20, 27)
    ]
    response = client.post(f"{API}/compare", {"text": "x", "algorithms": wishes}, format="json")
    assert (response.status_code, response.json()["code"]) == (422, "too_many")


def test_a_link_ranks_them_and_break_evens_say_where_that_changes(client: APIClient) -> None:
    made = compared(client, repetitions=2)
    assert made["link"] is None
    address = f"{API}/compare/{made['id']}"
    body = client.get(f"{address}?bandwidth_mbit_s=1e-6").json()
    ranking = body["link"]["ranking"]
    assert [row["rank"] for row in ranking] == [1, 2, 3, 4]
    assert [row["seconds"] for row in ranking] == sorted(row["seconds"] for row in ranking)
    smallest = min(body["results"], key=lambda row: row["compressed_size"])
    assert ranking[0]["algorithm"] == smallest["algorithm"]
    fast = client.get(f"{address}?bandwidth_mbit_s=1e9&sent=many").json()["link"]
    assert (fast["ranking"][0]["candidate"], fast["sent"]) == ("as it is", "many")
    for changes in body["break_even"].values():
        assert changes[0]["slower_link"].startswith(smallest["algorithm"])
        assert changes[-1]["faster_link"] == "as it is"
        at = [change["bandwidth_mbit_s"] for change in changes]
        assert at == sorted(at)


@pytest.mark.parametrize(
    "query", ["bandwidth_mbit_s=0", "bandwidth_mbit_s=x", "bandwidth_mbit_s=nan", "sent=twice", "colour=red"]
)
def test_a_link_that_cannot_be_is_a_400(client: APIClient, query: str) -> None:
    made = compared(client, repetitions=1)
    response = client.get(f"{API}/compare/{made['id']}?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_listed_shown_and_deleted(client: APIClient, ada: User) -> None:
    made = compared(client, repetitions=1)
    other = compared(client, repetitions=1, text="something else")
    listed = client.get(f"{API}/compare").json()
    assert [row["id"] for row in listed["results"]] == [other["id"], made["id"]]
    assert listed["results"][1]["candidates"] == 3
    assert listed["results"][1]["smallest_size"] == min(r["compressed_size"] for r in made["results"])
    assert client.get(f"{API}/compare?checksum={made['checksum']}").json()["count"] == 1
    assert client.get(f"{API}/compare?nonsense=1").status_code == 400
    assert client.delete(f"{API}/compare/{made['id']}").status_code == 204
    assert client.get(f"{API}/compare/{made['id']}").status_code == 404
    assert not Measurement.objects.filter(comparison_id=made["id"]).exists()
    assert HistoryEntry.objects.filter(comparison_id=made["id"]).count() == 3
    assert AuditEntry.objects.filter(action="comparison.deleted", actor=ada, target_id=made["id"]).exists()


def test_outsiders_and_viewers(
    api: Callable[..., APIClient], client: APIClient, ben: User, vera: User
) -> None:
    made = compared(client, repetitions=1)
    other = api(ben)
    assert other.get(f"{API}/compare/{made['id']}").status_code == 404
    assert other.delete(f"{API}/compare/{made['id']}").status_code == 404
    assert other.get(f"{API}/compare").json()["count"] == 0
    body = {"file": made["file"], "algorithms": ["gzip"]}
    assert other.post(f"{API}/compare", body, format="json").status_code == 404
    assert Comparison.objects.count() == 1
    viewer = api(vera)
    assert viewer.get(f"{API}/compare").status_code == 200
    response = viewer.post(f"{API}/compare", {"text": "x"}, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "role_missing")


def test_staff_who_open_anothers_comparison_leave_a_trace(
    api: Callable[..., APIClient], client: APIClient, otto: User
) -> None:
    made = compared(client, repetitions=1)
    assert api(otto).get(f"{API}/compare/{made['id']}").status_code == 200
    assert AuditEntry.objects.filter(action="comparison.opened_by_staff", actor=otto).count() == 1


def test_what_is_tested_takes_part_for_staff_alone(
    api: Callable[..., APIClient], client: APIClient, otto: User, mia: User
) -> None:
    row = Algorithm.objects.get(name="bzip2")
    services.algorithm_set_status(algorithm=row, status=AlgorithmStatus.DISABLED, actor=mia)
    services.algorithm_set_status(algorithm=row, status=AlgorithmStatus.TESTING, actor=mia)
    body = {"text": TEXT, "algorithms": ["bzip2"], "repetitions": 1}
    refused = client.post(f"{API}/compare", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "algorithm_disabled")
    assert api(otto).post(f"{API}/compare", body, format="json").status_code == 201
    assert client.post(f"{API}/compress", {"text": "x", "algorithm": "bzip2"}).status_code == 422
    assert api(otto).post(f"{API}/compress", {"text": "x", "algorithm": "bzip2"}).status_code == 201


def test_a_fixed_number_of_queries(client: APIClient, django_assert_num_queries: Any) -> None:
    made = compared(client, algorithms=["gzip", "lz4", "xz", "store"], repetitions=1)
    compared(client, repetitions=1)
    with django_assert_num_queries(3):  # the token, the count, the page
        client.get(f"{API}/compare?ordering=-original_size")
    with django_assert_num_queries(3):  # the token, the comparison, its measurements
        assert client.get(f"{API}/compare/{made['id']}?bandwidth_mbit_s=10").status_code == 200


def test_the_same_key_compares_once(client: APIClient) -> None:
    body = {"text": TEXT, "algorithms": ["gzip"], "repetitions": 1}
    first, again = (
        client.post(f"{API}/compare", body, format="json", headers={"Idempotency-Key": "k"}) for _ in "12"
    )
    assert first.json() == again.json()
    assert Comparison.objects.count() == 1
