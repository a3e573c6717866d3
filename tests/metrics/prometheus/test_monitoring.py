"""Dashboards and alert rules: a real Prometheus understands each expression, and finds what it asks for."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from metrics.names import families
from metrics.prometheus.naming import translate
from tests.metrics.prometheus.expressions import (
    ALERTS,
    DASHBOARDS,
    EXPRESSIONS,
    MONITORING,
    Expression,
    loaded,
    of_alerts,
    of_dashboards,
    of_variables,
    panels,
)
from tests.metrics.prometheus.load import ADDRESS, Load
from tests.metrics.prometheus.server import Prometheus
from tests.stack import Stack

SCRAPES, PATIENCE_S = 8, 180
# What there is not on every machine, or not while all is well.
MAY_BE_EMPTY = (
    "dynacomp_gpu_",
    'dynacomp_scrape_success{instance=~".*"} == 0',
    'status="5xx"',
    "dynacomp_sockets_open",
    "dynacomp_system_swap",
    "dynacomp_system_disk_busy",
)


@pytest.fixture(scope="module")
def tools() -> None:
    """Prometheus and its tool are installed by scripts/system-packages.sh."""
    if not (shutil.which("prometheus") and shutil.which("promtool")):
        if os.environ.get("CI") == "true":
            pytest.fail("Prometheus is missing: scripts/system-packages.sh installs it")
        pytest.skip("Prometheus cannot be installed here")


@pytest.fixture(scope="module")
def scraping(tools: None, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has scraped the running product for a while, with some work going on."""
    token = stack.token()
    load = Load(stack, token)
    with Prometheus(tmp_path_factory.mktemp("prometheus"), stack, token) as found:
        end = time.monotonic() + PATIENCE_S
        while not found.values(f"sum_over_time(up[{PATIENCE_S}s]) >= {SCRAPES}"):
            assert time.monotonic() < end, found.ask("targets")
            load.run(1, 1)
            load.round_trip()
        yield found


@pytest.mark.slow
@pytest.mark.xdist_group("stack")
class TestRunning:
    """With a real Prometheus that scrapes the running product."""

    def test_the_platform_is_scraped(self, scraping: Prometheus) -> None:
        (target,) = scraping.ask("targets")["activeTargets"]
        assert target["scrapeUrl"].endswith(ADDRESS)
        assert scraping.found('up{job="dynacomp"} == 1')
        assert scraping.found("min(dynacomp_scrape_success) == 1")
        assert scraping.found("sum(dynacomp_compression_operations_total) >= 20")

    @pytest.mark.parametrize("expression", of_dashboards(), ids=str)
    def test_every_panel_has_something_to_show(self, scraping: Prometheus, expression: Expression) -> None:
        may_be_empty = any(part in expression.text for part in MAY_BE_EMPTY)
        found = (scraping.values if may_be_empty else scraping.found)(expression.text)
        now = time.time()
        ranged = scraping.ask("query_range", query=expression.text, start=now - 20, end=now, step=1)
        assert ranged["resultType"] == "matrix"
        assert ranged["result"] or may_be_empty
        assert all(float(one["value"][1]) == float(one["value"][1]) for one in found), "not a number"

    @pytest.mark.parametrize("expression", of_alerts(), ids=str)
    def test_every_alert_is_understood(self, scraping: Prometheus, expression: Expression) -> None:
        found = scraping.ask("query", query=expression.text)
        assert found["resultType"] == "vector"

    def test_the_rules_are_well_and_nothing_is_on_fire(self, scraping: Prometheus) -> None:
        rules = [rule for group in scraping.ask("rules")["groups"] for rule in group["rules"]]
        assert len(rules) == len(list(of_alerts()))
        assert {rule["health"] for rule in rules} == {"ok"}
        assert [rule["lastError"] for rule in rules if rule.get("lastError")] == []
        firing = {rule["name"] for rule in rules if rule["state"] == "firing"}
        assert firing <= {"DynacompDiskFull", "DynacompNoRoomForContents"}, (
            "of the machine of the test, not of ours"
        )

    @pytest.mark.parametrize(("metric", "label"), sorted(set(of_variables())))
    def test_there_is_something_to_choose_from(self, scraping: Prometheus, metric: str, label: str) -> None:
        assert scraping.ask(f"label/{label}/values", **{"match[]": metric})

    @pytest.mark.parametrize(
        "accept", ["text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0"]
    )
    def test_the_names_of_all_expressions_are_known(self, stack: Stack, accept: str) -> None:
        page = stack.call("GET", ADDRESS, token=stack.token(), headers={"Accept": accept})[1].decode()
        there = {
            name.removesuffix("_bucket").removesuffix("_total")
            for line in page.splitlines()
            if not line.startswith("#")
            for name in [line.split("{")[0].split(" ")[0]]
        }
        sampled = {name.name for family in families if (name := translate(family))}
        asked = {
            name.removesuffix("_bucket").removesuffix("_total")
            for expression in EXPRESSIONS
            for name in expression.metrics
        }
        assert asked <= there | sampled

    def test_the_page_lints(self, tools: None, stack: Stack) -> None:
        page = stack.call("GET", ADDRESS, token=stack.token())[1]
        done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True)
        assert (done.returncode, done.stdout + done.stderr) == (0, b"")
        assert list(text_string_to_metric_families(page.decode()))


def promtool(*arguments: Any) -> str:
    """Run the tool and return what it says; what it finds wrong fails the test."""
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_checked(tools: None) -> None:
    assert "SUCCESS" in promtool("check", "rules", ALERTS)


def test_the_rules_fire_when_they_should_and_not_before(tools: None) -> None:
    assert "SUCCESS" in promtool("test", "rules", MONITORING / "alerts.test.yml")


def test_every_rule_is_tested() -> None:
    tests = yaml.safe_load((MONITORING / "alerts.test.yml").read_text())["tests"]
    samples = [one for test in tests for case in test["promql_expr_test"] for one in case["exp_samples"]]
    tested = {name for one in samples for name in re.findall(r'alertname="(\w+)"', one.get("labels", ""))}
    assert tested == {expression.place for expression in of_alerts()}


def test_every_rule_says_what_to_do() -> None:
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"].keys() == {"summary", "description"}
            assert rule["labels"]["severity"] in {"info", "warning", "critical"}
            assert rule["for"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboards_can_be_imported_anywhere(path: Any) -> None:
    found = loaded(path)
    assert found["uid"] == path.stem
    assert "id" not in found
    numbers = [panel["id"] for panel in found["panels"]]
    assert len(numbers) == len(set(numbers))
    variables = {variable["name"] for variable in found["templating"]["list"]}
    assert "datasource" in variables
    for panel in panels(path):
        assert panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24


def test_panels_do_not_lie_over_each_other() -> None:
    for path in DASHBOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in loaded(path)["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            taken |= cells
