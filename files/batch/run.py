"""The job that unpacks an archive: what it has kept it does not do again, whatever dies in between.

Where the files need not appear together a member is one as soon as it is kept. Else only its bytes are kept, held by
the rows of the batch, and all files appear in one transaction in the end.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q

from core.access import get_visible
from core.choices import ENDED_JOBS
from core.errors import NotFound, StorageFull, Unavailable, Unprocessable
from core.jobs import JobContext
from files import services
from files.adoption import ADOPTED_AT_ONCE, claim_quota, keep_files, keep_objects
from files.api.batch_serializers import outcome
from files.api.serializers import FileOut
from files.batch.items import BatchRefused, Item, Room, check_path
from files.batch.members import Wish, bounds, staged_item
from files.batch.models import Batch, BatchItem
from files.batch.services import batch_store
from files.models import File
from files.selectors import free_bytes
from files.staging import Staged, StagingArea, at_once
from files.unpacking import Figures, Interrupted, Member, unpacker

CHUNK_BYTES = 64 * 1024 * 1024


Finish = Callable[[Sequence[BatchItem], Figures | None], dict[str, Any]]


def outcomes(items: Sequence[BatchItem], figures: Figures | None) -> dict[str, Any]:
    """Return what a call to `batch-upload` would have answered."""
    shape = FileOut()
    return {"results": [outcome(item.path, item.file, item.error, shape) for item in items]}


def unpack_run(ctx: JobContext, finish: Finish = outcomes) -> None:
    """Do the work of a job that unpacks an archive; its parameters are a `Wish`, the `file`, and how many `members`.

    `finish` gives the job's result, and what it writes is kept with the job's end: from the rows of all members, each
    with its file or its error, and from what the unpacking took where the archive is sound to its end.
    """
    with StagingArea() as area:
        run = _Run(ctx, _batch_of(ctx), area)
        run.unpack()
        run.complete(finish)


def _batch_of(ctx: JobContext) -> Batch:
    """Return the job's batch: its own, that of the job it repeats, or a new one where the archive is still a file."""
    job = ctx.job
    with ctx.storing():
        if job.retry_of_id and not Batch.objects.filter(job=job).exists():
            before = Q(job_id=job.retry_of_id) | Q(job__retry_of_id=job.retry_of_id)
            ended = Batch.objects.filter(before, job__status__in=sorted(ENDED_JOBS))
            Batch.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:1])).update(job=job)
        batch = Batch.objects.filter(job=job).first()
        if batch is None and ctx.params["file"]:
            file = get_visible(File.objects, ctx.owner, ctx.params["file"])
            batch = Batch.objects.create(
                owner=ctx.owner, job=job, source_id=file.sha256, size=file.size, uploaded=False
            )
    if batch is None:
        raise NotFound("The archive is not kept any more. Upload it again.", code="archive_gone")
    return batch


class _Run:
    """One attempt."""

    def __init__(self, ctx: JobContext, batch: Batch, area: StagingArea) -> None:
        self._ctx, self._batch, self._area = ctx, batch, area
        self._wish = Wish.of(ctx.params)
        before = batch.items.values_list("seq", "size", "object_id")
        self._done = {seq for seq, _, _ in before}
        self._room = Room(free_bytes(ctx.owner) - sum(size for _, size, held in before if held))
        self._waiting: list[tuple[int, Item]] = []
        self._refused: list[Item] = []
        self._staged = self._seen = self._read = 0
        self._figures: Figures | None = None

    def unpack(self) -> None:
        """Keep all members that are not kept yet."""
        with services.object_on_disk(self._batch.sha256, self._batch.size) as source:
            try:
                with unpacker().members(
                    source, bounds(), on_progress=self._note_read, should_stop=self._ctx.stopping
                ) as members:
                    for seq, member in enumerate(members):
                        self._ctx.check()
                        self._take(seq, member)
                    self._figures = members.figures
            except Interrupted:
                self._ctx.check()
                raise
            except Unprocessable as error:
                self._end_early(error)
        self._keep_waiting()

    def _take(self, seq: int, member: Member) -> None:
        self._seen = seq + 1
        self._say(member.path)
        if member.is_folder or seq in self._done or (self._refused and member.refusal is None):
            return
        self._add(seq, staged_item(member, self._area, self._room))

    def _add(self, seq: int, item: Item) -> None:
        check_path(item, self._wish.folder)
        if self._wish.atomic and item.refusal is not None:
            self._refused.append(item)  # nothing will be kept: what else is wrong is all there is to find out
            return
        self._waiting.append((seq, item))
        self._staged += item.staged.size if item.staged else 0
        if len(self._waiting) >= ADOPTED_AT_ONCE or self._staged >= CHUNK_BYTES:
            self._keep_waiting()

    def _end_early(self, error: Unprocessable) -> None:
        """The archive is bad from here on; what came before is sound."""
        if self._wish.together or not (self._waiting or self._done):
            raise error
        self._waiting.append((self._seen, Item(self._wish.name, refusal=error)))

    def _keep_waiting(self) -> None:
        """Keep what was staged, with a row for each that says so, or nothing of it."""
        if self._refused:
            raise BatchRefused(self._refused)
        sound = [item.bytes for _, item in self._waiting if item.refusal is None]
        at_once(Staged.seal, sound)
        with self._ctx.storing():
            rows = self._held() if self._wish.together else self._stored()
            BatchItem.objects.bulk_create(rows)
        self._done |= {seq for seq, _ in self._waiting}
        for staged in sound:
            staged.close()
        self._waiting.clear()
        self._staged = 0

    def _stored(self) -> list[BatchItem]:
        """Make files of the members; return the rows."""
        items = [item for _, item in self._waiting]
        wish = self._wish
        sound = [item for item in items if item.refusal is None]
        batch_store(
            owner=self._ctx.owner, items=sound, folder=wish.folder, tags=wish.tags, origin=wish.origin
        )
        for item in sound:
            if isinstance(item.refusal, (Unavailable, StorageFull)):
                raise item.refusal  # no fault of the member: all of these are tried again
        return [
            BatchItem(
                batch=self._batch,
                seq=seq,
                path=item.path,
                file=item.file,
                error=item.refusal.as_dict() if item.refusal else None,
            )
            for seq, item in self._waiting
        ]

    def _held(self) -> list[BatchItem]:
        """Put the bytes of the members where objects are; return the rows that hold them."""
        rows = []
        for seq, item in self._waiting:
            if item.refusal is not None:
                rows.append(
                    BatchItem(batch=self._batch, seq=seq, path=item.path, error=item.refusal.as_dict())
                )
                continue
            one = item.adoption(self._wish.folder, self._wish.tags).complete()
            row = BatchItem(batch=self._batch, seq=seq, path=item.path, object_id=item.bytes.sha256)
            row.name, row.folder, row.size = one.name, one.folder, one.staged.size
            row.media_type, row.kind = one.media_type, one.kind or row.kind
            rows.append(row)
        keep_objects([item.bytes for _, item in self._waiting if item.refusal is None])
        return rows

    def complete(self, finish: Finish) -> None:
        """End the job with an outcome for each member; files that appear together are made now."""
        with self._ctx.completing() as done:
            items = list(self._batch.items.select_related("file"))
            held = [item for item in items if item.error is None]
            if self._wish.together and held:
                self._make_files(held)
            done.result = finish(items, self._figures)
            self._batch.delete()

    def _make_files(self, items: list[BatchItem]) -> None:
        owner = self._ctx.owner
        claim_quota(owner, sum(item.size for item in items))
        rows = [
            File(
                owner=owner,
                object_id=str(item.object_id),
                name=item.name,
                folder=item.folder,
                size=item.size,
                media_type=item.media_type,
                kind=item.kind,
                tags=list(self._wish.tags),
                origin=self._wish.origin,
            )
            for item in items
        ]
        for item, file in zip(items, keep_files(owner, rows), strict=True):
            item.file = file

    def _note_read(self, done: int, total: int | None) -> None:
        self._read = done
        self._ctx.check()
        self._say()

    def _say(self, path: str = "") -> None:
        """Tell how far it is: in members where the archive says how many there are, else in its bytes."""
        total = self._ctx.params["members"]
        message = path or None
        if total is not None:
            self._ctx.progress(self._seen, total, unit="files", message=message)
        else:
            self._ctx.progress(self._read, self._batch.size, unit="bytes", message=message)
