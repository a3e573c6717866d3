"""The pages of comparisons: the form, the way through a job, the figures in their order, the link, the export."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from compression import services
from compression.compare import pictures
from compression.models import Comparison
from core.models import Job

TEXT = "one potato, two potato, three potato, four. " * 300
ASKED = ["zstd", "gzip", "store"]


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def page(browser: Callable[..., Client], ada: User) -> Client:
    return browser(ada)


@pytest.fixture
def made(page: Client, api: Callable[..., Any], ada: User) -> Comparison:
    """A comparison of three candidates."""
    body = {"text": TEXT, "algorithms": ASKED, "repetitions": 2}
    answer = api(ada).post("/api/v1/compression/compare", body, format="json")
    assert answer.status_code == 201, answer.content
    return Comparison.objects.get()


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_a_form_leads_through_a_job_to_the_figures(page: Client, run_jobs: Callable[[], list[Job]]) -> None:
    form = {"text": TEXT, "algorithms": ASKED, "levels": "usual", "budget_s": "10"}
    answer = page.post("/compare", form)
    (job,) = Job.objects.all()
    assert answer["Location"] == f"/compare/jobs/{job.pk}"
    assert "progressbar" in shown(page, answer["Location"]) or "progress" in shown(page, answer["Location"])
    (job,) = run_jobs()
    assert job.status == "succeeded", job.error
    made = Comparison.objects.get()
    assert page.get(answer["Location"])["Location"] == made.get_absolute_url()
    part = page.get(answer["Location"], headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == made.get_absolute_url()
    assert {row.algorithm.name for row in made.measurements.all()} == set(ASKED)


def test_the_spread_takes_the_lowest_the_usual_and_the_highest_level(page: Client) -> None:
    page.post("/compare", {"text": TEXT, "algorithms": ["gzip"], "levels": "spread", "budget_s": "10"})
    (job,) = Job.objects.all()
    assert [plan["level"] for plan in job.params["candidates"]] == [0, 6, 9]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"algorithms": []}, "Choose at least one algorithm."),
        ({"algorithms": ["nonsense"]}, "There is no algorithm “nonsense” that you may use."),
        ({"text": ""}, "Choose a file first"),
        ({"budget_s": "7"}, "Select a valid choice"),
    ],
)
def test_a_form_that_cannot_be_keeps_what_was_typed(page: Client, change: Any, words: str) -> None:
    answer = page.post(
        "/compare", {"text": TEXT, "algorithms": ASKED, "levels": "usual", "budget_s": "10"} | change
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Job.objects.exists()


def test_nothing_chosen_stays_so(page: Client) -> None:
    first, chosen = shown(page, "/compare"), shown(page, "/compare?algorithms=zstd")
    answer = page.post("/compare", {"text": TEXT, "levels": "usual", "budget_s": "10"}).content.decode()
    boxes = [
        re.findall('name="algorithms" value="([^"]+)" checked', html) for html in (first, chosen, answer)
    ]
    assert (len(boxes[0]) > 5, *boxes[1:]) == (True, ["zstd"], [])


def test_who_waits_sees_the_time_spent_and_the_most_it_can_be(page: Client) -> None:
    page.post("/compare", {"text": TEXT, "algorithms": ASKED, "levels": "usual", "budget_s": "60"})
    (job,) = Job.objects.all()
    address = f"/compare/jobs/{job.pk}"
    assert "of at most" not in shown(page, address), "it has not begun"
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=12), "lease_until": now + timedelta(minutes=1)}
    Job.objects.update(status="running", **times)
    part = shown(page, address).replace("\N{NO-BREAK SPACE}", " ")
    assert re.search('data-seconds="1[2-9][.][0-9]">1[2-9] s</span> of at most 1 min<', part)


def test_of_many_candidates_for_a_link_it_says_how_many_are_shown(
    page: Client, made: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "are shown" not in shown(page, made.get_absolute_url())
    monkeypatch.setattr(pictures, "SHOWN", 2)
    assert "The soonest 2 of 4 are shown" in shown(page, made.get_absolute_url())


def test_an_upload_without_scripts(page: Client) -> None:
    file = SimpleUploadedFile("notes.txt", TEXT.encode())
    page.post("/compare", {"file": file, "algorithms": ["zstd"], "levels": "usual", "budget_s": "10"})
    assert Job.objects.get().title == "Compare 1 candidate on notes.txt"


def test_the_figures_come_in_the_order_that_the_address_says(page: Client, made: Comparison) -> None:
    def order(query: str) -> list[str]:
        html = shown(page, f"{made.get_absolute_url()}{query}")
        table = html[html.index('id="candidates"') :]
        return sorted(ASKED, key=lambda name: table.index(f'chip-name">{name}<'))

    assert order("?ordering=name") == ["gzip", "store", "zstd"]
    assert order("?ordering=-name") == ["zstd", "store", "gzip"]
    assert order("?ordering=ratio")[0] == "store"
    assert order("")[-1] == "store"
    assert order("?ordering=nonsense") == order("?ordering=ratio")


def test_the_link_decides_who_is_the_soonest(page: Client, made: Comparison) -> None:
    slow = shown(page, f"{made.get_absolute_url()}?bandwidth_mbit_s=0.01")
    assert "10.0\N{NARROW NO-BREAK SPACE}kbit/s" in slow or "10.0 kbit/s" in slow.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "Who wins on which link" in slow
    for nonsense in ("x", "-5", "nan", "1e99", ""):
        assert "100" in shown(page, f"{made.get_absolute_url()}?bandwidth_mbit_s={nonsense}")


def test_as_a_file(page: Client, made: Comparison) -> None:
    url = f"/api/v1/compression/compare/{made.pk}/export"
    answer: Any = page.get(f"{url}?format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert {row["algorithm"] for row in rows} == set(ASKED)
    answer = page.get(f"{url}?format=json")
    assert len(json.loads(b"".join(answer.streaming_content))) == 3
    assert page.get(f"{url}?format=pdf").status_code == 400


def test_names_are_text_and_nothing_else(page: Client, api: Callable[..., Any], ada: User) -> None:
    file = SimpleUploadedFile("<img src=x>.txt", TEXT.encode())
    body = {"file": file, "algorithms": '["zstd"]', "repetitions": 1}
    assert api(ada).post("/api/v1/compression/compare", body, format="multipart").status_code == 201
    made = Comparison.objects.get()
    for address in (made.get_absolute_url(), "/comparisons", "/compare"):
        assert "<img src=x>" not in shown(page, address)


def test_the_list_is_searched_sorted_and_flat(
    page: Client, made: Comparison, django_assert_num_queries: Any
) -> None:
    assert made.file_name in shown(page, "/comparisons?search=text")
    assert "Nothing matches" in shown(page, "/comparisons?search=zzz")
    shown(page, "/comparisons?ordering=nonsense")
    Comparison.objects.bulk_create(
        Comparison(
            **{field.attname: getattr(made, field.attname) for field in made._meta.fields[3:]},
            owner=made.owner,
        )
        for _ in range(5)
    )
    with django_assert_num_queries(5):
        shown(page, "/comparisons")


def test_who_may(
    page: Client, browser: Callable[..., Client], made: Comparison, ben: User, vera: User
) -> None:
    for stranger in (ben, vera):
        client = browser(stranger)
        shown(client, made.get_absolute_url(), 404)
        assert client.get(f"/api/v1/compression/compare/{made.pk}/export").status_code == 404
    viewer = browser(vera)
    shown(viewer, "/compare")
    assert viewer.post("/compare", {"text": TEXT, "algorithms": ASKED}).status_code == 403
    assert browser(ben).post(f"{made.get_absolute_url()}/delete").status_code == 404
    assert page.post(f"{made.get_absolute_url()}/delete")["Location"] == "/comparisons"
    assert not Comparison.objects.exists()
