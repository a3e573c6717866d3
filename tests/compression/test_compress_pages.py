"""The pages of compression, without scripts: forms that keep what was typed and say what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compression import services
from compression.models import Result
from core.models import Job
from files.models import File

COMPRESS, DECOMPRESS = "/compress", "/decompress"
TEXT = "words and words and words again. " * 100


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def page(browser: Callable[..., Client], ada: User) -> Client:
    return browser(ada)


def compressed(page: Client, **fields: Any) -> Result:
    response = page.post(COMPRESS, {"text": TEXT, "algorithm": "zstd", "level": "3", **fields})
    assert response.status_code == 302, response.content
    result = Result.objects.latest("created_at")
    assert response["Location"] == reverse("compression:result", args=[result.pk])
    return result


def test_text_becomes_a_result_with_its_figures(page: Client) -> None:
    result = compressed(page, level="19")
    shown = page.get(reverse("compression:result", args=[result.pk])).content.decode()
    assert result.level == 19
    for words in ("verified", result.checksum, "level 19", "Download text.txt.zst", "curl"):
        assert words in shown


def test_an_upload_without_scripts(page: Client) -> None:
    file = SimpleUploadedFile("notes.txt", TEXT.encode())
    response = page.post(COMPRESS, {"file": file, "algorithm": "gzip", "level": "6"})
    assert response.status_code == 302, response.content
    assert Result.objects.get().file_name == "notes.txt"


def test_parameters_of_the_algorithm_come_from_its_schema(page: Client) -> None:
    shown = page.get("/compress/options?algorithm=zstd").content.decode()
    assert 'name="params-window_log"' in shown
    assert 'max="27"' in shown
    result = compressed(page, **{"params-of": "zstd", "params-window_log": "20"})
    assert (result.params["window_log"], result.params["checksum"]) == (20, False)  # an empty box was sent
    assert compressed(page).params["checksum"] is True  # no parameters were sent: the defaults


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"algorithm": "zstd"}, "Choose a file first"),
        ({"text": TEXT, "algorithm": "zstd", "level": "99"}, "must be from -7 to 22"),
        (
            {"text": TEXT, "algorithm": "zstd", "params-of": "zstd", "params-window_log": "99"},
            "less than or equal to 27",
        ),
    ],
)
def test_a_refusal_keeps_what_was_typed(page: Client, fields: dict[str, str], words: str) -> None:
    response = page.post(COMPRESS, fields)
    shown = response.content.decode()
    assert response.status_code == 422
    assert words in shown
    assert fields.get("text", "") in shown
    assert not Result.objects.exists()
    assert not File.objects.filter(deleted_at=None).exists()


def test_there_and_back(page: Client) -> None:
    result = compressed(page)
    output = result.output
    assert output is not None
    assert "Chosen file" in page.get(f"{DECOMPRESS}?file={output.pk}").content.decode()
    response = page.post(DECOMPRESS, {"file": str(output.pk), "algorithm": ""})
    assert response.status_code == 302, response.content
    back = Result.objects.latest("created_at")
    assert (back.operation, back.checksum, back.method) == ("decompress", result.checksum, "zstd")


def test_what_is_no_compressed_file_says_so(page: Client) -> None:
    file = SimpleUploadedFile("notes.txt", TEXT.encode())
    response = page.post(DECOMPRESS, {"file": file, "algorithm": ""})
    assert response.status_code == 422
    assert "no compressed format that shows itself" in response.content.decode()


def test_a_large_file_becomes_a_job_page(page: Client, settings: Any) -> None:
    settings.INLINE_LIMIT_BYTES = 100
    response = page.post(COMPRESS, {"text": TEXT, "algorithm": "zstd"})
    assert response["Location"] == reverse("jobs:detail", args=[Job.objects.get().pk])


def test_results_are_filtered_by_the_address(page: Client, django_assert_max_num_queries: Any) -> None:
    compressed(page)
    compressed(page, algorithm="xz", level="1")
    with django_assert_max_num_queries(8):
        shown = page.get("/results?algorithm=xz&ordering=-original_size").content.decode()
    assert shown.count('href="/results/') == 1
    assert (
        "/api/v1/compression/results/export?algorithm=xz&amp;ordering=-original_size&amp;format=csv" in shown
    )
    assert "Nothing matches" in page.get("/results?search=nothing").content.decode()


def test_outsiders_and_strangers(page: Client, browser: Callable[..., Client], ben: User) -> None:
    result = compressed(page)
    address = reverse("compression:result", args=[result.pk])
    assert browser(ben).get(address).status_code == 404
    assert browser().get(address)["Location"].startswith("/sign-in?next=")
    assert browser(ben).post(COMPRESS, {"file": str(result.file_id), "algorithm": "zstd"}).status_code == 404


def test_the_start_page_sums_up(page: Client) -> None:
    assert "Nothing compressed yet" in page.get("/").content.decode()
    compressed(page)
    shown = page.get("/").content.decode()
    assert "in 1 compression, all of them verified" in shown
    assert "text.txt" in shown


def test_an_operator_tests_and_disables_an_algorithm(browser: Callable[..., Client], otto: User) -> None:
    desk = browser(otto)
    from compression.models import Algorithm

    zlib = Algorithm.objects.get(name="zlib")
    address = reverse("admin:compression_algorithm_changelist")
    tested = desk.post(address, {"action": "test", "_selected_action": [zlib.pk]}, follow=True)
    assert "zlib: 24 of 24 cases passed." in tested.content.decode()
    disabled = desk.post(address, {"action": "disable", "_selected_action": [zlib.pk]}, follow=True)
    assert "Disabled now: 1" in disabled.content.decode()
    zlib.refresh_from_db()
    assert zlib.enabled is False
    again = desk.post(address, {"action": "deprecate", "_selected_action": [zlib.pk]}, follow=True)
    assert "there is no way to" in again.content.decode()
