"""What the database refuses of outcomes and states."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from compression.learning.models import HeldOut, LearningState, Outcome
from tests.compression.learning.rows import outcome_row, state_row, trial_row

pytestmark = pytest.mark.django_db


def is_refused(act: Callable[[], object]) -> bool:
    """Whether the database refuses it."""
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return True
    return False


def test_outcomes_and_trials_are_neither_changed_nor_deleted() -> None:
    outcome = outcome_row()
    trial = trial_row(outcome)
    held = HeldOut.objects.create(source_sha256=outcome.source_sha256)
    for row, change in ((outcome, {"size": 1}), (trial, {"size": 1}), (held, {"source_sha256": "0" * 64})):
        rows = type(row).objects.filter(pk=row.pk)
        before = rows.values().get()
        assert is_refused(partial(rows.update, **change))
        assert is_refused(partial(rows._raw_delete, rows.db))
        assert rows.values().get() == before


def test_an_outcome_comes_of_its_source_once() -> None:
    outcome = outcome_row()
    assert is_refused(lambda: outcome_row("b", origin=outcome.origin, source_id=outcome.source_id))
    assert outcome_row("b", origin="audit", source_id=outcome.source_id).pk != outcome.pk


def test_the_owner_of_a_deleted_account_is_forgotten(ada: User) -> None:
    outcome = outcome_row(owner=ada)
    ada.delete()
    assert Outcome.objects.get(pk=outcome.pk).owner_id is None


def test_a_state_says_the_same_for_ever_and_stays() -> None:
    rows = LearningState.objects.filter(pk=state_row(0).pk)
    for change in ({"packed": b"x"}, {"figures": {"regret": 0}}, {"number": 7}, {"outcomes": 1000}):
        before = rows.values().get()
        assert is_refused(partial(rows.update, **change))
        assert rows.values().get() == before
    assert is_refused(lambda: rows._raw_delete(rows.db))
    assert rows.update(status="serving", reason="first") == 1


def test_one_state_serves() -> None:
    state_row(0)
    LearningState.objects.update(status="serving")
    second = LearningState.objects.filter(pk=state_row(1).pk)
    assert is_refused(lambda: second.update(status="serving"))
    LearningState.objects.filter(number=0).update(status="retired")
    second.update(status="serving")
    assert [row.number for row in LearningState.objects.filter(status="serving")] == [1]


def test_what_was_refused_never_serves() -> None:
    state_row(0)
    LearningState.objects.update(status="refused")
    assert is_refused(lambda: LearningState.objects.update(status="serving"))
    assert is_refused(lambda: state_row(1, status="serving"))


def test_every_state_but_the_first_has_a_parent() -> None:
    assert is_refused(lambda: state_row(1, parent=None))
    assert state_row(0).parent is None
