"""Meta-learning: a state serves when it is better on what it has not seen; what is poisoned moves nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from typing import Any

import pytest

from accounts.models import User
from compression.engine.learning.outcomes import Outcome, Trial
from compression.engine.learning.predicting import predict
from compression.learning import holdout, seeds, selectors, services, training
from compression.learning.models import LearningSettings, LearningState
from compression.learning.serving import serving
from core.errors import Conflict
from core.jobs import services as jobs
from core.models import Job
from tests.compression.learning.material import BEST, keep, keep_many, told

Run = Callable[[], list[Job]]


@pytest.fixture(autouse=True)
def first(db: None, mia: User) -> None:
    """The shipped state serves."""
    seeds.learning_give()


@pytest.fixture
def learn(run_jobs: Run, mia: User, brief: None) -> Callable[..., Job]:
    """Ask for a training and have it done."""

    def run(seed: int = 0) -> Job:
        training.training_request(owner=mia, seed=seed)
        (job,) = run_jobs()
        return job

    return run


def result(job: Job) -> dict[str, Any]:
    assert job.status == "succeeded", job.error
    assert job.result is not None
    return job.result


def test_a_state_that_is_better_serves(learn: Any) -> None:
    held = keep_many(60, held_out=16)
    found = result(learn())
    assert found["promoted"], found["reason"]
    assert (found["state"]["number"], found["outcomes"], found["evaluated_on"]) == (2, 60, 16)
    assert found["refused"] == {"held out": 16}
    assert found["advantage"]["low"] > 0
    assert found["over_control"]["high"] > 0
    assert found["regret"]["after"] < found["regret"]["before"]
    assert found["improvement"]["evaluated_on"] == 16
    now = serving()
    assert now.row is not None
    assert now.row.number == 2
    assert now.row.parent is not None
    assert now.row.parent.status == "retired"
    best = max(predict(now.state, held[0].features, held[0].size), key=lambda one: one.ratio.value)
    assert best.action == BEST[held[0].kind]
    lineage = now.row.lineage
    assert (lineage["seed"], lineage["own"], lineage["collected"]) == (0, 60, 76)
    assert lineage["outcomes"] == lineage["shipped_outcomes"] + 60


def test_the_same_outcomes_give_the_same_state_once_and_no_better_one(learn: Any) -> None:
    keep_many(40, held_out=12)
    first, again = result(learn()), result(learn())
    assert first["state"]["name"] == again["state"]["name"]
    assert LearningState.objects.count() == 3
    other = result(learn(seed=5))
    assert other["state"]["name"] != first["state"]["name"]
    assert (other["promoted"], other["state"]["status"]) == (False, "refused")
    assert "chance" in other["reason"]


def test_it_does_not_serve_without_contents_held_out(learn: Any) -> None:
    keep_many(30)
    found = result(learn())
    assert (found["promoted"], found["state"]["status"]) == (False, "candidate")
    assert "cannot be judged" in found["reason"]
    now = serving().row
    assert now is not None
    assert now.number == 1


def test_staff_decide_where_promotion_is_off(learn: Any) -> None:
    LearningSettings.objects.update(promotion=False)
    keep_many(40, held_out=12)
    found = result(learn())
    assert (found["promoted"], found["state"]["status"]) == (False, "candidate")
    assert "Staff decide" in found["reason"]


@pytest.mark.parametrize(
    ("learned", "above", "said"),
    [(0.01, 0.02, ""), (0.0, 0.02, "does not help"), (0.01, -0.01, "shuffled figures")],
)
def test_a_state_is_doubted_where_nothing_was_learned(learned: float, above: float, said: str) -> None:
    doubt = training._doubt({"improvement": {"rate": learned}, "over_control": {"high": above}})
    assert said in doubt
    assert bool(doubt) == bool(said)


def test_there_has_to_be_something_to_learn_from(learn: Any) -> None:
    job = learn()
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "no_outcomes"


def test_it_can_be_switched_off(mia: User) -> None:
    LearningSettings.objects.update(training=False)
    with pytest.raises(Conflict, match="switched off"):
        training.training_request(owner=mia)
    assert training.training_when_due() is None


def test_one_training_is_under_way(mia: User, otto: User) -> None:
    assert training.training_request(owner=mia).pk == training.training_request(owner=otto).pk


def test_the_clock_trains_on_enough_new_contents(mia: User) -> None:
    LearningSettings.objects.update(training_after=10)
    outcome = told(1)
    for _ in range(20):
        keep(outcome)
    assert training.training_when_due() is None  # one content, however often
    keep_many(10)
    job = training.training_when_due()
    assert job is not None
    assert (job.owner, job.kind) == (mia, "meta-learn")
    assert training.training_when_due() is None
    jobs.job_cancel(job=job, actor=mia)
    assert training.training_when_due() is None  # nothing came since it was asked for


# What is poisoned


def collected() -> training.Collected:
    return training.collect(selectors.outcomes_for_learning())


def trainable(start: int) -> Iterator[Outcome]:
    """Yield outcomes that are not of the quarter that is held out."""
    return (told(n) for n in count(start) if not holdout.in_quarter(told(n).group))


def changed(outcome: Outcome, **fields: Any) -> Outcome:
    """Return an outcome all of whose trials have these figures."""
    trials = {name: replace(trial, **fields) for name, trial in outcome.trials.items()}
    return replace(outcome, trials=trials)


def test_outcomes_that_cannot_be_are_refused() -> None:
    keep_many(10)
    clean = collected().kept
    fresh = trainable(1000)
    for poisoned in (
        replace(next(fresh), machine=1e9),
        changed(next(fresh), encode_s=-1.0),
        changed(next(fresh), encode_s=1e9),
        changed(next(fresh), size=1 << 40),
        changed(next(fresh), size=None, error="WrongBytes"),
        replace(next(fresh), action_set=0),
        replace(next(fresh), trials={"zstd-3": Trial("zstd-3", 10, 0.1, 10, 0.1, 0.1)}),
    ):
        keep(poisoned)
    found = collected()
    assert found.kept == clean
    assert (found.count, sum(found.refused.values())) == (17, 7)


def test_ten_thousand_times_one_content_is_one_content(ada: User) -> None:
    keep_many(10)
    outcome = next(trainable(1000))
    for _ in range(200):
        keep(outcome, owner=ada)
    found = collected()
    assert (len(found.kept), found.refused) == (11, {"seen before": 199})


def test_no_account_has_more_than_its_share(ada: User, ben: User) -> None:
    keep_many(40)
    for outcome in islice(trainable(1000), 10):
        keep(outcome, owner=ben)
    for outcome in islice(trainable(2000), 150):
        keep(outcome, owner=ada)
    found = collected()
    of_ada = [one for one in found.kept if one.owner == str(ada.pk)]
    assert len(of_ada) <= 200 / 3
    assert found.refused["share of its owner"] == 150 - len(of_ada)
    assert len(found.kept) - len(of_ada) == 50


def test_what_is_held_out_is_never_learned_from() -> None:
    held = keep_many(10, held_out=12)
    for outcome in held[:5]:  # another chunk of such a file, and another file with such a chunk
        keep(replace(outcome, content="f" * 64))
        keep(replace(outcome, group="e" * 63 + "1"))
    found = collected()
    assert (len(found.kept), found.refused) == (10, {"held out": 12 + 10})


def test_the_quarter_is_refused_until_enough_are_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [told(n).group for n in range(40)]
    quarter = {source for source in sources if holdout.in_quarter(source)}
    assert holdout.refused(sources) == quarter
    assert holdout.wants(min(quarter), None)
    held = keep_many(1, held_out=3)
    monkeypatch.setattr(holdout, "ENOUGH", 3)
    assert holdout.refused(sources) == {outcome.group for outcome in held}
    assert not holdout.wants(min(quarter - holdout.pinned()), None)


def test_nobody_fills_what_is_held_out(ada: User, ben: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdout, "ENOUGH", 4)
    outcomes = (told(n) for n in count(1) if holdout.in_quarter(told(n).group))
    for owner in (ada, ada, ben):
        outcome = next(outcomes)
        assert holdout.wants(outcome.group, owner.pk)
        keep(outcome, owner=owner)
        services.content_hold_out(source_sha256=outcome.group)
    assert not holdout.wants(next(outcomes).group, ada.pk)
    assert holdout.wants(next(outcomes).group, ben.pk)


def test_held_out_contents_are_judged_once_each() -> None:
    held = keep_many(1, held_out=3)
    for outcome in held:
        keep(outcome)
    assert {outcome.content for outcome in selectors.held_out_outcomes()} == {o.content for o in held}
    assert len(selectors.held_out_outcomes()) == 3
