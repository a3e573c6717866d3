"""What Prometheus is answered."""

import random
import shutil
import string
import subprocess
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from rest_framework.test import APIClient

from accounts.models import User
from core.access.roles import Scope
from core.choices import JobStatus
from core.models import Job
from metrics import storage
from metrics.names import families
from metrics.prometheus import exposition
from metrics.prometheus.naming import ELSEWHERE, translate
from metrics.sampling.machine import this_machine
from metrics.types import Sample
from tests.metrics.prometheus.pages import parsed, samples, total
from tests.metrics.prometheus.test_growing import outcome

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/metrics/prometheus"
As = Callable[..., APIClient]


def page(client: APIClient, **headers: str) -> Any:
    """Return the answer of the endpoint, and be sure that it is one."""
    response = client.get(ADDRESS, headers=headers)
    assert response.status_code == 200, response.content
    return response


def lint(text: bytes) -> None:
    """Have Prometheus's own tool look at a page, where it is there."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool cannot be installed here")
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4"),
        ("text/plain", "text/plain; version=0.0.4"),
        ("text/html", "text/plain; version=0.0.4"),
        ("application/json;q=1", "text/plain; version=0.0.4"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0"),
        ("application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text/plain"),
        ("application/openmetrics-text; version=x", "text/plain; version=0.0.4"),
    ],
)
def test_the_format_is_the_one_that_is_accepted(otto: User, api: As, accept: str, content_type: str) -> None:
    outcome()
    response = page(api(otto, Scope.READ), accept=accept)
    assert response["Content-Type"].startswith(content_type)
    assert response["Cache-Control"] == "no-store"
    text = response.content.decode()
    if "openmetrics" in content_type:
        assert text.endswith("# EOF\n")
        assert len(list(open_metrics(text))) > 10
    else:
        assert parsed(text)


def test_head_has_the_headers_alone(otto: User, api: As) -> None:
    response = api(otto, Scope.READ).head(ADDRESS)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")


def test_it_is_for_operators(ada: User, otto: User, mia: User, api: As) -> None:
    assert api().get(ADDRESS).status_code == 401
    assert api(ada).get(ADDRESS).status_code == 403
    assert api(otto, Scope.READ).get(ADDRESS).status_code == api(mia).get(ADDRESS).status_code == 200
    assert api(otto, Scope.ADMIN).post(ADDRESS).status_code == 405


def test_every_part_is_there_and_lints(otto: User, api: As) -> None:
    outcome()
    outcome(operation="decompress", succeeded=False, error_code="corrupt", content_kind="")
    take_sample(dict.fromkeys(families, 1.0) | {"system.core_percent.0": 3, "component.up.database": 0.5})
    found = page(api(otto)).content
    assert total(found, "dynacomp_scrape_success") == len(exposition.PARTS)
    lint(found)
    lint(page(api(otto)).content)


def test_a_part_that_fails_costs_nobody_the_others(
    otto: User, api: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise RuntimeError("broken")

    monkeypatch.setitem(exposition.PARTS, "outcomes", broken)
    found = page(api(otto)).content
    assert total(found, "dynacomp_scrape_success", part="outcomes") == 0
    assert total(found, "dynacomp_scrape_success", part="jobs") == 1


def test_requests_are_counted_however_they_end(ada: User, otto: User, api: As, browser: Any) -> None:
    client = api(ada)
    client.get("/api/v1/jobs")
    client.get("/api/v1/jobs/")  # the same address
    client.get("/api/v1/jobs?ordering=nothing")
    client.head("/api/v1/jobs")
    client.delete("/api/v1/jobs")
    client.get("/nowhere/at/all")
    client.get("/api/v1/jobs\x00")
    client.get(ADDRESS)
    api().post("/api/v1/files/upload")
    upload = client.post("/api/v1/files/upload", {"file": named("a.txt", b"a" * 300_000)}, format="multipart")
    download: Any = client.get(upload.json()["download_url"])
    assert len(b"".join(download.streaming_content)) == 300_000
    assert b"".join(Client().get("/static/dynacomp/favicon.svg"))
    found = page(api(otto)).content

    def count(**labels: str) -> float:
        requests = total(found, "dynacomp_http_requests_total", **labels)
        assert requests == total(found, "dynacomp_http_request_duration_seconds_count", **labels)
        return requests

    assert count(route="api:jobs:list", method="GET", status="2xx") == 2
    assert count(route="api:jobs:list", method="GET", status="4xx") == 1
    assert count(route="api:jobs:list", method="HEAD") == 1
    assert count(route="api:jobs:list", method="DELETE", status="4xx") == 1
    assert count(route="none", status="4xx") == 2
    assert count(route="api:metrics:prometheus", status="4xx") == 1
    assert count(route="api:files:upload", status="4xx") == 1
    assert count(route="api:files:upload", status="2xx") == 1
    assert count(route="api:files:download", status="2xx") == 1
    assert count(route="static") == 1
    assert total(found, "dynacomp_http_requests_in_progress") == 1, "the one that asks"


def named(name: str, content: bytes) -> Any:
    """Return a file to upload."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


def test_labels_are_few_whatever_is_asked_for(otto: User, api: As) -> None:
    chance = random.Random(7)

    def word() -> str:
        return "".join(chance.choices(string.ascii_letters + string.digits + "-_", k=chance.randint(1, 12)))

    client = api(otto)
    routes = ["", "files/", "api/v1/jobs/", "api/v1/files/", "static/", "admin/", "results/"]
    for number in range(1000):
        path = f"/{chance.choice(routes)}{word()}" + ("/" if chance.random() < 0.2 else "")
        client.generic(word().upper() if number % 2 else "GET", path, QUERY_STRING=word())
        if number % 10 == 0:
            outcome(algorithm=word(), content_kind=word(), error_code=word(), succeeded=False)
    found = page(client).content
    for label, most in {"method": 9, "status": 5, "route": 30, "algorithm": 20, "kind": 40}.items():
        values = {labels[label] for _, labels, _ in samples(found) if label in labels}
        assert len(values) <= most, values
    assert total(found, "dynacomp_http_requests_total") == 1000
    assert total(found, "dynacomp_compression_failures_total", algorithm="own", kind="unknown") == 100
    assert len(found) < 200_000


def test_jobs_and_queues_are_told_as_they_are(ada: User, otto: User, api: As) -> None:
    for number in range(3):
        Job.objects.create(owner=ada, kind="compress", queue="cpu", timeout_s=9, attempt=number)
    later = timezone.now() + timedelta(hours=1)
    Job.objects.create(owner=ada, kind="compress", queue="io", timeout_s=9, available_at=later)
    Job.objects.filter(attempt=2).update(status=JobStatus.FAILED, ended_at=timezone.now())
    with_age = timezone.now() - timedelta(seconds=70)
    Job.objects.filter(attempt=1).update(created_at=with_age)
    found = page(api(otto)).content
    assert total(found, "dynacomp_jobs_open", state="queued") == 3
    assert total(found, "dynacomp_jobs_open", state="running") == 0
    assert total(found, "dynacomp_queue_jobs", queue="cpu") == 2
    assert 70 <= total(found, "dynacomp_queue_oldest_seconds", queue="cpu") < 90
    assert total(found, "dynacomp_queue_jobs", queue="io") == 1
    assert total(found, "dynacomp_queue_oldest_seconds", queue="io") == 0, "it is not due"
    assert total(found, "dynacomp_jobs_total", kind="compress", state="failed") == 1
    assert total(found, "dynacomp_jobs_total", kind="compress", state="succeeded") == 0


def take_sample(values: dict[str, float], age: timedelta = timedelta(0)) -> None:
    """Store a sample of this machine."""
    moment = (timezone.now() - age).replace(microsecond=0)
    storage.write(Sample(this_machine(), moment, values))


def test_the_newest_sample_has_base_units(otto: User, api: As) -> None:
    values = {
        "system.cpu_percent": 25.0,
        "system.disk_read_bytes_s.sda": 5.0,
        "component.up.redis": 0.0,
        "component.latency_ms.redis": 250.0,
        "process.count.web": 2.0,
        "http.requests_s": 9.0,
        "compression.ratio": 3.0,
    }
    take_sample(values)
    found = page(api(otto)).content
    names = {name for name, _, _ in samples(found)}
    assert total(found, "dynacomp_system_cpu_ratio") == 0.25
    assert total(found, "dynacomp_system_disk_read_bytes_per_second", disk="sda") == 5
    assert total(found, "dynacomp_component_up", component="redis") == 0
    assert total(found, "dynacomp_component_latency_seconds", component="redis") == 0.25
    assert total(found, "dynacomp_processes", program="web") == 2
    assert not names & {"dynacomp_http_requests_per_second", "dynacomp_compression_ratio"}
    assert timezone.now().timestamp() - total(found, "dynacomp_sample_timestamp_seconds") < 15


def test_an_old_sample_says_nothing_of_now(otto: User, api: As) -> None:
    take_sample({"system.cpu_percent": 25.0}, timedelta(minutes=3))
    found = page(api(otto)).content
    assert "dynacomp_system_cpu_ratio" not in {name for name, _, _ in samples(found)}
    assert total(found, "dynacomp_component_up", component="database") == 1, "what is well is asked for"
    assert total(found, "dynacomp_sample_timestamp_seconds") > 0


@pytest.mark.parametrize("family", sorted(name for name in families if not name.startswith(ELSEWHERE)))
def test_every_family_has_a_name_of_its_own(family: str) -> None:
    name = translate(f"{family}.x")
    assert name is not None
    assert name.instance == ["x"]
    assert not name.name.endswith(("_s", "_ms", "_percent", "_count", "_total"))
    same = [other for other in families if (found := translate(other)) and found.name == name.name]
    assert same == [family]
