"""Algorithms through the API: composed, changed, tested, used and deleted by staff, seen by all."""

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression import services
from compression.algorithms.services import algorithm_change, preset_create
from compression.choices import AlgorithmStatus
from compression.engine import codecs
from compression.models import ALGORITHM_MACHINE, Algorithm, AlgorithmVersion, HistoryEntry, Result
from core.access.roles import Scope
from core.errors import Conflict
from core.models import Job
from core.states import InvalidTransition
from tests.compression.presets import API, PRESET, activate, made, put

TEXT = "one potato, two potato, three potato, four. " * 200


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def staff(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


# Composed


def test_a_preset_begins_as_a_draft_that_only_staff_see(
    staff: APIClient, client: APIClient, otto: User
) -> None:
    body = made(staff)
    assert (body["kind"], body["status"], body["version"], body["enabled"]) == ("dynamic", "draft", 1, False)
    assert body["composition"]["algorithm"] == "zstd"
    assert (body["composition"]["level"], body["composition"]["params"]["window_log"]) == (19, 24)
    assert (body["levels"], body["params"]["properties"]) == (None, {})
    assert (body["file_extension"], body["family"]) == (".zst", "zstd")
    assert client.get(f"{API}/algorithms/logs-small").status_code == 404
    assert "logs-small" not in [row["name"] for row in client.get(f"{API}/algorithms").json()["results"]]
    refused = staff.post(f"{API}/compress", {"text": TEXT, "algorithm": "logs-small"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_algorithm")
    assert AuditEntry.objects.filter(action="algorithm.created", actor=otto).count() == 1


def test_from_draft_to_everybodys_use_and_out_of_it(
    staff: APIClient, client: APIClient, tmp_path: Path
) -> None:
    made(staff)
    call = {"text": TEXT, "algorithm": "logs-small"}

    assert put(staff, "logs-small", status="testing").json()["status"] == "testing"
    assert client.post(f"{API}/compress", call, format="json").json()["code"] == "algorithm_disabled"
    assert staff.post(f"{API}/compress", call, format="json").status_code == 201
    untested = put(staff, "logs-small", status="active")
    assert (untested.status_code, untested.json()["code"]) == (409, "not_tested")

    put(staff, "logs-small", status="draft")
    activate(staff)
    assert client.get(f"{API}/algorithms/logs-small").json()["enabled"] is True
    result = client.post(f"{API}/compress", call, format="json").json()
    assert (result["algorithm"], result["level"], result["params"]["window_log"]) == ("logs-small", 19, 24)
    plain = client.post(
        f"{API}/compress",
        {"text": TEXT, "algorithm": "zstd", "level": 19, "params": PRESET["params"]},
        format="json",
    ).json()
    assert plain["compressed_size"] == result["compressed_size"]

    assert put(staff, "logs-small", status="deprecated").json()["enabled"] is True
    assert client.post(f"{API}/compress", call, format="json").status_code == 201
    assert put(staff, "logs-small", status="disabled").json()["enabled"] is False
    assert client.post(f"{API}/compress", call, format="json").status_code == 422

    # Disabled or not, what it made comes back, here and elsewhere.
    for named in ({}, {"algorithm": "logs-small"}):
        back = client.post(f"{API}/decompress", {"file": result["output"], **named}, format="json")
        assert back.status_code == 201, back.content
        assert back.json()["checksum"] == result["checksum"]
    packed = tmp_path / "text.zst"
    download: Any = client.get(f"/api/v1/files/download/{result['output']}")
    packed.write_bytes(b"".join(download.streaming_content) if download.streaming else download.content)
    assert subprocess.run(["zstd", "-dc", packed], check=True, capture_output=True).stdout == TEXT.encode()


def test_a_preset_behaves_as_an_algorithm_in_a_comparison(staff: APIClient, client: APIClient) -> None:
    made(staff)
    activate(staff)
    body = {"text": TEXT, "algorithms": ["logs-small", "gzip"], "levels": "all", "repetitions": 1}
    rows = client.post(f"{API}/compare", body, format="json").json()["results"]
    assert [row["algorithm"] for row in rows].count("logs-small") == 1
    assert HistoryEntry.objects.filter(algorithm="logs-small", succeeded=True).count() == 1


def test_its_settings_are_fixed_for_those_who_use_it(staff: APIClient, client: APIClient) -> None:
    made(staff)
    activate(staff)
    for extra, field in (({"level": 3}, "level"), ({"params": {"window_log": 20}}, "params.window_log")):
        call = {"text": TEXT, "algorithm": "logs-small", **extra}
        response = client.post(f"{API}/compress", call, format="json")
        assert (response.status_code, response.json()["code"]) == (422, "invalid_params")
        assert response.json()["errors"][0]["field"] == field
    same = {"text": TEXT, "algorithm": "logs-small", "level": 19}
    assert client.post(f"{API}/compress", same, format="json").status_code == 201


def test_a_preset_compresses_in_a_job_too(
    staff: APIClient, client: APIClient, run_jobs: Callable[[], list[Job]]
) -> None:
    made(staff)
    activate(staff)
    call = {"text": TEXT, "algorithm": "logs-small"}
    client.post(f"{API}/compress", call, format="json", headers={"Prefer": "respond-async"})
    (job,) = run_jobs()
    assert job.status == "succeeded", job.error
    assert Result.objects.get().method == "logs-small"


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"name": "logs"}, 400, "invalid", "name"),
        ({"name": "-x"}, 400, "invalid", "name"),
        ({"name": "Logs-Small"}, 400, "invalid", "name"),
        ({"algorithm": "nope"}, 422, "unknown_algorithm", "algorithm"),
        ({"level": 99}, 422, "invalid_params", "level"),
        ({"params": {"colour": 1}}, 422, "invalid_params", "params.colour"),
        ({"title": ""}, 400, "invalid", "title"),
        ({"description": "x" * 2001}, 400, "invalid", "description"),
    ],
)
def test_what_cannot_be_composed_is_refused_with_its_field(
    staff: APIClient, fields: dict[str, Any], status: int, code: str, field: str
) -> None:
    response = staff.post(f"{API}/algorithms", PRESET | fields, format="json")
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    assert response.json()["errors"][0]["field"] == field
    assert not Algorithm.objects.filter(kind="dynamic").exists()
    assert not AlgorithmVersion.objects.exists()


def test_a_name_is_taken_once_and_presets_are_made_of_codecs(staff: APIClient) -> None:
    made(staff)
    again = staff.post(f"{API}/algorithms", PRESET, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    put(staff, "logs-small", status="testing")
    of_preset = PRESET | {"name": "of-preset", "algorithm": "logs-small", "level": None, "params": {}}
    response = staff.post(f"{API}/algorithms", of_preset, format="json")
    assert (response.status_code, response.json()["code"]) == (422, "not_a_codec")


def test_no_codec_ever_has_the_name_of_a_preset() -> None:
    assert [name for name in codecs.all_codecs() if "-" in name] == []


def test_the_database_keeps_codecs_and_presets_apart(staff: APIClient) -> None:
    made(staff)
    for change in ({"name": "nohyphen"}, {"config": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Algorithm.objects.filter(kind="dynamic").update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Algorithm.objects.filter(name="zstd").update(config={"id": "zstd"})


def test_a_preset_of_a_codec_that_left_the_engine_is_not_available(staff: APIClient) -> None:
    made(staff)
    Algorithm.objects.filter(name="logs-small").update(config={"id": "gone"})
    services.algorithms_sync()
    assert Algorithm.objects.get(name="logs-small").available is False
    Algorithm.objects.filter(name="logs-small").update(config={"id": "zstd", "level": 3})
    services.algorithms_sync()
    assert Algorithm.objects.get(name="logs-small").available is True


# Changed


def test_other_settings_make_a_version_and_the_former_one_stays(staff: APIClient, otto: User) -> None:
    made(staff)
    body = put(staff, "logs-small", level=12, title="Logs").json()
    assert (body["version"], body["title"], body["composition"]["level"]) == (2, "Logs", 12)
    assert body["composition"]["params"]["window_log"] == 24
    assert put(staff, "logs-small", level=12).json()["version"] == 2
    kept = AlgorithmVersion.objects.order_by("version").values_list("version", "config__level")
    assert list(kept) == [(1, 19), (2, 12)]
    assert AuditEntry.objects.filter(action="algorithm.changed", actor=otto).count() == 2


def test_a_test_counts_for_the_version_that_was_tested(staff: APIClient) -> None:
    made(staff, algorithm="lz4", level=1, params={})
    put(staff, "logs-small", status="testing")
    staff.post(f"{API}/algorithms/logs-small/test")
    Algorithm.objects.filter(name="logs-small").update(
        last_test={"at": "2026-01-01T00:00:00+00:00", "version": 1, "passed": True, "cases": []}
    )
    assert put(staff, "logs-small", level=3).json()["version"] == 2
    assert put(staff, "logs-small", status="active").json()["code"] == "not_tested"


def test_there_is_no_way_around_the_test(staff: APIClient) -> None:
    made(staff)
    assert put(staff, "logs-small", status="disabled").status_code == 200
    assert put(staff, "logs-small", status="active").json()["code"] == "not_tested"
    assert put(staff, "snappy", status="disabled").status_code == 200
    assert put(staff, "snappy", status="active").json()["code"] == "not_tested"
    assert staff.post(f"{API}/algorithms/snappy/test").json()["passed"]
    for status in ("active", "deprecated", "active", "disabled", "active"):
        assert put(staff, "snappy", status=status).json()["status"] == status


def test_what_people_use_does_not_change_under_them(staff: APIClient) -> None:
    made(staff)
    activate(staff)
    response = put(staff, "logs-small", level=3)
    assert (response.status_code, response.json()["code"]) == (409, "settings_fixed")
    assert "Disable it" in response.json()["detail"]
    assert put(staff, "logs-small", description="Better words.").json()["description"] == "Better words."
    assert Algorithm.objects.get(name="logs-small").version == 1


@pytest.mark.parametrize("changes", [{"title": "Z"}, {"description": "z"}, {"level": 3}, {"params": {}}])
def test_of_a_codec_only_the_status_changes(staff: APIClient, changes: dict[str, Any]) -> None:
    response = put(staff, "zstd", **changes)
    assert (response.status_code, response.json()["code"]) == (422, "fixed")
    assert put(staff, "zstd", status="deprecated").json()["status"] == "deprecated"
    assert put(staff, "zstd").status_code == 400
    assert put(staff, "nope", status="active").status_code == 404


# The life cycle, the same in the code and in the database


@pytest.mark.parametrize(("before", "after"), itertools.product(AlgorithmStatus.values, repeat=2))
def test_code_and_database_allow_the_same_steps(before: str, after: str, otto: User) -> None:
    start = "draft" if before in ("draft", "testing") else "active"
    row = Algorithm.objects.create(
        name="life-cycle",
        kind="dynamic",
        config={"id": "store"},
        title="x",
        family="store",
        colour="c6",
        status=start,
        file_extension="",
        media_type="application/octet-stream",
        last_test={"version": 1, "passed": True, "at": "", "cases": []},
    )
    if before != start:
        Algorithm.objects.filter(pk=row.pk).update(status=before)
    row.refresh_from_db()
    allowed = ALGORITHM_MACHINE.allows(before, after)
    try:
        with transaction.atomic():
            Algorithm.objects.filter(pk=row.pk).update(status=after)
            in_database = True
            transaction.set_rollback(True)
    except IntegrityError:
        in_database = False
    try:
        algorithm_change(algorithm=row, actor=otto, changes={"status": after})
        in_code = True
    except InvalidTransition:
        in_code = False
    assert in_database is in_code is allowed


@pytest.mark.parametrize("status", ["testing", "deprecated", "disabled"])
def test_no_algorithm_begins_in_the_middle_of_its_life(status: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Algorithm.objects.create(
            name="be-gin", kind="dynamic", config={"id": "store"}, title="x", family="f", colour="c6",
            status=status, file_extension="", media_type="x",
        )  # fmt: skip


# Deleted


def test_a_draft_that_was_never_used_can_be_deleted(staff: APIClient, otto: User) -> None:
    made(staff)
    assert staff.delete(f"{API}/algorithms/logs-small").status_code == 204
    assert not Algorithm.objects.filter(name="logs-small").exists()
    assert not AlgorithmVersion.objects.exists()
    assert AuditEntry.objects.filter(action="algorithm.deleted", actor=otto).count() == 1


def test_nothing_else_can_and_the_way_out_is_told(staff: APIClient) -> None:
    made(staff)
    put(staff, "logs-small", status="testing")
    staff.post(f"{API}/compress", {"text": TEXT, "algorithm": "logs-small"}, format="json")
    for name in ("logs-small", "zstd"):
        response = staff.delete(f"{API}/algorithms/{name}")
        assert (response.status_code, response.json()["code"]) == (409, "not_deletable")
        assert "isable it" in response.json()["detail"]
    put(staff, "logs-small", status="draft")
    response = staff.delete(f"{API}/algorithms/logs-small")
    assert (response.status_code, response.json()["code"]) == (409, "not_deletable")
    assert "was used" in response.json()["detail"]
    assert Algorithm.objects.filter(name="logs-small").exists()


# Who may


def test_algorithms_are_staffs_to_change(
    client: APIClient, api: Callable[..., APIClient], vera: User
) -> None:
    for other in (client, api(vera)):
        for method, address in (
            ("post", "algorithms"), ("put", "algorithms/zstd"), ("delete", "algorithms/zstd"),
            ("post", "algorithms/zstd/test"),
        ):  # fmt: skip
            response = getattr(other, method)(f"{API}/{address}", {}, format="json")
            assert (response.status_code, response.json()["code"]) == (403, "role_missing")
    assert not AuditEntry.objects.filter(action__startswith="algorithm.").exists()


def test_services_refuse_what_a_late_caller_finds_changed(otto: User) -> None:
    row = preset_create(actor=otto, name="late-one", algorithm="lz4")
    algorithm_change(algorithm=row, actor=otto, changes={"status": "testing"})
    stale = Algorithm.objects.get(pk=row.pk)
    Algorithm.objects.filter(pk=row.pk).update(status="disabled")
    with pytest.raises(Conflict):
        algorithm_change(algorithm=stale, actor=otto, changes={"level": 2})
