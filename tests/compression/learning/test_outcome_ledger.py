"""Outcomes are written down once, and come back as the engine learns from them."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from compression.engine.learning.outcomes import SAMPLE, Outcome, Trial
from compression.learning import selectors, services
from compression.learning.choices import Origin
from compression.learning.models import Outcome as Row
from compression.learning.models import OutcomeTrial
from tests.compression.outcomes import sha

pytestmark = pytest.mark.django_db


def found(content: object = "a", **fields: Any) -> Outcome:
    """Return an outcome of a chunk of 100 kB with three trials: whole, on the sample, and one that failed."""
    trials = [
        Trial("zstd-3", 20_000, 1e-3, 30_000, 1 / 3, 2e-3),
        Trial("xz-6", 15_000, 2e-3),
        Trial("bzip3", error="CodecCrashed"),
    ]
    told = {
        "content": sha(content),
        "kind": "text",
        "group": sha(("file", content)),
        "size": 100_000,
        "features": {"entropy_0": 0.1, "log_size": 16.6},
        "machine": 1.25,
        "trials": {trial.action: trial for trial in trials},
    }
    return Outcome(**{**told, **fields})


def facts(outcome: Outcome, owner_id: UUID | None = None, **fields: Any) -> services.Facts:
    told = {"origin": Origin.RUN, "source_id": uuid4(), "source_sha256": outcome.group, "offset": 0}
    return services.Facts(**{**told, "owner_id": owner_id, **fields})


def test_what_was_written_comes_back_to_the_last_bit(ada: User) -> None:
    outcome = found(owner=str(ada.pk))
    predicted = {"zstd-3": {"ratio": [3.0, 2.5, 3.5]}}
    run = services.Run("zstd-3", None, 10**9, 3 * 10**8, 10.0, 2.0, 5_000_000)
    row = services.outcome_record(
        found=outcome, facts=facts(outcome, ada.pk, origin=Origin.AUDIT), predicted=predicted, runs=[run]
    )
    assert row is not None
    assert list(selectors.outcomes_for_learning()) == [outcome]
    kept = list(row.trials.values_list("position", "action", "scope", "content_bytes", "predicted", "error"))
    assert kept == [
        (0, "zstd-3", "chunk", 100_000, predicted["zstd-3"], ""),
        (1, "xz-6", "sample", SAMPLE, None, ""),
        (2, "bzip3", "chunk", 100_000, None, "CodecCrashed"),
        (3, "zstd-3", "file", 10**9, None, ""),  # of a file nothing was predicted
    ]


def test_a_source_writes_once() -> None:
    outcome = found()
    told = facts(outcome)
    assert services.outcome_record(found=outcome, facts=told) is not None
    assert services.outcome_record(found=outcome, facts=told) is None
    assert (Row.objects.count(), OutcomeTrial.objects.count()) == (1, 3)


def test_what_cannot_be_written_leaves_nothing() -> None:
    outcome = found(size=0)
    with pytest.raises(IntegrityError):
        services.outcome_record(found=outcome, facts=facts(outcome))
    assert Row.objects.count() == 0


def test_outcomes_come_in_one_query_the_newest_first(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    outcomes = [found(number) for number in range(10)]
    for outcome in outcomes:
        services.outcome_record(found=outcome, facts=facts(outcome, origin=Origin.AUDIT))
        services.outcome_record(found=outcome, facts=facts(outcome))  # a run, which is not learned from
    with django_assert_num_queries(1):
        assert list(selectors.outcomes_for_learning()) == outcomes[::-1]
    assert list(selectors.outcomes_for_learning(newest=2)) == outcomes[:7:-1]
    assert list(selectors.outcomes_for_learning(sources=[outcomes[3].group])) == [outcomes[3]]
