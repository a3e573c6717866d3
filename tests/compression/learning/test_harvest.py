"""Runs become outcomes, a share of them audited; what is poisoned, deleted or known is passed over."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from compression.learning import drift, harvesting, holdout, seeds
from compression.learning.models import HeldOut, LearningSettings, Outcome, OutcomeTrial
from compression.models import HistoryEntry
from core.models import Job
from files import services as files
from files.models import File
from tests.compression.batches import algorithms, store
from tests.compression.outcomes import outcome

assert algorithms  # a fixture

Run = Callable[[], list[Job]]
ACTIONS = 28


@pytest.fixture(autouse=True)
def learning(db: None, mia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that audits nothing yet, in which lines are harvested at once."""
    seeds.learning_give()
    LearningSettings.objects.update(audits=False)
    for name in ("SETTLED", "LONG"):
        monkeypatch.setattr(harvesting, name, timedelta(0))


@pytest.fixture
def harvest(run_jobs: Run) -> Callable[[], dict[str, int]]:
    """Do what the clock and a worker would."""

    def run() -> dict[str, int]:
        if harvesting.harvest_when_due() is None:
            return {}
        (job,) = run_jobs()
        assert (job.kind, job.status) == ("learn-harvest", "succeeded"), job.error
        result: dict[str, int] = job.result or {}
        return result

    return run


def words(number: int = 0, size: int = 20_000) -> bytes:
    return bytes(random.Random(number).choices(b"abcdefghij \n", k=size))


def ran(owner: User, file: File, **fields: Any) -> HistoryEntry:
    """Return the kept line of a run of zstd 3 on a file."""
    line = outcome(
        owner=owner,
        content_sha256=file.sha256,
        original_size=file.size,
        compressed_size=file.size // 2,
        compress_cpu_seconds=0.01,
        decompress_cpu_seconds=0.002,
        **fields,
    )
    line.save()
    return line


def test_a_run_becomes_an_outcome_with_what_was_predicted(ada: User, harvest: Any) -> None:
    (file,) = store(ada, a=words())
    line = ran(ada, file)
    assert harvest() == {"taken": 1, "audited": 0, "passed_over": 0}
    row = Outcome.objects.get()
    assert (row.origin, row.source_id, row.owner_id) == ("run", line.pk, ada.pk)
    assert (row.source_sha256, row.content_sha256) == (file.sha256, file.sha256)
    assert (row.size, row.content_kind, row.chosen) == (file.size, "text", "zstd-3")
    assert row.state is not None
    assert row.state.number == 1
    assert row.features["entropy_0"] > 3
    measured, run = row.trials.order_by("position")
    assert (measured.scope, measured.action, run.scope, run.action) == ("chunk", "zstd-3", "file", "zstd-3")
    assert (run.size, run.encode_s, run.peak_memory_bytes) == (file.size // 2, 0.01, 1000)
    assert 0 < (measured.size or 0) < file.size
    assert (measured.encode_s or 0) > 0
    for trial in (measured, run):
        told = trial.predicted or {}
        assert set(told) == {"ratio", "compress_mb_s", "decompress_mb_s", "memory_bytes"}
        for value, low, high in told.values():
            assert low <= value <= high
    assert harvest() == {}


def test_settings_beyond_the_actions_are_kept_as_they_were(ada: User, harvest: Any) -> None:
    (file,) = store(ada, a=words())
    ran(ada, file, level=7)
    harvest()
    (run,) = OutcomeTrial.objects.all()
    assert run.config is not None
    assert (run.action, run.config["level"], run.scope) == ("other", 7, "file")


def test_a_content_counts_once_for_an_action(ada: User, ben: User, harvest: Any) -> None:
    (file,) = store(ada, a=words())
    for _ in range(5):
        ran(ada, file)
    ran(ben, store(ben, b=words())[0])
    ran(ada, file, algorithm="bzip2", level=9)
    assert harvest()["taken"] == 2
    ran(ada, file)
    assert harvest()["taken"] == 0
    assert sorted(Outcome.objects.values_list("chosen", flat=True)) == ["bzip2-9", "zstd-3"]


def test_files_that_differ_where_nobody_looks_count_once(ada: User, harvest: Any) -> None:
    """Of a large file the middle is measured: ten thousand of them with one middle are no ten thousand contents."""
    middle = words(1, 600_000)
    for file in store(ada, a=b"a" * 1000 + middle + b"a" * 1000, b=b"b" * 1000 + middle + b"b" * 1000):
        ran(ada, file)
    assert harvest() == {"taken": 1, "audited": 0, "passed_over": 1}


def test_an_account_has_so_many_a_day(ada: User, ben: User, harvest: Any) -> None:
    LearningSettings.objects.update(owner_per_day=2)
    for number in range(4):
        ran(ada, store(ada, **{f"f{number}": words(number)})[0])
    ran(ben, store(ben, b=words(9))[0])
    assert harvest() == {"taken": 3, "audited": 0, "passed_over": 2}


def test_what_is_gone_or_nobodys_fault_is_passed_over(ada: User, harvest: Any) -> None:
    gone, left, empty = store(ada, a=words(1), b=words(2), c=b"")
    ran(ada, gone)
    files.file_delete(file=gone, actor=ada)
    ran(ada, left, succeeded=False, error_code="stopped")
    ran(ada, empty)
    outcome(content_sha256=left.sha256, owner=None).save()
    outcome(content_sha256="0" * 64, owner=ada).save()
    assert harvest() == {"taken": 0, "audited": 0, "passed_over": 5}


def test_a_codec_that_fails_is_told_of_and_not_called_again(ada: User, harvest: Any) -> None:
    (file,) = store(ada, a=words())
    ran(ada, file, succeeded=False, error_code="verification_failed")
    harvest()
    (trial,) = OutcomeTrial.objects.all()
    assert (trial.action, trial.error, trial.size) == ("zstd-3", "verification_failed", None)


def test_an_audit_measures_every_action_and_judges_what_served(ada: User, harvest: Any) -> None:
    LearningSettings.objects.update(audits=True, audit_share=1)
    contents = [words(number, 2000) for number in range(12)]
    owned = [store(ada, **{f"f{n}": data})[0] for n, data in enumerate(contents)]
    for file in owned:
        ran(ada, file)
    assert harvest() == {"taken": 12, "audited": 12, "passed_over": 0}
    audits = Outcome.objects.filter(origin="audit")
    assert audits.count() == 12
    for audit in audits:
        assert audit.trials.count() == ACTIONS
        assert audit.judged is not None
        assert audit.judged["charged"] >= 0
        assert set(audit.judged["regret"]) == {"ratio", "balanced"}
    held = {file.sha256 for file in owned if holdout.in_quarter(file.sha256)}
    assert set(HeldOut.objects.values_list("source_sha256", flat=True)) == held
    assert Outcome.objects.filter(origin="run").count() == 12
    found = drift.drift_now()
    assert found is not None
    assert (found.outcomes, found.is_worse) == (12, False)


def test_audits_stay_within_their_time(ada: User, harvest: Any) -> None:
    LearningSettings.objects.update(audits=True, audit_share=1, audit_cpu_s=0)
    ran(ada, store(ada, a=words())[0])
    assert harvest() == {"taken": 1, "audited": 0, "passed_over": 0}


def test_the_share_of_audits_is_what_was_asked_for() -> None:
    drawn = [harvesting.drawn(f"{number:064x}", 0.2) for number in range(2000)]
    assert 340 < sum(drawn) < 460
    assert drawn == [harvesting.drawn(f"{number:064x}", 0.2) for number in range(2000)]
    assert not any(harvesting.drawn(f"{number:064x}", 0) for number in range(100))


def test_a_harvest_waits_for_many_lines_or_an_old_one(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvesting, "LONG", timedelta(minutes=5))
    (file,) = store(ada, a=words())
    for _ in range(harvesting.MANY - 1):
        ran(ada, file)
    assert harvesting.harvest_when_due() is None
    ran(ada, file)
    assert harvesting.harvest_when_due() is not None
    assert harvesting.harvest_when_due() is None  # it is under way


def test_a_line_that_cannot_be_taken_keeps_no_other_from_it(ada: User, harvest: Any) -> None:
    odd, good = store(ada, a=words(1), b=words(2))
    ran(ada, odd, params={"window": [1]}, algorithm="x" * 64)
    ran(ada, odd, peak_memory_bytes=-(2**63))
    ran(ada, good)
    assert harvest()["taken"] == 3


def test_it_can_be_switched_off(ada: User, harvest: Any) -> None:
    LearningSettings.objects.update(harvest=False)
    ran(ada, store(ada, a=words())[0])
    assert harvest() == {}
    assert Outcome.objects.count() == 0
