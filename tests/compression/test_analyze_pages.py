"""Pages of analyses: from a file to what it is made of, and the map of a container."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.analyses import blocks as block_maps
from compression.analyses import pictures
from compression.analyses.pictures import byte_name
from compression.engine import errors as engine
from compression.models import Analysis
from files.models import File
from tests.compression.test_analyze_api import API, RECORDS, TABLE, analysed

HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def patience(db: None, settings: Any) -> None:
    settings.INLINE_WALL_S = 60
    services.algorithms_sync()
    cache.clear()


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


@pytest.fixture
def browser(ada: User) -> Client:
    browser = Client()
    browser.force_login(ada)
    return browser


def page(browser: Client, address: str, status: int = 200, headers: dict[str, str] | None = None) -> str:
    response = browser.get(address, headers=headers)
    assert response.status_code == status, response.content
    return response.content.decode()


def container(client: APIClient, data: bytes = RECORDS) -> str:
    """A file in the container .dcz."""
    file = analysed(client, data)["file"]
    call = {"file": file, "algorithm": "dcz", "params": {"budget_s": 0.2}}
    response = client.post("/api/v1/compression/compress", call, format="json")
    if response.status_code == 422:  # the parameter has another name
        response = client.post(
            "/api/v1/compression/compress", {"file": file, "algorithm": "dcz"}, format="json"
        )
    assert response.status_code == 201, response.content
    found: str = response.json()["output"]
    return found


def test_from_a_file_to_what_it_is_made_of(client: APIClient, browser: Client) -> None:
    made = client.post(API, {"text": TABLE}, format="json").json()
    Analysis.objects.all().delete()
    shown = page(browser, f"/files/{made['file']}")
    assert "Analyse it" in shown
    response = browser.post("/analyse", {"file": made["file"]}, follow=True)
    text = response.content.decode()
    assert Analysis.objects.get().get_absolute_url() == response.redirect_chain[-1][0]
    for words in (
        "Lines of 3 fields",
        "Columns",
        "place",
        "A0",
        "Entropy along the file",
        "Optimise",
        "match rate",
    ):
        assert words in text, words
    assert f"/compress?file={made['file']}&amp;algorithm=dcz" in text
    assert "See what it is made of" in page(browser, f"/files/{made['file']}")


def test_records_are_a_map_of_their_fields(client: APIClient, browser: Client) -> None:
    made = analysed(client, RECORDS)
    text = page(browser, f"/analyses/{made['id']}")
    widths = made["structure"]["records"]["widths"]
    assert f"One record of {sum(widths)} bytes" in text
    assert (
        text.count(f"Field {len(widths)}: ") == 2
    )  # in the bar of bytes, and in that of the compressed size
    assert "field 1" in text


def test_what_content_holds_is_shown_and_never_obeyed(client: APIClient, browser: Client) -> None:
    lines = "".join(f"{n},<script>alert({n % 7})</script>,{n % 3}\x1b[2J\n" for n in range(3000))
    made = analysed(client, f"n,<img src=x onerror=1>,\x07end\n{lines}")
    text = page(browser, f"/analyses/{made['id']}")
    assert "&lt;script&gt;alert(0)" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "\x1b" not in text
    assert "\\x1b" in text


@pytest.mark.parametrize("data", [b"", b"x", bytes(5000), bytes(range(256)) * 20])
def test_any_content_has_a_page(client: APIClient, browser: Client, data: bytes) -> None:
    made = analysed(client, data)
    text = page(browser, f"/analyses/{made['id']}")
    assert made["structure"]["summary"].replace("'", "&#x27;") in text
    assert "Structure that pays" in text


def test_a_refusal_is_shown_in_the_form(browser: Client) -> None:
    response = browser.post("/analyse", {"text": ""})
    assert response.status_code == 422
    assert not Analysis.objects.exists()


def test_listed_searched_and_deleted(
    client: APIClient, browser: Client, django_assert_num_queries: Any
) -> None:
    first = analysed(client)
    with django_assert_num_queries(5):  # session, account, count, rows, running jobs
        page(browser, "/analyses")
    analysed(client, RECORDS)
    with django_assert_num_queries(5):
        text = page(browser, "/analyses?ordering=original_size")
    assert "Lines of 3 fields" in text
    assert "Records of" in text
    assert "Nothing matches" in page(browser, "/analyses?search=nowhere")
    with django_assert_num_queries(4):  # session, account, the analysis, running jobs
        page(browser, f"/analyses/{first['id']}")
    response = browser.post(f"/analyses/{first['id']}/delete")
    assert (response.status_code, response["Location"]) == (302, "/analyses")
    page(browser, f"/analyses/{first['id']}", 404)


def test_an_analysis_outlives_the_deletion_of_its_file_until_it_is_final(
    client: APIClient, browser: Client
) -> None:
    made = analysed(client)
    client.delete(f"/api/v1/files/delete/{made['file']}")
    text = page(browser, f"/analyses/{made['id']}")
    assert "file deleted" in text
    assert "Compress with dcz" not in text


def test_outsiders_and_viewers(client: APIClient, browser: Client, ben: User, vera: User) -> None:
    made = analysed(client, RECORDS)
    other = Client()
    other.force_login(ben)
    page(other, f"/analyses/{made['id']}", 404)
    page(other, f"/files/{made['file']}/blocks", 404)
    assert other.post(f"/analyses/{made['id']}/delete").status_code == 404
    assert "measured.dat" not in page(other, "/analyses")
    viewer = Client()
    viewer.force_login(vera)
    page(viewer, "/analyse")
    assert viewer.post("/analyse", {"text": "x"}).status_code == 403


def test_a_container_is_mapped_block_by_block(client: APIClient, browser: Client) -> None:
    packed = container(client)
    body = client.get(f"/api/v1/compression/files/{packed}/blocks").json()
    assert (body["size"], body["packed_size"]) == (len(RECORDS), File.objects.get(pk=packed).size)
    assert body["blocks_total"] == len(body["blocks"]) == body["examined"] == 1
    (block,) = body["blocks"]
    used = body["pipelines"][block["pipeline"]]
    assert len(block["examined"]["leaf_bytes"]) == len(used["leaves"])
    assert block["examined"]["margin"] > 0
    assert "hx-get" in page(browser, f"/files/{packed}/blocks")
    text = page(browser, f"/files/{packed}/blocks", headers=HX)
    for words in (
        "Block by block",
        "Next best",
        f"Block 1: {len(RECORDS) / 1000:.3g}",
        block["examined"]["rival"],
    ):
        assert words.replace("'", "&#x27;") in text.replace("\u00a0", " "), words
    assert "Map of its blocks" in page(browser, f"/files/{packed}")


def test_a_map_is_made_once(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = container(client)
    first = client.get(f"/api/v1/compression/files/{packed}/blocks").json()
    monkeypatch.setattr(block_maps, "blocks", None)
    assert client.get(f"/api/v1/compression/files/{packed}/blocks").json() == first


def test_what_is_no_container_has_no_map(client: APIClient, browser: Client) -> None:
    made = analysed(client)
    response = client.get(f"/api/v1/compression/files/{made['file']}/blocks")
    assert (response.status_code, response.json()["code"]) == (422, "corrupt_stream")
    assert "There is no map of it" in page(browser, f"/files/{made['file']}/blocks", headers=HX)


def test_nobody_waits_long_for_a_map(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = container(client)
    monkeypatch.setattr("compression.calls._slots.acquire", lambda **_: False)
    response = client.get(f"/api/v1/compression/files/{packed}/blocks")
    assert (response.status_code, response["Retry-After"]) == (429, "5")


def test_a_map_that_fails_is_told(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = container(client)

    def crashing(*_: Any, **__: Any) -> Any:
        raise engine.CodecCrashed("The codec crashed (SIGSEGV)", signal=11)

    monkeypatch.setattr(block_maps, "blocks", crashing)
    response = client.get(f"/api/v1/compression/files/{packed}/blocks")
    assert (response.status_code, response.json()["code"]) == (422, "codec_crashed")


def test_bytes_have_names() -> None:
    assert byte_name(0) == "0x00"
    assert byte_name(10) == "0x0A\u00a0line end"
    assert byte_name(ord("a")) == "0x61\u00a0“a”"
    assert len({byte_name(value) for value in range(256)}) == 256


def test_the_bars_of_a_picture_fill_it(client: APIClient) -> None:
    analysed(client, RECORDS)
    shown = pictures.of(Analysis.objects.get())
    for bar in (shown["map"]["record"], shown["map"]["packed"]):
        assert sum(float(part["width"]) for part in bar) == pytest.approx(100, abs=0.1)
    heights = [float(bar["height"]) for bar in shown["histogram"]["bars"]]
    assert len(heights) == 256
    assert 0 <= min(heights) <= max(heights) <= 1
