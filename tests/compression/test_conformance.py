"""The conformance test of algorithms, through the API."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression import conformance, services
from compression.engine import isolation
from compression.engine.errors import CodecCrashed
from core.access.roles import Scope
from core.models import Job
from tests.compression.presets import API, made, put


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def staff(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


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

    codec: Any = Forgetful()
    plan = conformance.Plan("words", codec, b"abc")
    assert conformance._fooled(plan, same=True) == "the damage was not noticed"
    flip = conformance.Plan("a flipped bit, 1 of 8", codec, b"abc")
    assert conformance._fooled(flip, same=False) == "wrong bytes came back without a word"
    assert conformance._fooled(flip, same=True) == ""
