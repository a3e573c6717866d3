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
from compression import conformance, services
from compression.algorithms.services import algorithm_change, preset_create
from compression.choices import AlgorithmStatus
from compression.engine import codecs, isolation
from compression.engine.errors import CodecCrashed
from compression.models import ALGORITHM_MACHINE, Algorithm, AlgorithmVersion, HistoryEntry, Result
from core.access.roles import Scope
from core.errors import Conflict
from core.models import Job
from core.states import InvalidTransition

API = "/api/v1/compression"
TEXT = "one potato, two potato, three potato, four. " * 200
PRESET = {
    "name": "logs-small",
    "title": "Logs, small",
    "description": "For what is kept for years.",
    "algorithm": "zstd",
    "level": 19,
    "params": {"window_log": 24, "checksum": False},
}


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def staff(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


def made(staff: APIClient, **fields: Any) -> dict[str, Any]:
    response = staff.post(f"{API}/algorithms", PRESET | fields, format="json")
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def put(staff: APIClient, name: str, **changes: Any) -> Any:
    return staff.put(f"{API}/algorithms/{name}", changes, format="json")


def activate(staff: APIClient, name: str = "logs-small") -> None:
    assert put(staff, name, status="testing").status_code == 200
    report = staff.post(f"{API}/algorithms/{name}/test")
    if report.status_code == 202:  # the machine is busy
        from core.jobs import runner

        runner.run(report.json()["id"], worker="test", threaded=False)
    assert put(staff, name, status="active").status_code == 200


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
    assert Result.objects.get().algorithm.name == "logs-small"


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


# Tested


def test_the_conformance_set_says_what_came_of_each_case(staff: APIClient, settings: Any, otto: User) -> None:
    settings.INLINE_LIMIT_S, settings.INLINE_WALL_S = 60, 60
    body = staff.post(f"{API}/algorithms/lz4/test").json()
    assert body["passed"] is True
    names = [case["name"] for case in body["cases"]]
    for name in ("empty", "one byte", "a huge run", "level -10: words", "level 12: empty", "the first half",
                 "nothing at all", "bytes behind the end", "a flipped bit, 1 of 8"):  # fmt: skip
        assert name in names
    run = next(case for case in body["cases"] if case["name"] == "a huge run")
    assert (run["size"], run["passed"], run["error"]) == (8 * 1024 * 1024, True, "")
    assert run["ratio"] > 100
    shown = staff.get(f"{API}/algorithms/lz4").json()["last_test"]
    assert (shown["passed"], shown["version"]) == (True, 1)
    audit = AuditEntry.objects.get(action="algorithm.tested", actor=otto)
    assert audit.detail == {"passed": len(names), "of": len(names)}


def test_a_long_test_is_a_job_with_the_same_answer(
    staff: APIClient, run_jobs: Callable[[], list[Job]]
) -> None:
    response = staff.post(f"{API}/algorithms/snappy/test", headers={"Prefer": "respond-async"})
    assert response.status_code == 202
    (job,) = run_jobs()
    assert (job.kind, job.status) == ("test_algorithm", "succeeded"), job.error
    assert job.result is not None
    assert job.result["passed"] is True
    assert job.progress_done == job.progress_total == len(job.result["cases"])


def test_what_fails_is_told_and_keeps_it_from_being_used(
    staff: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.INLINE_LIMIT_S, settings.INLINE_WALL_S = 60, 60
    made(staff, algorithm="lz4", level=1, params={})
    put(staff, "logs-small", status="testing")
    real = isolation.decode_bytes

    def crashing(codec: Any, data: bytes, limits: Any) -> Any:
        if len(data) > 100_000:
            raise CodecCrashed("The codec crashed (SIGSEGV)", signal=11)
        return real(codec, data, limits)

    monkeypatch.setattr(isolation, "decode_bytes", crashing)
    body = staff.post(f"{API}/algorithms/logs-small/test").json()
    failed = [case for case in body["cases"] if not case["passed"]]
    assert body["passed"] is False
    assert failed
    assert "codec_crashed" in failed[0]["error"]
    assert put(staff, "logs-small", status="active").json()["code"] == "not_tested"


def test_a_test_takes_bounded_time(staff: APIClient, monkeypatch: pytest.MonkeyPatch, run_jobs: Any) -> None:
    monkeypatch.setattr(conformance, "TOTAL_S", -1)
    staff.post(f"{API}/algorithms/zlib/test", headers={"Prefer": "respond-async"})
    (job,) = run_jobs()
    assert job.result["passed"] is False
    assert job.result["cases"][-1]["name"] == "time"


def test_wrong_bytes_are_noticed() -> None:
    """A codec that forgets a byte, and one that notices no damage, do not pass."""

    class Forgetful:
        levels = staticmethod(lambda: None)
        checksummed = self_ending = True
        speed_estimate = staticmethod(lambda: 100.0)

    plan = conformance.Plan("words", Forgetful(), b"abc")  # type: ignore[arg-type]
    assert conformance._fooled(plan, same=True) == "the damage was not noticed"
    flip = conformance.Plan("a flipped bit, 1 of 8", Forgetful(), b"abc")  # type: ignore[arg-type]
    assert conformance._fooled(flip, same=False) == "wrong bytes came back without a word"
    assert conformance._fooled(flip, same=True) == ""


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
