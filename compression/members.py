"""Decompressing archives: the members become files in a folder beside the archive, and one result lists them all.

What the archive is found to be damaged in refuses all of it. Members that are never given out, such as links, are named
with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compression import selectors
from compression.choices import Operation
from compression.engine.inspecting import Info
from compression.events import ResultStored
from compression.machine import machine_id
from compression.models import HistoryEntry, Result, ResultOutput
from core import audit
from core.errors import AppError, StorageFull, TooLarge, Unprocessable
from core.events import publish
from core.jobs import JobContext, enqueue
from core.models import Job
from files import services as files
from files.batch.members import Wish, fits_now, folder_beside
from files.batch.run import unpack_run
from files.batch.services import TooLongForNow, unpacked_now
from files.choices import Kind, Origin
from files.unpacking import Figures, Look

if TYPE_CHECKING:
    from accounts.models import User
    from files.batch.models import BatchItem
    from files.models import File

ENCRYPTED = (
    "The archive is encrypted. Its content can be had only with its password, outside of the platform."
)


CONTENT_LOST = frozenset({"member_encrypted", "member_method", "member_unverifiable", "member_too_large"})
"""Why the content of a plain file cannot be had: without it the archive is not decompressed."""


@dataclass(frozen=True)
class Member:
    """What became of a member: `file`, or `error`, a problem as plain JSON."""

    path: str
    file: "File | None"
    error: dict[str, Any] | None

    @property
    def passed_over(self) -> bool:
        """Whether it is one of those that are never given out, or cannot be kept under its path."""
        error = self.error or {}
        refused = error.get("code", "").startswith("member_") and error["code"] not in CONTENT_LOST
        return refused or error.get("status") == 400


def run(user: "User", source: "File", info: Info, *, respond_async: bool) -> Result | Job:
    """Take the archive apart now where it is small and nobody asked otherwise; have a worker do it where not."""
    if info.encrypted and not info.members:
        raise Unprocessable(ENCRYPTED, code="encrypted")
    if fits_now(source.size, Look(info.members, info.content_size)) and not respond_async:
        try:
            return result_make(owner=user, source=source, formats=info.formats)
        except TooLongForNow:
            pass
    return result_request(owner=user, source=source, info=info)


def wish_for(source: "File") -> Wish:
    """Return what shall become of the archive."""
    return Wish(source.name, folder_beside(source), whole=True, origin=Origin.RESULT)


@audit.unaudited("audits in _store")
def result_make(*, owner: "User", source: "File", formats: Sequence[str]) -> Result:
    """Take the archive apart and keep the files with the result, all or nothing; TooLongForNow beyond the limits."""
    try:
        with (
            files.file_on_disk(source) as archive,
            unpacked_now(owner=owner, source=archive, wish=wish_for(source)) as unpacked,
        ):
            members = [
                Member(item.path, item.file, item.refusal.as_dict() if item.refusal else None)
                for item in unpacked.items
            ]
            return _store(owner, source, members, unpacked.figures, None)
    except Unprocessable as error:
        _note_failure(owner, source, formats, error, None)
        raise


@audit.unaudited("the job's result is audited where it is stored")
def result_request(*, owner: "User", source: "File", info: Info) -> Job:
    """Have a worker do it."""
    return enqueue(
        Operation.DECOMPRESS.value,
        owner=owner,
        subject=source,
        title=f"Decompress {source.name} into its files",
        params={
            "file": str(source.pk),
            "formats": list(info.formats),
            "members": info.members,
            **wish_for(source).params,
        },
        total=info.members,
        unit="files",
    )


def is_meant(ctx: JobContext) -> bool:
    """Whether a `decompress` job is about an archive."""
    return "formats" in ctx.params


@audit.unaudited("audits in _store")
def job_run(ctx: JobContext) -> None:
    """Do the work of a `decompress` job whose input is an archive."""
    source = selectors.input_of_job(ctx.params["file"], ctx.owner)

    def finish(items: "Sequence[BatchItem]", figures: Figures | None) -> dict[str, Any]:
        members = [Member(item.path, item.file, item.error) for item in items]
        return selectors.result_body(_store(ctx.owner, source, members, figures, ctx.job))

    try:
        unpack_run(ctx, finish)
    except Unprocessable as error:
        _note_failure(ctx.owner, source, ctx.params["formats"], error, ctx.job)
        raise


def _store(
    owner: "User", source: "File", members: Sequence[Member], figures: Figures | None, job: Job | None
) -> Result:
    """Keep result, list of members and outcome; called within the transaction that keeps the files."""
    if figures is None:
        raise RuntimeError("an archive that is not sound to its end was kept")
    _require_sound(members)
    kept = [member.file for member in members if member.file is not None]
    only = kept[0] if len(kept) == 1 else None
    measured = {
        "original_size": figures.content_bytes,
        "compressed_size": source.size,
        "decompress_seconds": figures.wall_s,
        "decompress_cpu_seconds": figures.cpu_s,
        "peak_memory_bytes": figures.peak_memory_bytes,
    }
    result = Result.objects.create(
        owner=owner,
        operation=Operation.DECOMPRESS,
        formats=list(figures.formats),
        file=source,
        output=only,
        file_name=source.name,
        content_kind=Kind.ARCHIVE,
        checksum=only.sha256 if only else "",
        verified=figures.checksummed,
        job=job,
        **measured,
    )
    ResultOutput.objects.bulk_create(
        ResultOutput(
            result=result,
            position=position,
            path=member.path,
            file=member.file,
            size=member.file.size if member.file else None,
            error=member.error,
        )
        for position, member in enumerate(members)
    )
    _note(owner, source, figures.formats, job, succeeded=True, result_id=result.pk, **measured)
    detail = {"formats": list(figures.formats), "files": len(kept)}
    audit.record("file.decompressed", actor=owner, target=result, detail=detail)
    publish(ResultStored(result.pk, owner.pk, Operation.DECOMPRESS.value, result.method))
    return result


def _require_sound(members: Sequence[Member]) -> None:
    """Raise the error of the first member that is damaged, or for which there is no room; or where none came out."""
    refused = [member for member in members if member.error is not None]
    bad = next((member for member in refused if not member.passed_over), None)
    if bad is None and refused and len(refused) == len(members):
        bad = refused[0]
    if bad is not None and bad.error is not None:
        family = {TooLarge.status: TooLarge, StorageFull.status: StorageFull}.get(
            bad.error["status"], Unprocessable
        )
        raise family(f"“{bad.path}”: {bad.error['detail']}", code=bad.error["code"])


def _note_failure(
    owner: "User", source: "File", formats: Sequence[str], error: AppError, job: Job | None
) -> None:
    _note(owner, source, formats, job, succeeded=False, error_code=error.code, compressed_size=source.size)


def _note(owner: "User", source: "File", formats: Sequence[str], job: Job | None, **facts: Any) -> None:
    """Append an outcome to the ledger, under the hash of the archive."""
    HistoryEntry.objects.create(
        owner=owner,
        operation=Operation.DECOMPRESS,
        algorithm="+".join(formats),
        algorithm_version=1,
        content_sha256=source.sha256,
        content_kind=Kind.ARCHIVE,
        media_type=source.media_type,
        machine=machine_id(),
        job_id=job.pk if job else None,
        **facts,
    )
