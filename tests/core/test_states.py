"""State machines: the table of transitions, the database's trigger and the error of a client say the same."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from core.api.problems import translate
from core.jobs import enqueue, runner
from core.models import Job
from core.states import InvalidTransition, Machine
from core.triggers import install, machines, triggers


@pytest.fixture(params=[machine.table for machine in machines.values()])
def scratch(request: pytest.FixtureRequest, db: None) -> Machine:
    """Each registered machine, on a table that has nothing but its columns."""
    machine = machines.get(request.param)
    copy = replace(machine, table=f"scratch_{machine.table}")
    kept = "".join(f", {column} text" for column in sorted(copy.mutable_when_terminal))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {copy.table} (id int, {copy.column} text, other text{kept})")
        cursor.execute(copy.trigger_sql())
    return copy


def do(statement: str) -> bool:
    """Say whether PostgreSQL takes the statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError:
        return False
    return True


def put(machine: Machine, state: str) -> None:
    """Have one row in `state`, past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {machine.table} DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM {machine.table}")
        cursor.execute(f"INSERT INTO {machine.table} (id, {machine.column}) VALUES (1, %s)", [state])
        cursor.execute(f"ALTER TABLE {machine.table} ENABLE TRIGGER USER")


def test_the_trigger_lets_through_what_the_table_allows(scratch: Machine) -> None:
    for before in scratch.states:
        for after in scratch.states:
            put(scratch, before)
            passed = do(f"UPDATE {scratch.table} SET {scratch.column} = '{after}'")
            assert passed == scratch.allows(before, after), (before, after)


def test_a_row_begins_in_an_initial_state(scratch: Machine) -> None:
    for state in scratch.states:
        passed = do(f"INSERT INTO {scratch.table} (id, {scratch.column}) VALUES (2, '{state}')")
        assert passed == (state in scratch.initial), state


def test_a_row_in_a_terminal_state_never_changes(scratch: Machine) -> None:
    for state in scratch.states:
        put(scratch, state)
        assert do(f"UPDATE {scratch.table} SET other = 'x'") == (state not in scratch.terminal), state
        for column in scratch.mutable_when_terminal:
            assert do(f"UPDATE {scratch.table} SET {column} = NULL"), (state, column)


def test_the_check_in_the_code_agrees(scratch: Machine) -> None:
    for before in scratch.states:
        for after in scratch.states:
            allowed = scratch.allows(before, after) and before not in scratch.terminal
            if allowed:
                scratch.require(before, after)
            else:
                with pytest.raises(InvalidTransition) as refused:
                    scratch.require(before, after)
                assert (refused.value.status, refused.value.code) == (409, "invalid_transition")


@pytest.mark.django_db
def test_every_trigger_is_installed_as_it_is_written() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text, obj_description(oid, 'pg_trigger') FROM pg_trigger"
        )
        found = {name: (table, mark) for name, table, mark in cursor.fetchall()}
    assert {name: found.get(name) for name in triggers} == {
        trigger.name: (trigger.table, trigger.mark) for trigger in triggers.values()
    }


@pytest.mark.django_db
def test_triggers_are_repaired_and_forgotten_ones_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    def names() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'jobs_%'")
            return {name for (name,) in cursor.fetchall()}

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER jobs_status_machine ON jobs")
    install()
    assert "jobs_status_machine" in names()
    monkeypatch.delitem(triggers._items, "jobs_status_machine")
    install()
    assert "jobs_status_machine" not in names()


def test_who_comes_too_late_gets_a_conflict(ada: User) -> None:
    """What a service did not see coming, and the trigger refuses, is still a 409."""
    made = enqueue("test.nothing", owner=ada, params={})
    runner.run(str(made.pk), threaded=False)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Job.objects.filter(pk=made.pk).update(title="another")
    known = translate(refused.value)
    assert isinstance(known, InvalidTransition)
    with pytest.raises(IntegrityError) as other, transaction.atomic():
        Job.objects.filter(pk=enqueue("test.nothing", owner=ada, params={}).pk).update(progress_done=-1)
    assert translate(other.value) is None


def test_a_state_that_no_row_names_is_refused() -> None:
    tables: list[dict[str, Any]] = [
        {"initial": ["a"], "transitions": {"a": ["b"]}},
        {"initial": ["c"], "transitions": {"a": ["b"], "b": []}},
    ]
    for table in tables:
        with pytest.raises(ValueError, match="without a row"):
            Machine.of("t", **table)
