"""The work of a batch in its worker: groups through the engine, several at a time, each kept when it is done."""

import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum

from compression.batch import keeping, work
from compression.batch.choices import UNFINISHED
from compression.batch.groups import groups
from compression.batch.models import Batch, BatchItem
from compression.batch.work import Finished, Group, Watch
from compression.planning import Plan, plan
from core.errors import AppError
from core.formatting import count as written
from core.jobs import JobContext

Pending = set["Future[Finished]"]

WAIT_S = 0.2
LOGGED = 200
"""Failures that the job's log names; the items have them all."""


class Meter:
    """How far the batch is, in bytes of originals, told from several threads."""

    def __init__(self, ctx: JobContext, batch: Batch) -> None:
        self._ctx, self._size, self._count = ctx, batch.size, batch.count
        ended = batch.items.exclude(status__in=UNFINISHED).aggregate(size=Sum("size"), count=Count("pk"))
        self._done, self._items = ended["size"] or 0, ended["count"]
        self._parts: dict[Any, int] = {}
        self._lock = threading.Lock()
        self._tell()

    def part(self, item: BatchItem, size: int) -> None:
        """Note how much of an item was read."""
        with self._lock:
            self._parts[item.pk] = size
            self._tell()

    def finished(self, items: list[BatchItem]) -> None:
        """Note that items have ended, well or not."""
        with self._lock:
            for item in items:
                self._parts.pop(item.pk, None)
                self._done += item.size
            self._items += len(items)
            self._tell()

    def _tell(self) -> None:
        done = self._done + sum(self._parts.values())
        message = f"{written(self._items)} of {written(self._count)} items"
        self._ctx.progress(done, self._size, unit="bytes", message=message)


class Run:
    """One attempt at what a batch still has to do."""

    def __init__(self, ctx: JobContext, batch: Batch) -> None:
        self._ctx, self._batch = ctx, batch
        self._meter = Meter(ctx, batch)
        self._over = threading.Event()
        self._watch = Watch(self._meter.part, lambda: self._over.is_set() or ctx.stopping())
        self._logged = 0

    def go(self) -> None:
        """Work until nothing waits any more. Raises what stops a job."""
        plans, refusals = self._plans()
        keeping.refuse_impossible(self._ctx, self._batch, refusals)
        with ThreadPoolExecutor(settings.BATCH_PARALLEL, thread_name_prefix="batch") as pool:
            self._feed(pool, plans)
        keeping.refuse_impossible(self._ctx, self._batch, refusals)  # files that were deleted meanwhile

    def _plans(self) -> tuple[Mapping[int, Plan], Mapping[int, AppError]]:
        """Return the plan of each method by its position, or why there is none."""
        plans: dict[int, Plan] = {}
        refusals: dict[int, AppError] = {}
        for position, method in enumerate(self._batch.methods):
            try:
                plans[position] = plan(
                    method["algorithm"], method["level"], method["params"], user=self._batch.owner
                )
            except AppError as error:
                refusals[position] = error
        return plans, refusals

    def _feed(self, pool: ThreadPoolExecutor, plans: Mapping[int, Plan]) -> None:
        """Keep the threads busy, and no more groups in memory than one beyond them."""
        pending: Pending = set()
        try:
            for group in groups(self._batch, plans, self._batch.owner):
                while len(pending) > settings.BATCH_PARALLEL:
                    pending = self._collect(pending)
                self._ctx.check()
                pending.add(self._begin(pool, group))
            while pending:
                pending = self._collect(pending)
        finally:
            self._over.set()
            _drop(pending)

    def _begin(self, pool: ThreadPoolExecutor, group: Group) -> "Future[Finished]":
        keeping.begin(self._batch, group.items)
        return pool.submit(work.finish, group, self._watch)

    def _collect(self, pending: Pending) -> Pending:
        """Keep what has finished; return what has not."""
        done, rest = wait(pending, WAIT_S, FIRST_COMPLETED)
        self._ctx.check()
        for future in done:
            with future.result() as finished:
                self._keep(finished)
        return rest

    def _keep(self, finished: Finished) -> None:
        outcomes = finished.outcomes
        keeping.keep(self._ctx, self._batch, outcomes)
        self._ctx.add_cpu_seconds(sum(one.measured.cpu_seconds for one in outcomes if one.measured))
        self._meter.finished([one.item for one in outcomes])
        for one in outcomes:
            if one.error is not None and self._logged < LOGGED:
                self._logged += 1
                self._ctx.log(f"{one.item.path} with {one.item.algorithm}: {one.error.detail}")


def _drop(pending: Pending) -> None:
    """Let go of what was begun and is not wanted any more."""
    for future in pending:
        if not future.cancel():
            with suppress(Exception), future.result():
                pass
