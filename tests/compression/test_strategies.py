"""Strategies in the back office."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.optimising.models import Strategy
from compression.optimising.seeds import GIVEN, strategies_give
from files.models import File
from tests.compression.optimisations import algorithms, ask, client, table

assert algorithms
assert client
assert table  # fixtures

DESK = "/admin/compression/strategy/"
FIELDS = {
    "name": "night",
    "title": "By night",
    "description": "",
    "objective": "ratio",
    "rounds": "5",
    "max_trials": "",
    "plain": '[{"id": "zstd", "level": 3}, {"id": "lzma"}]',
    "plain_share": "0.2",
    "enabled": "on",
    "position": "5",
}


@pytest.fixture
def desk(mia: User) -> Client:
    browser = Client()
    browser.force_login(mia)
    return browser


def test_operators_make_change_and_switch_off(desk: Client, client: APIClient, table: File) -> None:
    assert desk.get(DESK).status_code == 200
    assert desk.post(f"{DESK}add/", FIELDS).status_code == 302
    made = Strategy.objects.get(name="night")
    assert ask(client, table, strategy="night").status_code == 202
    off = {name: value for name, value in FIELDS.items() if name != "enabled"}
    assert desk.post(f"{DESK}{made.pk}/change/", off).status_code == 302
    refused = ask(client, table, strategy="night")
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy_disabled")
    actions = list(AuditEntry.objects.filter(action__startswith="strategy.").values_list("action", flat=True))
    assert sorted(actions) == ["strategy.changed", "strategy.made"]


@pytest.mark.parametrize(
    "change",
    [
        {"plain": "{}"},
        {"plain": '[{"id": "rar"}]'},
        {"plain": '[{"id": "zstd", "level": 99}]'},
        {"plain": '[{"id": "lzma", "lc": 4}]'},
        {"rounds": "0"},
        {"plain_share": "2"},
        {"name": "Not A Name"},
    ],
)
def test_what_the_engine_could_not_do_is_refused(desk: Client, change: dict[str, Any]) -> None:
    before = Strategy.objects.count()
    assert desk.post(f"{DESK}add/", {**FIELDS, **change}).status_code == 200
    assert Strategy.objects.count() == before


def test_what_operators_changed_stays(db: None) -> None:
    Strategy.objects.filter(name="quick").update(enabled=False, title="Mine")
    assert strategies_give() == []
    assert Strategy.objects.get(name="quick").title == "Mine"
    assert set(Strategy.objects.values_list("name", flat=True)) == set(GIVEN)


def test_without_any_there_is_a_clear_word(client: APIClient, table: File) -> None:
    Strategy.objects.update(enabled=False)
    response = ask(client, table)
    assert (response.status_code, response.json()["code"]) == (422, "no_strategy")
