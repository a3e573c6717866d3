"""The expressions of the dashboards and of the alert rules."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MONITORING = Path(__file__).resolve().parents[3] / "docs" / "monitoring"
ALERTS = MONITORING / "alerts.yml"
DASHBOARDS = sorted((MONITORING / "grafana").glob("*.json"))
# What Grafana puts in place of its variables, for a scrape every three seconds.
VARIABLES = {"$__rate_interval": "30s", "$__range": "60s"}
_METRIC = re.compile(r"\bdynacomp_\w+")


@dataclass(frozen=True)
class Expression:
    """What one panel or rule asks for."""

    place: str
    text: str

    @property
    def metrics(self) -> set[str]:
        """The metrics that it names."""
        return set(_METRIC.findall(self.text))

    def __str__(self) -> str:
        return self.place


def loaded(path: Path) -> dict[str, Any]:
    """Return a dashboard."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def panels(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the panels of a dashboard that show something."""
    yield from (panel for panel in loaded(path)["panels"] if panel["type"] != "row")


def filled(text: str, names: list[str]) -> str:
    """Return the expression with the variables filled in."""
    for variable, value in (VARIABLES | {f"${name}": ".*" for name in names}).items():
        text = text.replace(variable, value)
    assert "$" not in text, text
    return text


def of_dashboards() -> Iterator[Expression]:
    """Yield what the panels ask for."""
    for path in DASHBOARDS:
        names = [variable["name"] for variable in loaded(path)["templating"]["list"]]
        for panel in panels(path):
            for target in panel["targets"]:
                place = f"{path.stem}: {panel['title']} {target['refId']}"
                yield Expression(place, filled(target["expr"], names))


def of_alerts() -> Iterator[Expression]:
    """Yield what the rules ask for."""
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            yield Expression(rule["alert"], rule["expr"])


def of_variables() -> Iterator[tuple[str, str]]:
    """Yield metric and label of each list that a dashboard offers to choose from."""
    for path in DASHBOARDS:
        for variable in loaded(path)["templating"]["list"]:
            if found := re.fullmatch(r"label_values\((\w+), (\w+)\)", variable.get("definition", "")):
                yield found[1], found[2]


EXPRESSIONS = [*of_dashboards(), *of_alerts()]
