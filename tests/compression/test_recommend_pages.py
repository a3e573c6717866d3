"""Pages of recommendations: asked for, read, followed, and set beside what came."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compression.models import Recommendation, Result
from compression.services import algorithms_sync
from files.models import File

PAGE = "/recommend"
TEXT = "".join(
    f"2024-01-{1 + n % 28:02d} station {n % 7} measured {n * 37 % 1000 / 10}\n" for n in range(4000)
)


@pytest.fixture(autouse=True)
def algorithms(db: None, settings: Any) -> None:
    """The process that has the engine loaded may have to be started first."""
    settings.INLINE_WALL_S = 60
    algorithms_sync()


@pytest.fixture
def page(browser: Callable[..., Client], ada: User) -> Client:
    return browser(ada)


def recommended(page: Client, **asked: Any) -> Recommendation:
    response = page.post(PAGE, {"text": TEXT, "objective": "balanced", **asked})
    assert response.status_code == 302, response.content.decode()
    made = Recommendation.objects.latest("created_at")
    assert response["Location"] == made.get_absolute_url()
    return made


def test_it_is_asked_for_and_told_in_words(page: Client) -> None:
    assert "The smallest output" in page.get(PAGE).content.decode()
    made = recommended(page)
    text = page.get(made.get_absolute_url()).content.decode()
    for words in (
        "Small and fast together",
        "Compress with this",
        "tried on",
        "text.txt",
        "dynacomp recommend",
    ):
        assert words in text
    assert text.count("recommended-rank") == 5
    assert made.file.name in page.get(PAGE).content.decode()


def test_one_click_compresses_and_the_result_says_what_was_predicted(page: Client) -> None:
    made = recommended(page)
    url = reverse("compression:recommendation-compress", args=[made.pk, 1])
    response = page.post(url)
    result = Result.objects.get()
    assert response["Location"] == result.get_absolute_url()
    best = made.found.best
    assert (result.method, result.level) == (best.algorithm, best.level)
    text = page.get(result.get_absolute_url()).content.decode()
    assert "Predicted beside measured" in text
    assert made.get_absolute_url() in text
    for rank in (0, 99):
        gone = reverse("compression:recommendation-compress", args=[made.pk, rank])
        assert page.post(gone).status_code == 404


def test_a_result_that_followed_none_says_nothing_of_it(page: Client) -> None:
    page.post("/compress", {"text": TEXT, "algorithm": "zlib"})
    result = Result.objects.get()
    assert "Predicted beside" not in page.get(result.get_absolute_url()).content.decode()


def test_every_entry_can_be_followed(page: Client) -> None:
    """Also pipelines, whose bytes no form takes."""
    made = recommended(page, objective="decode")
    for rank, one in enumerate(made.found.entries, 1):
        if one.algorithm == "dcz" and not one.search:
            url = reverse("compression:recommendation-compress", args=[made.pk, rank])
            assert page.post(url).status_code == 302
            result = Result.objects.latest("created_at")
            assert "Predicted beside measured" in page.get(result.get_absolute_url()).content.decode()
            return
    raise AssertionError("no pipeline among the entries")


@pytest.mark.parametrize(
    "asked",
    [
        {"objective": "beauty"},
        {"min_compress_mb_s": "-1"},
        {"max_memory_mib": "much"},
        {"text": ""},
    ],
)
def test_a_wrong_form_is_shown_with_what_is_wrong(page: Client, asked: dict[str, str]) -> None:
    response = page.post(PAGE, {"text": TEXT, "objective": "ratio", **asked})
    assert response.status_code == 422
    assert not Recommendation.objects.exists()
    assert not File.objects.exists()


def test_others_see_nothing_of_it(page: Client, browser: Callable[..., Client], ben: User) -> None:
    made = recommended(page)
    stranger = browser(ben)
    assert stranger.get(made.get_absolute_url()).status_code == 404
    url = reverse("compression:recommendation-compress", args=[made.pk, 1])
    assert stranger.post(url).status_code == 404
    assert not Result.objects.exists()


def test_of_a_deleted_file_it_can_be_read_and_not_followed(page: Client) -> None:
    made = recommended(page)
    page.post(reverse("files:delete", args=[made.file_id]))
    text = page.get(made.get_absolute_url()).content.decode()
    assert "Compress with this" not in text
    url = reverse("compression:recommendation-compress", args=[made.pk, 1])
    assert page.post(url).status_code == 404


def test_pages_lead_to_it(page: Client) -> None:
    made = recommended(page)
    link = f"{PAGE}?file={made.file_id}"
    assert link in page.get(made.file.get_absolute_url()).content.decode()
    assert link in page.get(f"/compress?file={made.file_id}").content.decode()
