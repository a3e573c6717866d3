"""Which state serves: promoted, rolled back, and never one that cannot be read."""

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from compression.engine.learning.shipped import prior, static
from compression.engine.learning.state import State
from compression.learning import seeds, selectors, states
from compression.learning.models import LearningNotice, LearningState
from compression.learning.serving import serving
from core.errors import Conflict
from core.states import InvalidTransition
from tests.compression.learning.material import learned
from tests.compression.learning.rows import state_row


@pytest.fixture(autouse=True)
def first(db: None) -> LearningState:
    """The state that was shipped, which serves from the start."""
    made = seeds.learning_give()
    assert made is not None
    return made


def keep(state: State) -> LearningState:
    return states.state_keep(state=state, outcomes=12, lineage=state.lineage, figures={})


def status(row: LearningState) -> str:
    return LearningState.objects.values_list("status", flat=True).get(pk=row.pk)


def test_the_shipped_state_serves_from_the_start_and_is_made_once(first: LearningState) -> None:
    zero = LearningState.objects.get(number=0)
    assert (zero.name, zero.status, zero.parent) == (static().name, "retired", None)
    assert (first.number, status(first), first.parent, first.outcomes) == (1, "serving", zero, 0)
    assert seeds.learning_give() is None
    assert LearningState.objects.count() == 2
    assert serving().state.name == prior().name


def test_a_newer_version_brings_its_own_first_state(first: LearningState, mia: User) -> None:
    """What it shipped before gives way; what was learned here does not."""
    old = states.state_keep(state=learned(1), lineage={"shipped": True}, figures={})
    states.state_promote(state=old, actor=None)
    seeds.learning_give()
    assert (status(old), status(first)) == ("retired", "serving")
    own = keep(learned(2))
    states.state_promote(state=own, actor=mia)
    seeds.learning_give()
    assert status(own) == "serving"


def test_a_state_is_kept_once_and_numbered_without_a_gap(first: LearningState) -> None:
    row = keep(learned(1))
    assert (row.number, row.parent, row.status, row.outcomes) == (2, first, "candidate", 12)
    assert keep(learned(1)).pk == row.pk
    assert keep(learned(2)).number == 3
    assert bytes(LearningState.objects.get(pk=row.pk).packed) == learned(1).packed()


def test_promoting_and_going_back(first: LearningState, mia: User) -> None:
    second, third = keep(learned(1)), keep(learned(2))
    states.state_promote(state=second, actor=mia)
    assert (status(first), status(second)) == ("retired", "serving")
    assert serving().state.name == learned(1).name
    states.state_promote(state=third, actor=mia)
    retired = states.state_retire(state=third, actor=mia)
    assert (retired.status, status(second), status(first)) == ("retired", "serving", "retired")
    states.state_promote(state=third, actor=mia)
    assert serving().row == third
    actions = AuditEntry.objects.filter(action__startswith="learning_state", actor=mia)
    assert actions.filter(action="learning_state.promoted").count() == 4
    assert actions.filter(action="learning_state.retired").count() == 1


def test_what_cannot_be_done(first: LearningState, mia: User) -> None:
    zero = LearningState.objects.get(number=0)
    with pytest.raises(Conflict, match="does not serve"):
        states.state_retire(state=zero, actor=mia)
    row = keep(learned(1))
    states.state_retire(state=row, actor=mia)
    assert status(row) == "refused"
    with pytest.raises(InvalidTransition):
        states.state_promote(state=row, actor=mia)
    broken = state_row(3)
    with pytest.raises(Conflict, match="cannot serve"):
        states.state_promote(state=broken, actor=mia)
    assert serving().row == first


def test_going_back_twice_does_not_bring_back_what_was_retired(first: LearningState, mia: User) -> None:
    second, third = keep(learned(1)), keep(learned(2))
    for row in (second, third):
        states.state_promote(state=row, actor=mia)
    states.state_retire(state=third, actor=mia)
    assert serving().row == second
    states.state_retire(state=second, actor=mia)
    assert serving().row == first
    states.state_promote(state=third, actor=mia)
    assert serving().row == third


def test_serving_costs_one_query(
    first: LearningState, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    serving()
    with django_assert_num_queries(1):
        assert serving().row == first


def damaged(number: int) -> LearningState:
    """Return a state that serves and is damaged, as a disk or a hand at the database could leave it."""
    LearningState.objects.filter(status="serving").update(status="retired")
    packed = bytearray(learned(number).packed())
    packed[len(packed) // 2] ^= 1
    row = state_row(number, packed=bytes(packed))
    LearningState.objects.filter(pk=row.pk).update(status="serving")
    return row


def test_a_damaged_state_never_predicts(
    first: LearningState, mia: User, caplog: pytest.LogCaptureFixture
) -> None:
    sound = keep(learned(1))
    states.state_promote(state=sound, actor=mia)
    broken = damaged(3)
    for _ in range(3):
        found = serving()
        assert found.row == sound
        assert found.state.name == learned(1).name
    assert "damaged" in caplog.text
    notice = LearningNotice.objects.get()
    assert (notice.kind, notice.state_id) == ("unsound", broken.pk)
    assert "State 2 predicts in its place" in notice.text
    assert states.state_retire(state=broken, actor=mia).status == "retired"
    assert serving().row == sound


def test_a_state_of_an_older_action_set_never_predicts(first: LearningState) -> None:
    lineage = {**learned(1).lineage, "action_set": 0}
    old = replace(learned(1), lineage=lineage)
    LearningState.objects.update(status="retired")
    row = state_row(2, packed=old.packed(), name=old.name, action_set=0)
    LearningState.objects.filter(pk=row.pk).update(status="serving")
    assert serving().row == first
    assert LearningNotice.objects.get().state_id == row.pk


def test_without_any_sound_state_the_prior_of_the_engine_predicts() -> None:
    LearningState.objects.update(status="retired")
    assert (serving().row, serving().state.name) == (None, prior().name)


def test_the_start_has_a_sound_state_serve_again(first: LearningState) -> None:
    broken = damaged(2)
    seeds.learning_give()
    assert (status(broken), status(first)) == ("retired", "serving")


def test_states_are_listed_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in (1, 2, 3):
        keep(learned(number))
    with django_assert_num_queries(1):
        assert [row.parent.number if row.parent else None for row in selectors.states()] == [1, 1, 1, 0, None]
