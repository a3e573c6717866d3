"""The page of metrics: it moves, is zoomed, explains a moment, and its figures are those of the API."""

import csv
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import sign_in
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

CPU = "system.cpu_percent"


def open_page(page: Page, stack: Stack, query: str = "") -> Locator:
    """Sign in as who operates, and return the chart of the processor with something drawn."""
    sign_in(page, "admin", stack.password)
    page.goto(f"/metrics{query}")
    chart = page.locator("#cpu")
    expect(chart.locator(".time-series:not(.is-empty) canvas")).to_be_visible()
    return chart


def drag(page: Page, chart: Locator, start: float, end: float) -> None:
    """Draw a window within the graph, in shares of its width."""
    over = chart.locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, y, steps=5)
    page.mouse.up()


def saved(page: Page, press: Any, path: Path) -> list[dict[str, str]]:
    """Return the rows of the CSV that a press downloads."""
    with page.expect_download() as started:
        press()
    started.value.save_as(path)
    return list(csv.DictReader(io.StringIO(path.read_text())))


def test_the_graphs_move_and_zooming_changes_address_and_badge(page: Page, stack: Stack) -> None:
    chart = open_page(page, stack)
    expect(page.locator("#range-words")).to_have_text("Live, once a second")
    expect(page.locator('.component[aria-label="Database"]')).to_contain_text("well")
    chart.get_by_role("button", name="Table").click()
    newest = chart.locator("tbody th").first
    before = newest.inner_text()
    expect(newest).not_to_have_text(before)
    chart.get_by_role("button", name="Table").click()

    page.get_by_role("link", name="1 h").last.click()
    expect(page).to_have_url(re.compile(r"\?range=1h$"))
    badge = chart.locator(".chart-head .badge")
    expect(badge).to_have_text(re.compile("1.min, band = min–max"))
    drag(page, chart, 0.8, 0.999)
    expect(page).to_have_url(re.compile(r"\?from=.*&to="))
    expect(badge).to_have_text(re.compile("1.s$"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?range=1h$"))
    expect(badge).to_have_text(re.compile("band"))
    page.go_forward()
    expect(badge).to_have_text(re.compile("1.s$"))
    chart.locator(".u-over").dblclick()
    expect(page).to_have_url(re.compile(r"\?range=1h$"))

    chart.get_by_role("button", name="all cores").click()
    expect(page).to_have_url(re.compile(f"hide={CPU}"))
    page.reload()
    expect(chart.get_by_role("button", name="all cores")).to_have_attribute("aria-pressed", "false")


def test_an_algorithm_that_is_used_for_the_first_time_gets_its_line(page: Page, stack: Stack) -> None:
    open_page(page, stack)
    body = b"--x\r\nContent-Disposition: form-data; name=file; filename=rows\r\n\r\n" + b"1,2\n" * 9000
    body += b"\r\n--x\r\nContent-Disposition: form-data; name=algorithm\r\n\r\nsnappy\r\n--x--\r\n"
    headers = {"Content-type": "multipart/form-data; boundary=x"}
    status, told, _ = stack.call(
        "POST", "/api/v1/compression/compress", body, token=stack.token(), headers=headers
    )
    assert status == 201, told
    line = page.locator("#algorithms").get_by_role("button", name="snappy")
    expect(line).to_be_visible()
    page.locator("#algorithms").scroll_into_view_if_needed()
    expect(line).to_contain_text("/s")


def test_the_file_is_what_the_api_says_and_what_is_drawn(page: Page, stack: Stack, tmp_path: Path) -> None:
    chart = open_page(page, stack)
    drag(page, chart, 0.5, 0.98)
    expect(page).to_have_url(re.compile("from="))
    expect(chart.locator(".time-series:not(.is-empty) canvas")).to_be_visible()
    # What a busy machine stores late comes into the graph late.
    for _ in range(20):
        mine, drawn = compared(page, chart, stack, tmp_path)
        if mine == drawn:
            break
        page.wait_for_timeout(2000)
    assert drawn == mine


def compared(
    page: Page, chart: Locator, stack: Stack, folder: Path
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the processor as the page's file has it, which is what the API says, and as the graph draws it."""
    link = page.get_by_role("link", name="CSV of what is shown")
    rows = saved(page, link.click, folder / "all.csv")
    mine = {row["t"]: float(row["avg"]) for row in rows if row["metric"] == CPU}
    assert mine
    assert {"system.core_percent.0", "database.connections"} <= {row["metric"] for row in rows}
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    asked = "&".join(f"{name}={query[name][0]}" for name in ("from", "to", "resolution"))
    status, told, _ = stack.call("GET", f"/api/v1/metrics/history?metric={CPU}&{asked}", token=stack.token())
    assert status == 200
    assert mine.items() <= {point["t"]: point["avg"] for point in told["points"]}.items()

    chart.locator("summary", has_text="Save the chart").click()
    figures = saved(page, chart.get_by_role("button", name="CSV figures").click, folder / "cpu.csv")
    if chart.locator("details[open]").count():
        page.keyboard.press("Escape")
    column = f"{CPU} (%)"
    return mine, {row["t"].replace(".000Z", "Z"): float(row[column]) for row in figures if row[column]}


def test_a_click_says_what_happened_then(page: Page, stack: Stack) -> None:
    chart = open_page(page, stack)
    over = chart.locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + 40)
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", level=2)).to_have_text(re.compile(r"What happened at \d\d:\d\d:\d\d"))
    expect(panel).to_contain_text("Top processes")
    expect(panel.locator("tbody tr").first).to_be_visible()
    expect(page).to_have_url(re.compile("at=20"))
    address = page.url
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(page).not_to_have_url(re.compile("at="))
    page.goto(address)
    expect(panel).to_contain_text("Top processes")


def test_all_of_it_goes_with_the_keyboard_alone(page: Page, stack: Stack) -> None:
    chart = open_page(page, stack)
    canvas = chart.get_by_role("application")
    canvas.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    said = chart.locator(".series-said")
    expect(said).to_have_text(re.compile(r"^\d\d:\d\d:\d\d: all cores .*%"))
    before = said.inner_text()
    page.keyboard.press("PageUp")
    expect(said).not_to_have_text(before)
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("from="))
    expect(canvas).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Top processes")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(canvas).to_be_focused()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("from="))

    window = page.get_by_role("slider", name="The window", exact=True)
    window.focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("from="))
    expect(window).to_be_focused()

    log = page.locator("#log-database-summary")
    log.focus()
    page.keyboard.press("Enter")
    lines = page.locator("#log-database-lines")
    expect(lines).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/metrics/now")):
        pass
    page.wait_for_timeout(300)
    expect(lines).to_be_visible()
    expect(log).to_be_focused()
