"""All outputs of a batch as one ZIP that has their folders; nothing is compressed in it a second time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone

from compression.batch.choices import ItemStatus
from compression.batch.models import Batch
from compression.batch.selectors import figures
from core.errors import AppError, Unavailable
from files import services as files
from files.staging import Staged, staging, storage_full_as_error

if TYPE_CHECKING:
    from files.models import File

COPY_BYTES = 1024 * 1024
MODE = 0o100644 << 16


def outputs(batch: Batch) -> Iterator[tuple[str, "File"]]:
    """Yield path and file of every output that is there, in the order of the items.

    With several methods each has a folder of its own; no path comes twice.
    """
    labels = method_labels(batch)
    several = len(labels) > 1
    paths = Paths()
    done = batch.items.filter(status=ItemStatus.SUCCEEDED, result__output__deleted_at=None)
    for item in done.select_related("result__output").order_by("position").iterator(chunk_size=1000):
        output = item.result.output if item.result else None
        if output is not None:
            parts = [labels[item.method] if several else "", item.folder, output.name]
            yield paths.free("/".join(filter(None, parts))), output


def method_labels(batch: Batch) -> list[str]:
    """Return a short name for each method, each another: `zstd-3`, `xz-6`, `xz-6 (2)`."""
    paths = Paths()
    labels = []
    for method in batch.methods:
        level = "" if method["level"] is None else f"-{method['level']}"
        labels.append(paths.free(f"{method['algorithm']}{level}"))
    return labels


class Paths:
    """Paths that were given away."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def free(self, path: str) -> str:
        """Return `path`, or with a number before its extension where it was given away already."""
        folder, _, name = path.rpartition("/")
        found, number = path, self._numbers.get(path, 1)
        while found in self._taken:
            number += 1
            stem, suffix = _split(name)
            found = f"{folder}/{stem} ({number}){suffix}" if folder else f"{stem} ({number}){suffix}"
        self._taken.add(found)
        self._numbers[path] = number
        return found


def _split(name: str) -> tuple[str, str]:
    """`a.tar.gz` into `a` and `.tar.gz`; what begins with a dot is a name."""
    suffixes = "".join(PurePosixPath(name).suffixes[-2:])
    return (name[: -len(suffixes)], suffixes) if suffixes else (name, "")


@contextmanager
def made(batch: Batch, check: Callable[[], None]) -> Iterator[Staged | AppError | None]:
    """Yield the sealed archive; why it cannot be made; or nothing where there is nothing to put into it.

    `check` is called between pieces and may raise. An archive that nobody adopts is gone after the block.
    """
    with ExitStack() as held:
        yield _made(batch, check, held)


def _made(batch: Batch, check: Callable[[], None], held: ExitStack) -> Staged | AppError | None:
    size = figures([batch])[batch.pk].sizes["compressed"]
    try:
        staged = held.enter_context(staging(size))
        return staged.seal() if _write(staged, outputs(batch), check) else None
    except Unavailable:
        raise
    except AppError as error:
        return error


def _write(staged: Staged, entries: Iterable[tuple[str, "File"]], check: Callable[[], None]) -> int:
    """Write the archive and return the number of its entries."""
    count = 0
    moment = timezone.now().timetuple()[:6]
    with storage_full_as_error(), ZipFile(cast(BinaryIO, staged.file), "w", ZIP_STORED) as archive:
        for path, file in entries:
            info = ZipInfo(path, date_time=moment)
            info.external_attr, info.file_size = MODE, file.size
            with files.file_open(file) as source, archive.open(info, "w") as target:
                while piece := source.read(COPY_BYTES):
                    check()
                    target.write(piece)
            count += 1
    return count


def name_of(batch: Batch) -> str:
    """Return the name of the archive's file."""
    return f"batch {batch.created_at:%Y-%m-%d %H.%M}.zip"
