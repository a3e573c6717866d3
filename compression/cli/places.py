"""Where input comes from and where output goes: files, folders, `-` for the pipe; nothing half-written stays."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PIPE = "-"


class Refused(Exception):
    """An input or output that will not do; the sentence says why."""


@dataclass(frozen=True)
class Input:
    """One file, or the pipe (`path` is None). `inside` is its path below the folder that was named."""

    path: Path | None
    inside: Path

    @property
    def label(self) -> str:
        """Its name for people."""
        return str(self.path) if self.path else "standard input"

    @contextmanager
    def opened(self) -> Iterator[int]:
        """Yield a descriptor to read from."""
        if self.path is None:
            yield sys.stdin.fileno()
            return
        try:
            with self.path.open("rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Refused(f"{self.path}: not a file")
                yield file.fileno()
        except OSError as error:
            raise Refused(f"{self.path}: {error.strerror}") from None


def inputs(named: Sequence[str]) -> Iterator[Input]:
    """Yield what was named; a folder stands for the files below it, links are not followed."""
    for name in named or [PIPE]:
        path = Path(name)
        if name == PIPE:
            yield Input(None, Path("stdin"))
        elif path.is_dir():
            for root, folders, files in os.walk(path):
                folders.sort()
                for file in sorted(files):
                    found = Path(root) / file
                    if found.is_file() and not found.is_symlink():
                        yield Input(found, found.relative_to(path.parent if path.name else path))
        else:
            yield Input(path, Path(path.name))


@contextmanager
def output(target: Path | None, *, force: bool) -> Iterator[int]:
    """Yield a descriptor to write to: the pipe, or a file that takes its name when the block ends well."""
    if target is None:
        if sys.stdout.isatty() and not force:
            raise Refused(
                "compressed bytes are not written to a terminal; name a file with -o, or use --force"
            )
        sys.stdout.flush()
        yield sys.stdout.fileno()
        return
    if target.exists() and not force:
        raise Refused(f"{target} is there already; --force replaces it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise Refused(f"{target}: {error.strerror}") from None
    try:
        yield handle
        os.fsync(handle)
        os.fchmod(handle, 0o666 & ~_umask())
        os.replace(name, target)
    finally:
        os.close(handle)
        with suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def target_of(item: Input, name: str, *, out: str | None, folder: str | None, several: bool) -> Path | None:
    """Return where the output of `item`, called `name`, goes; None is the pipe.

    `out` names one file (or the pipe), `folder` takes the inputs' structure; without both the output lies beside its
    input, and that of the pipe goes into the pipe.
    """
    if out == PIPE:
        return None
    if out is not None:
        if several:
            raise Refused("-o names one file, and there are several inputs; use --into FOLDER")
        return Path(out)
    if folder is not None:
        return Path(folder) / item.inside.parent / name
    return item.path.with_name(name) if item.path else None
