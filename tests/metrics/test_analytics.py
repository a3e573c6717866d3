"""Analytics are what a plain look through the ledger gives, whatever is summed up by now."""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from compression.history import measures
from compression.history.measures import MEASURES, Sums
from compression.models import HistoryEntry
from metrics import duties
from metrics.analytics import reading, summing
from metrics.analytics.models import HourSums, SummedUntil
from metrics.analytics.percentiles import middle
from metrics.analytics.reading import Asked
from tests.compression.outcomes import keep, outcome

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = 60
DIMENSIONS = ("algorithm", "kind", "operation", "owner", "hour", "day", "week", "month")


def entry(numbers: random.Random, owners: Sequence[Any]) -> HistoryEntry:
    """Any outcome: failures, and what was not measured, are among them."""
    succeeded = numbers.random() < 0.85
    operation = numbers.choice(["compress", "decompress"])
    size = numbers.choice([0, 1, 999, numbers.randrange(10**9)])
    seconds = [numbers.choice([None, 0.0, numbers.lognormvariate(-3, 3)]) for _ in range(2)]
    return outcome(
        owner=numbers.choice(owners),
        operation=operation,
        algorithm=numbers.choice(["zstd", "xz", "lz4"]),
        content_kind=numbers.choice(["text", "binary", ""]),
        original_size=size if succeeded else numbers.choice([None, size]),
        compressed_size=numbers.randrange(10**8) if succeeded else None,
        compress_seconds=seconds[0] if operation == "compress" else None,
        decompress_seconds=seconds[1],
        succeeded=succeeded,
    )


def backdate(entries: Sequence[HistoryEntry], times: Sequence[datetime]) -> None:
    """Append them as of moments in the past."""
    keep(entries)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the trigger of the ledger
        cursor.executemany(
            "UPDATE compression_history SET created_at = %s WHERE id = %s",
            [(t, one.pk) for one, t in zip(entries, times, strict=True)],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    for one, t in zip(entries, times, strict=True):
        one.created_at = t


@pytest.fixture
def ledger(ada: User, ben: User) -> list[HistoryEntry]:
    numbers = random.Random(7)
    entries = [entry(numbers, [ada, ben, None]) for _ in range(400)]
    times = [BEGAN + timedelta(seconds=numbers.uniform(0, HOURS * 3600)) for _ in entries]
    times[:4] = [BEGAN, BEGAN + timedelta(hours=1), BEGAN + timedelta(hours=30), BEGAN + timedelta(hours=31)]
    backdate(entries, times)
    return entries


def sum_up_to(t: datetime) -> None:
    with mock.patch.object(summing, "safe_horizon", return_value=t + summing.HOUR):
        summing.catch_up()


def plain(entries: Sequence[HistoryEntry], by: Sequence[str]) -> dict[Any, Sums]:
    """What a look through the outcomes gives."""
    found: dict[Any, Sums] = defaultdict(Sums)
    for one in entries:
        seconds = one.compress_seconds if one.operation == "compress" else one.decompress_seconds
        worked = one.succeeded
        found[key_of(one, by)] += Sums(
            1,
            int(not worked),
            (one.original_size or 0) if worked else 0,
            (one.compressed_size or 0) if worked else 0,
            round((seconds or 0) * 1_000_000) if worked else 0,
        )
    return dict(found)


def key_of(one: HistoryEntry, by: Sequence[str]) -> tuple[Any, ...]:
    hour = one.created_at.replace(minute=0, second=0, microsecond=0)
    values = {
        "algorithm": one.algorithm,
        "kind": one.content_kind,
        "operation": one.operation,
        "owner": one.owner_id,
        "hour": hour,
        "day": hour.replace(hour=0),
        "week": hour.replace(hour=0) - timedelta(days=hour.weekday()),
        "month": hour.replace(hour=0, day=1),
    }
    return tuple(values[name] for name in by)


def values_of(entries: Sequence[HistoryEntry], measure: str) -> list[float]:
    found = []
    for one in entries:
        own = one.compress_seconds if one.operation == "compress" else one.decompress_seconds
        value = own if measure == "seconds" else getattr(one, measure)
        if one.succeeded and value:
            found.append(value)
    return sorted(found)


def exactly(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    place = share * (len(values) - 1)
    low, high = values[math.floor(place)], values[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


moments = st.one_of(
    st.integers(-2, HOURS + 2).map(lambda hour: BEGAN + timedelta(hours=hour)),
    st.floats(-2, HOURS + 2).map(lambda hours: BEGAN + timedelta(hours=hours)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    window=st.tuples(moments, moments).map(sorted),
    upto=st.integers(0, HOURS + 2),
    by=st.lists(st.sampled_from(DIMENSIONS), max_size=3, unique=True),
    filters=st.fixed_dictionaries(
        {},
        optional={
            "algorithm": st.sampled_from(["zstd", "nothing"]),
            "kind": st.sampled_from(["text", ""]),
            "operation": st.sampled_from(["compress", "decompress"]),
        },
    ),
    whose=st.sampled_from(["ada", "otto"]),
    exact=st.booleans(),
)
def test_a_report_is_what_the_ledger_says(
    ledger: list[HistoryEntry],
    ada: User,
    otto: User,
    window: list[datetime],
    upto: int,
    by: list[str],
    filters: dict[str, str],
    whose: str,
    exact: bool,
) -> None:
    HourSums.objects.all().delete()
    SummedUntil.objects.all().delete()
    sum_up_to(BEGAN + timedelta(hours=upto))
    user = {"ada": ada, "otto": otto}[whose]
    start, end = window
    rows = [
        one
        for one in ledger
        if start <= one.created_at < end
        and (user is otto or one.owner_id == ada.pk)
        and one.algorithm == filters.get("algorithm", one.algorithm)
        and one.content_kind == filters.get("kind", one.content_kind)
        and one.operation == filters.get("operation", one.operation)
    ]
    with mock.patch.object(reading, "MOST_EXACT", 10**9 if exact else -1):
        report = reading.report(Asked(user, start, end, filters), by)
    assert {key: figures.sums for key, figures in report.rows.items()} == plain(rows, by)
    assert report.is_exact is exact
    for key, figures in report.rows.items():
        group = [one for one in rows if key_of(one, by) == key]
        for measure in MEASURES:
            values = values_of(group, measure)
            for word, share in reading.SHARES.items():
                assert figures.percentiles[measure][word] == pytest.approx(
                    exactly(values, share), rel=1e-9 if exact else 0.01
                )


@given(st.floats(1e-6, 1e6))
def test_the_middle_of_an_interval_is_within_one_per_cent_of_what_is_in_it(value: float) -> None:
    assert middle(math.floor(math.log(value) / math.log(measures.GAMMA))) == pytest.approx(value, rel=0.01)


def test_summing_up_again_changes_nothing(ledger: list[HistoryEntry]) -> None:
    sum_up_to(BEGAN + timedelta(hours=HOURS))
    rows = list(HourSums.objects.order_by("hour", "owner", "operation", "algorithm", "kind").values())
    summing.sum_up(BEGAN, BEGAN + timedelta(hours=HOURS))
    again = list(HourSums.objects.order_by("hour", "owner", "operation", "algorithm", "kind").values())
    assert [row | {"id": 0} for row in rows] == [row | {"id": 0} for row in again]
    assert sum(row["count"] for row in rows) == len(ledger)


def test_only_complete_hours_are_summed_up(ledger: list[HistoryEntry]) -> None:
    upto = BEGAN + timedelta(hours=20, minutes=59)
    sum_up_to(upto)
    reached = SummedUntil.objects.get()
    assert reached.hour == BEGAN + timedelta(hours=20)
    assert not HourSums.objects.filter(hour__gte=reached.hour).exists()
    sum_up_to(upto - timedelta(hours=5))
    assert SummedUntil.objects.get().hour == reached.hour, "it never goes back"


def test_an_hour_is_summed_up_an_hour_after_it_ended(ledger: list[HistoryEntry]) -> None:
    duties.sum_up_outcomes()
    reached = SummedUntil.objects.get().hour
    assert reached <= datetime.now(UTC) - summing.HOUR
    assert reached > datetime.now(UTC) - 3 * summing.HOUR


def test_a_ledger_without_outcomes_is_summed_up_at_once(db: None) -> None:
    summing.catch_up()
    assert not HourSums.objects.exists()
    assert SummedUntil.objects.exists()


def test_years_of_nothing_take_no_time(ada: User, django_assert_max_num_queries: Any) -> None:
    entries = [outcome(number, owner=ada) for number in range(2)]
    backdate(entries, [BEGAN - timedelta(days=3000), BEGAN])
    with django_assert_max_num_queries(50):
        sum_up_to(BEGAN + timedelta(hours=5))
    assert HourSums.objects.count() == 2
