"""Commands of the kernel."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from core import seeds
from core.jobs import enqueue
from core.models import Job
from core.registry import Registry
from core.seeds import Say, Seed


def test_seeds_are_given_in_their_order_and_may_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    steps: Registry[Seed] = Registry("seed")
    monkeypatch.setattr("core.management.commands.seed.seeds", steps)

    def step(name: str) -> None:
        def give(say: Say) -> None:
            given.append(name)
            say(f"{name} given")

        steps.add(name, Seed({"first": 1, "second": 2}[name], give))

    step("second")
    step("first")
    out = StringIO()
    call_command("seed", stdout=out)
    assert given == ["first", "second"]
    assert out.getvalue() == "first given\nsecond given\n"
    assert len(seeds.seeds) > 2


@pytest.mark.slow
def test_a_worker_in_a_burst_does_what_is_there_and_ends(ada: User, worker_burst: Callable[[], None]) -> None:
    """`manage.py worker`, which knows nothing of the kinds of these tests."""
    made = [enqueue("test.nothing", owner=ada, params={}) for _ in range(3)]
    worker_burst()
    ended = Job.objects.filter(pk__in=[job.pk for job in made])
    assert {(job.status, job.error["code"]) for job in ended if job.error} == {("failed", "unknown_kind")}
    assert not ended.filter(ended_at=None).exists()
