"""Algorithms of pipelines that were found: kept, used, shared, exported, imported, trained, deleted."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import model_to_dict
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.algorithms import services
from compression.engine.codecs import Codec
from compression.models import Algorithm, AlgorithmVersion, Result
from compression.optimising.algorithms import algorithm_keep_found
from core.access.roles import Scope
from files.models import File
from tests.compression.optimisations import API, ROWS, Run, algorithms, client, content, done, store, table

assert algorithms
assert client
assert table  # fixtures

TRAINED = {
    "kind": "training",
    "plain": "zstd-19",
    **{name: {"files": 1, "size": 90, "ratio": 3, "plain_ratio": 2} for name in ("train", "test")},
    "files": [
        {"name": "payslip.txt", "set": "test", "size": 90, "compressed_size": 30, "plain_size": 45},
    ],
}
OTHER = "".join(f"{n},2024-02-{1 + n % 28:02d},{n / 4:.3f},name {n % 7}\n" for n in range(2000)).encode()


@pytest.fixture
def kept(client: APIClient, table: File, run_jobs: Run) -> str:
    """Keep what was found for a table; return the name of the algorithm."""
    row = done(client, table, run_jobs)
    response = client.post(f"{API}/optimizations/{row.pk}/algorithm", {"name": "my-rows"}, format="json")
    assert response.status_code == 201, response.content
    name: str = response.json()["name"]
    return name


@pytest.fixture
def page(ada: User) -> Client:
    browser = Client()
    browser.force_login(ada)
    return browser


def compress(client: APIClient, run_jobs: Run, file: File, **body: Any) -> dict[str, Any]:
    response = client.post(f"{API}/compress", {"file": str(file.pk), **body}, format="json")
    if response.status_code == 202:
        (job,) = run_jobs()
        assert job.status == "succeeded", job.error
        assert job.result is not None
        return job.result
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def test_it_compresses_other_files_and_they_stay_readable(
    client: APIClient, ada: User, kept: str, run_jobs: Run
) -> None:
    assert kept == "ada.my-rows"
    other = store(ada, other=OTHER)[0]
    made = compress(client, run_jobs, other, algorithm=kept)
    plain = compress(client, run_jobs, other, algorithm="zstd", level=19)
    assert made["algorithm"] == kept
    assert made["compressed_size"] < plain["compressed_size"]
    adapted = compress(client, run_jobs, other, algorithm=kept, params={"adapt": True})
    assert adapted["params"]["adapt"] is True
    assert client.delete(f"{API}/algorithms/{kept}").status_code == 204
    assert Result.objects.filter(pk=made["id"], algorithm__name="dcz").exists()
    back = client.post(f"{API}/decompress", {"file": made["output"]}, format="json")
    if back.status_code == 202:
        (job,) = run_jobs()
        assert job.result is not None
        output = job.result["output"]
    else:
        output = back.json()["output"]
    assert content(output) == OTHER


def test_its_settings_are_fixed_but_for_adapting(client: APIClient, table: File, kept: str) -> None:
    body = {"file": str(table.pk), "algorithm": kept, "params": {"objective": "speed"}}
    assert client.post(f"{API}/compress", body, format="json").status_code == 422
    shown = client.get(f"{API}/algorithms/{kept}").json()
    assert (shown["kind"], shown["shared"], shown["composition"]["algorithm"]) == ("dynamic", False, "dcz")
    assert list(shown["params"]["properties"]) == ["adapt"]


def test_it_takes_part_in_batches_and_comparisons(
    client: APIClient, table: File, kept: str, run_jobs: Run
) -> None:
    body = {"files": [str(table.pk)], "algorithms": [{"algorithm": kept}, {"algorithm": "gzip"}]}
    assert client.post(f"{API}/batch", body, format="json").status_code == 202
    (job,) = run_jobs()
    assert job.result is not None
    assert job.result["counts"]["succeeded"] == 2
    compared = {"file": str(table.pk), "algorithms": [kept, "gzip"], "repetitions": 1}
    response = client.post(f"{API}/compare", compared, format="json")
    assert response.status_code in (201, 202), response.content
    for job in run_jobs():
        assert job.status == "succeeded", job.error


def test_it_is_its_owners_until_operators_share_it(
    client: APIClient, api: Callable[..., APIClient], ben: User, otto: User, kept: str, run_jobs: Run
) -> None:
    outsider, operator = api(ben), api(otto, Scope.ADMIN)
    file = store(ben, own=ROWS[:5000])[0]
    body = {"file": str(file.pk), "algorithm": kept}
    assert outsider.get(f"{API}/algorithms/{kept}").status_code == 404
    assert outsider.get(f"{API}/algorithms/{kept}/export").status_code == 404
    refused = outsider.post(f"{API}/compress", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_algorithm")
    assert kept not in refused.json()["detail"].replace(f"“{kept}”", "")
    assert client.put(f"{API}/algorithms/{kept}", {"shared": True}, format="json").status_code == 403
    assert operator.put(f"{API}/algorithms/{kept}", {"shared": True}, format="json").status_code == 200
    assert outsider.get(f"{API}/algorithms/{kept}").status_code == 200
    assert compress(outsider, run_jobs, file, algorithm=kept)["algorithm"] == kept
    assert outsider.delete(f"{API}/algorithms/{kept}").status_code == 403
    assert AuditEntry.objects.filter(action="algorithm.shared").count() == 1
    assert operator.put(f"{API}/algorithms/zstd", {"shared": False}, format="json").status_code == 409


def test_a_change_is_made_as_a_whole_or_not_at_all(
    api: Callable[..., APIClient], otto: User, kept: str
) -> None:
    operator = api(otto, Scope.ADMIN)
    change = {"shared": True, "title": "Rows", "status": "testing"}
    refused = operator.put(f"{API}/algorithms/{kept}", change, format="json")
    assert refused.status_code == 409, refused.content
    row = Algorithm.objects.get(name=kept)
    assert (row.shared, row.title, row.status) == (False, "my-rows", "active")
    assert not AuditEntry.objects.filter(action__in=("algorithm.shared", "algorithm.changed")).exists()
    whole = operator.put(f"{API}/algorithms/{kept}", {**change, "status": "disabled"}, format="json")
    assert whole.status_code == 200, whole.content
    row.refresh_from_db()
    assert (row.shared, row.title, row.status) == (True, "Rows", "disabled")


def test_names_of_files_are_their_owners_where_it_is_shared(
    api: Callable[..., APIClient], client: APIClient, page: Client, ada: User, ben: User, run_jobs: Run
) -> None:
    row = done(client, store(ada, salaries=ROWS)[0], run_jobs)
    kept = algorithm_keep_found(optimisation=row, actor=ada, name="my-rows")
    kept.versions.create(version=2, config=kept.config, report=TRAINED)
    Algorithm.objects.filter(pk=kept.pk).update(shared=True)
    own = page.get(f"/algorithms/{kept.name}").content.decode()
    assert "found for salaries.txt" in own
    assert "payslip.txt" in own
    browser = Client()
    browser.force_login(ben)
    shown = browser.get(f"/algorithms/{kept.name}").content.decode()
    assert "found for a file, " in shown
    assert "Files that it had not seen" in shown
    assert "Each file" not in shown
    told = api(ben).get(f"{API}/algorithms/{kept.name}").content.decode()
    exported = api(ben).get(f"{API}/algorithms/{kept.name}/export").content.decode()
    for text in (shown, told, exported):
        assert kept.name.partition(".")[2] in text
        assert "salaries" not in text
        assert "payslip" not in text


def test_a_name_that_is_taken_in_the_meantime_is_refused(
    client: APIClient, ben: User, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = client.get(f"{API}/algorithms/{kept}/export").json()
    row, facts_of = Algorithm.objects.get(name=kept), services.facts_of

    def meanwhile(codec: Codec) -> dict[str, Any]:
        Algorithm.objects.create(**{**model_to_dict(row), "name": "ada.their-rows", "owner": ben})
        return facts_of(codec)

    monkeypatch.setattr(services, "facts_of", meanwhile)
    refused = client.post(f"{API}/algorithms/import?name=their-rows", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    assert [error["field"] for error in refused.json()["errors"]] == ["name"]


def test_a_name_of_somebody_elses_is_refused(client: APIClient, ben: User, kept: str) -> None:
    body = client.get(f"{API}/algorithms/{kept}/export").json()
    Algorithm.objects.filter(name=kept).update(owner=ben)
    refused = client.post(f"{API}/algorithms/import", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")


def test_two_accounts_may_use_the_same_name(
    api: Callable[..., APIClient], ben: User, kept: str, run_jobs: Run
) -> None:
    other = api(ben)
    row = done(other, store(ben, mine=ROWS)[0], run_jobs)
    response = other.post(f"{API}/optimizations/{row.pk}/algorithm", {"name": "my-rows"}, format="json")
    assert (response.status_code, response.json()["name"]) == (201, "ben.my-rows")


def test_there_and_back_through_a_file(
    client: APIClient, api: Callable[..., APIClient], ben: User, kept: str
) -> None:
    exported = client.get(f"{API}/algorithms/{kept}/export")
    assert 'filename="ada.my-rows.dynacomp.json"' in exported["Content-Disposition"]
    body = exported.json()
    other = api(ben)
    response = other.post(f"{API}/algorithms/import", body, format="json")
    assert (response.status_code, response.json()["name"]) == (201, "ben.my-rows")
    named = other.post(f"{API}/algorithms/import?name=their-rows", body, format="json")
    assert named.json()["name"] == "ben.their-rows"
    again = other.post(f"{API}/algorithms/import", body, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "same_pipeline")
    first, second = (Algorithm.objects.get(name=name) for name in (kept, "ben.my-rows"))
    assert first.config is not None
    assert second.config is not None
    assert first.config["pipeline"] == second.config["pipeline"]


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"codec": "zstd"},
        {"pipeline": "////"},
        {"pipeline": "not base64!"},
        {"sha256": "0" * 64},
        {"objective": "beauty"},
        {"name": "x" * 100},
        {"name": "NoHyphen"},
    ],
)
def test_a_file_that_is_none_is_refused(client: APIClient, kept: str, change: dict[str, Any]) -> None:
    body = {**client.get(f"{API}/algorithms/{kept}/export").json(), **change}
    response = client.post(f"{API}/algorithms/import", body, format="json")
    assert response.status_code in (400, 422), response.content
    assert Algorithm.objects.filter(kind="dynamic").count() == 1


@pytest.mark.parametrize("change", [{"title": "a\0b"}, {"description": "a\ud800b"}, {"name": "my-\0"}])
def test_a_file_with_words_that_cannot_be_kept_is_refused(
    client: APIClient, page: Client, kept: str, change: dict[str, str]
) -> None:
    body = {**client.get(f"{API}/algorithms/{kept}/export").json(), "name": "my-words", **change}
    file = SimpleUploadedFile("words.json", json.dumps(body).encode())
    response = page.post("/algorithms/import", {"file": file})
    assert response.status_code == 422
    assert "cannot be shown" in response.content.decode()
    assert Algorithm.objects.filter(kind="dynamic").count() == 1


def test_parts_that_are_unknown_here_are_refused_clearly(client: APIClient) -> None:
    import base64
    import hashlib

    strange = b"\xe7\x07" + bytes(10)
    body = {
        "format": "dynacomp-algorithm",
        "version": 1,
        "name": "my-strange",
        "codec": "dcz",
        "pipeline": base64.b64encode(strange).decode(),
        "sha256": hashlib.sha256(strange).hexdigest(),
    }
    response = client.post(f"{API}/algorithms/import", body, format="json")
    assert (response.status_code, response.json()["code"]) == (422, "bad_algorithm")
    assert "unknown here" in response.json()["detail"]


def train(client: APIClient, run_jobs: Run, files: list[File], **body: Any) -> Any:
    asked = {
        "files": [str(file.pk) for file in files],
        "name": "trained-rows",
        "time_budget_s": 12,
        "seed": 3,
        **body,
    }
    response = client.post(f"{API}/algorithms/train", asked, format="json")
    assert response.status_code == 202, response.content
    (job,) = run_jobs()
    return job


def rows(start: int, count: int) -> bytes:
    return "".join(
        f"{n},2024-01-{1 + n % 28:02d},{n / 8:.3f},name {n % 9}\n" for n in range(start, start + count)
    ).encode()


def test_it_is_trained_on_some_files_and_judged_on_others(
    client: APIClient, page: Client, ada: User, run_jobs: Run
) -> None:
    samples = store(ada, **{f"s{n}": rows(n * 1000, 900) for n in range(5)})
    job = train(client, run_jobs, samples, test_share=0.4)
    assert (job.kind, job.status) == ("train_algorithm", "succeeded"), job.error
    report = job.result
    assert (report["algorithm"], report["version"]) == ("ada.trained-rows", 1)
    assert (report["train"]["files"], report["test"]["files"]) == (3, 2)
    assert report["train"]["ratio"] > report["train"]["plain_ratio"]
    assert report["test"]["ratio"] > report["test"]["plain_ratio"]
    assert {one["set"] for one in report["files"]} == {"train", "test"}
    shown = re.sub(r"<[^>]+>", " ", page.get("/algorithms/ada.trained-rows").content.decode())
    assert "Files that it had not seen" in shown
    assert AlgorithmVersion.objects.get(algorithm__name="ada.trained-rows", report__kind="training")


def test_where_nothing_is_gained_nothing_is_kept(client: APIClient, ada: User, run_jobs: Run) -> None:
    import random

    rng = random.Random(1)
    job = train(client, run_jobs, store(ada, **{f"r{n}": rng.randbytes(3000) for n in range(3)}))
    assert job.status == "failed"
    assert job.error["code"] == "no_gain"
    assert not Algorithm.objects.filter(kind="dynamic").exists()


def test_one_file_is_no_training(client: APIClient, table: File) -> None:
    body = {"files": [str(table.pk)], "name": "one-file"}
    assert client.post(f"{API}/algorithms/train", body, format="json").status_code == 400


def test_pages_export_import_share_train_and_delete(
    page: Client, kept: str, otto: User, ada: User, run_jobs: Run
) -> None:
    shown = page.get(f"/algorithms/{kept}").content.decode()
    assert "Files carry their pipeline" in shown
    assert f"{API}/algorithms/{kept}/export" in shown
    data = page.get(f"{API}/algorithms/{kept}/export").content
    upload = SimpleUploadedFile("x.json", data)
    response = page.post("/algorithms/import", {"file": upload, "name": "imported-rows"})
    assert response["Location"] == "/algorithms/ada.imported-rows"
    bad = page.post("/algorithms/import", {"file": SimpleUploadedFile("x.json", b"{}")})
    assert bad.status_code == 422
    assert "no file of an algorithm" in bad.content.decode()
    assert page.post(f"/algorithms/{kept}/share", {"shared": "yes"}).status_code == 403
    staff = Client()
    staff.force_login(otto)
    assert staff.post(f"/algorithms/{kept}/share", {"shared": "yes"}).status_code == 302
    assert Algorithm.objects.get(name=kept).shared
    store(ada, a=rows(0, 500), b=rows(500, 500))
    assert "Which files?" in page.get("/algorithms/train").content.decode()
    assert "Files" in page.get("/algorithms/train?all=1").content.decode()
    fields = {"name": "from-page", "objective": "ratio", "budget_s": "6", "test_percent": "30"}
    begun = page.post("/algorithms/train?all=1", fields)
    assert begun.status_code == 302, begun.content
    run_jobs()
    assert Algorithm.objects.filter(name="ada.from-page").exists()
    assert page.post(f"/algorithms/{kept}/delete").status_code == 302
    assert not Algorithm.objects.filter(name=kept).exists()
