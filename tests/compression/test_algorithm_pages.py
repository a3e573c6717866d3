"""The pages of algorithms: where each is good, what staff make of codecs, and who sees what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.models import HistoryEntry
from core.access.roles import Scope
from tests.compression.outcomes import keep, outcome
from tests.compression.presets import activate, made, put


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def page(browser: Callable[..., Client], ada: User) -> Client:
    return browser(ada)


@pytest.fixture
def desk(browser: Callable[..., Client], otto: User) -> Client:
    return browser(otto)


@pytest.fixture
def staff(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:2000]
    found: str = response.content.decode()
    return found


def rivals(contents: int, kind: str = "log", **fields: Any) -> list[HistoryEntry]:
    """Outcomes of zstd 3 and of an xz that is smaller and slower, on the same contents."""
    names = [f"{kind}{i}" for i in range(contents)]
    return [
        *(outcome(name, content_kind=kind, **fields) for name in names),
        *(
            outcome(
                name,
                content_kind=kind,
                algorithm="xz",
                level=6,
                compressed_size=200_000,
                compress_seconds=1.0,
            )
            for name in names
        ),
    ]


# The list


def test_the_list_shows_what_there_is(page: Client) -> None:
    shown = text(page.get("/algorithms"))
    assert 'href="/algorithms/zstd"' in shown
    assert "-7 to 22" in shown
    assert "New preset" not in shown


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("family=deflate", ["deflate", "gzip", "zlib"]),
        ("search=snap", ["snappy"]),
        ("family=deflate&search=zlib", ["zlib"]),
        ("status=disabled", []),
        ("kind=dynamic", []),
        ("streaming=false", ["blosc2"]),
        ("family=deflate&ordering=-name", ["zlib", "gzip", "deflate"]),
        ("family=deflate&status=nonsense&colour=red&ordering=secret&page=x", ["deflate", "gzip", "zlib"]),
    ],
)
def test_the_address_says_which(page: Client, query: str, names: list[str]) -> None:
    response = page.get(f"/algorithms?{query}")
    assert [row.name for row in response.context["page"]] == names
    if not names:
        assert "Nothing matches" in text(response)


def test_drafts_are_staffs_to_see(page: Client, desk: Client, staff: APIClient) -> None:
    made(staff)
    for client, sees in ((desk, True), (page, False)):
        assert ("logs-small" in text(client.get("/algorithms"))) is sees
        assert client.get("/algorithms/logs-small").status_code == (200 if sees else 404)
    shown = text(desk.get("/algorithms?status=draft"))
    assert '<option value="draft" selected>' in shown
    assert '<option value="draft"' not in text(page.get("/algorithms"))
    assert page.get("/algorithms/no-such-thing").status_code == 404


def test_the_list_costs_the_same_however_long_it_is(
    desk: Client, staff: APIClient, django_assert_num_queries: Any
) -> None:
    text(desk.get("/algorithms"))
    for number in range(5):
        made(staff, name=f"logs-{number}")
    with django_assert_num_queries(6):  # session, account, jobs of the badge, count, page, families
        text(desk.get("/algorithms"))


# Where it is good


def test_nothing_known_is_said_so(page: Client) -> None:
    shown = text(page.get("/algorithms/lz4"))
    assert "Nobody has used it yet" in shown
    assert 'href="/compress?algorithm=lz4"' in shown
    for words in ("By kind of content", "Latest outcomes", "Its life"):
        assert words not in shown


def test_verdicts_come_with_what_they_are_made_of(page: Client, ada: User) -> None:
    keep([*rivals(12, owner=ada), *rivals(2, "csv", owner=ada)])
    keep(outcome(f"f{i}", content_kind="json", succeeded=False, error_code="codec_crashed") for i in range(9))
    context = page.get("/algorithms/zstd").context
    rows = {row["kind"]: row for row in context["kinds"]}
    assert [(line["words"], [row["label"] for row in line["kinds"]]) for line in context["headline"]] == [
        ("Good for", ["Log"]),
        ("Poor for", ["JSON"]),
        ("Too few contents", ["Table (CSV)"]),
    ]
    good, poor, few = rows["log"], rows["json"], rows["csv"]
    assert (
        good["why"]
        == "No other beats it in ratio and both speeds on 100\u00a0% of 12 contents (76\u00a0% – 100\u00a0%)."
    )
    assert (good["relative_size"].text, good["relative_size"].interval) == ("1.25×", "1.25× – 1.25×")
    assert (good["relative_compress"].text, good["failure_rate"].interval) == ("100×", "0\u00a0% – 24\u00a0%")
    assert poor["why"] == "It fails on 100\u00a0% of 9 contents (70\u00a0% – 100\u00a0%)."
    assert few["why"] == "Beside others on 2 contents; it takes 5 to say anything."
    assert few["judged"].compared == 2
    shown = text(page.get("/algorithms/zstd"))
    assert "23 distinct contents" in shown


def test_figures_without_an_interval_say_so(page: Client) -> None:
    keep([outcome("a", content_kind="log"), outcome("b", content_kind="csv", original_size=10**9)])
    keep([outcome("c", content_kind="csv", original_size=300_000)])
    rows = {row["kind"]: row for row in page.get("/algorithms/zstd").context["kinds"]}
    assert (rows["log"]["ratio"].text, rows["log"]["ratio"].interval) == ("4.00", "one content")
    assert rows["csv"]["ratio"].interval == "unknown from 2"
    assert rows["log"]["relative_size"].text == "–"


def test_pictures_hold_their_figures(page: Client) -> None:
    keep(rivals(6))
    keep(
        outcome(f"log{i}", content_kind="log", level=19, compressed_size=220_000, compress_seconds=0.1)
        for i in range(6)
    )
    context = page.get("/algorithms/zstd").context
    (beside,) = context["beside"]
    assert (beside["label"], beside["group"], round(beside["y"], 2)) == ("Log (6)", "c1", 1.1)
    assert [point["label"] for point in context["level_points"]] == ["level 3 (6)", "level 19 (6)"]
    assert [row["level"] for row in context["levels"]] == [3, 19]
    assert '="None"' not in text(page.get("/algorithms/zstd"))  # no point has an end that is not there


@pytest.mark.parametrize(
    ("ordering", "kinds"),
    [
        ("", ["log", "csv", "text"]),
        ("kind", ["log", "csv", "text"]),
        ("-kind", ["text", "csv", "log"]),
        ("contents", ["text", "csv", "log"]),
        ("-relative_size", ["log", "csv", "text"]),
        ("secret", ["log", "csv", "text"]),
    ],
)
def test_kinds_are_sorted_by_the_address(page: Client, ordering: str, kinds: list[str]) -> None:
    keep([*rivals(9), *rivals(3, "csv"), outcome("alone", content_kind="text")])
    found = page.get("/algorithms/zstd", {"ordering": ordering}).context["kinds"]
    assert [row["kind"] for row in found] == kinds


def test_outcomes_below_are_ones_own(
    browser: Callable[..., Client], page: Client, desk: Client, ada: User, ben: User
) -> None:
    keep([outcome("a", owner=ada), outcome("b", owner=ben, succeeded=False, error_code="codec_crashed")])
    assert [row.entry.owner_id for row in page.get("/algorithms/zstd").context["recent"]] == [ada.pk]
    assert "codec crashed" in text(browser(ben).get("/algorithms/zstd"))
    assert len(desk.get("/algorithms/zstd").context["recent"]) == 2


def test_parameters_are_read_from_the_schema(page: Client) -> None:
    rows = {row.name: row for row in page.get("/algorithms/zstd").context["parameters"]}
    assert next(iter(rows)) == "level"
    assert (rows["level"].values, rows["level"].default) == ("−7 to 22", "3")
    assert (rows["long"].values, rows["long"].default) == ("yes or no", "no")
    assert (rows["window_log"].values, rows["window_log"].default) == (
        "10 to 27, or left to the codec",
        "left to the codec",
    )
    assert "base64" in rows["dictionary"].values
    assert "Parameters" not in text(page.get("/algorithms/snappy"))


def test_how_to_use_it_by_program(
    page: Client, staff: APIClient, api: Callable[..., APIClient], ada: User
) -> None:
    found = dict(page.get("/algorithms/zstd").context["snippets"])
    assert list(found) == ["curl", "Python", "Stream", "Command line"]
    answer = api(ada).get("/api/v1/compression/algorithms/zstd/snippets").json()
    assert [one["code"] for one in answer] == list(found.values())
    assert [one["language"] for one in answer] == ["curl", "python", "curl_stream", "command_line"]
    assert "-F algorithm=zstd -F level=3" in found["curl"]
    assert "stream?algorithm=zstd&level=3" in found["Stream"]
    compile(found["Python"], "snippet", "exec")
    assert "Stream" not in dict(page.get("/algorithms/blosc2").context["snippets"])
    made(staff)
    activate(staff)
    found = dict(page.get("/algorithms/logs-small").context["snippets"])
    assert "level" not in found["curl"]
    for words in ("-a zstd -l 19 ", "-p window_log=24 ", "-p checksum=false ", '-o output.zst "$FILE"'):
        assert words in found["Command line"]


def test_a_page_costs_the_same_however_much_is_known(
    page: Client, ada: User, django_assert_num_queries: Any
) -> None:
    for number in (2, 30):
        keep([*rivals(number, owner=ada), *rivals(number, f"k{number}", owner=ada)])
        # session, account, badge, algorithm, three of the ledger, the latest outcomes, two for what they name, the
        # state that serves, and features of what is known
        with django_assert_num_queries(12):
            text(page.get("/algorithms/zstd"))


def test_who_may_only_look_is_not_offered_to_compress(browser: Callable[..., Client], vera: User) -> None:
    assert "Compress with it" not in text(browser(vera).get("/algorithms/zstd"))


def test_one_that_is_switched_off_says_so(page: Client, staff: APIClient) -> None:
    assert put(staff, "xz", status="disabled").status_code == 200
    shown = text(page.get("/algorithms/xz"))
    assert "takes no new work" in shown
    assert "Compress with it" not in shown
