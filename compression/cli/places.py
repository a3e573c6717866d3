"""Where input comes from and where output goes: files, folders, `-` for the pipe; nothing half-written stays."""

import os
import secrets
import select
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from compression.engine.errors import TargetUnwritable
from compression.engine.isolation.pipes import PIPE_BYTES, pipe

PIPE = "-"


class Refused(Exception):
    """An input or output that will not do; the sentence says why."""


class WrongUse(Exception):
    """A call that cannot be meant; the sentence says why."""


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
            file = self.path.open("rb")
        except OSError as error:
            raise Refused(error.strerror) from None
        with file:
            if not is_file(file.fileno()):
                raise Refused("It is not a file")
            yield file.fileno()


def is_file(source: int) -> bool:
    """Say whether one can go back in what a descriptor reads: standard input may be a file, too."""
    return stat.S_ISREG(os.fstat(source).st_mode)


def inputs(named: Sequence[str], skipped: Callable[[str, str], None]) -> list[Input]:
    """Return what was named; a folder stands for the files below it.

    Links in it are not followed. `skipped(path, reason)` is told of them and of what else is no file.
    """
    if not named and sys.stdin.isatty():
        raise WrongUse("name files or folders, or pipe something in; - reads from the terminal")
    return [item for name in named or [PIPE] for item in _named(name, skipped)]


def _named(name: str, skipped: Callable[[str, str], None]) -> Iterator[Input]:
    path = Path(name)
    if name == PIPE:
        yield Input(None, Path("stdin"))
    elif path.is_dir():
        for root, folders, files in os.walk(path):
            folders.sort()
            links = [folder for folder in folders if (Path(root) / folder).is_symlink()]
            for file in sorted(files + links):
                found = Path(root) / file
                if found.is_symlink():
                    skipped(str(found), "It is a link")
                elif not found.is_file():
                    skipped(str(found), "It is not a file")
                else:
                    yield Input(found, found.relative_to(path.parent if path.name else path))
    else:
        yield Input(path, Path(path.name))


@contextmanager
def peeked(source: int, count: int) -> Iterator[tuple[bytes, int]]:
    """Yield up to `count` bytes from the beginning of a pipe, and a descriptor to read all of it from, those too."""
    head = b""
    while len(head) < count and (piece := os.read(source, count - len(head))):
        head += piece
    reading, writing = pipe()
    threading.Thread(target=_pour, args=(head, source, writing), daemon=True).start()
    try:
        yield head, reading
    finally:
        os.close(reading)


def _pour(head: bytes, source: int, target: int) -> None:
    """Write `head` and all that `source` still gives, until nobody wants more."""
    with os.fdopen(target, "wb", buffering=0) as file, suppress(BrokenPipeError):
        write_all(file.fileno(), head)
        while piece := os.read(source, PIPE_BYTES):
            write_all(file.fileno(), piece)


def write_all(target: int, data: bytes) -> None:
    """Write all of it, however often that has to be asked for."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


@contextmanager
def output(
    target: Path | None, *, force: bool, like: int | None = None, binary: bool = False
) -> Iterator[int]:
    """Yield a descriptor to write to: the pipe, or a file that takes its name when the block ends well.

    Mode and time of the file are those of `like`, where that reads a file. What is `binary` is not written to a
    terminal. BrokenPipeError where nobody reads the pipe any more.
    """
    if target is None:
        with _standard_output(force=force or not binary) as sink:
            yield sink
        return
    part = target.parent / f".{target.name[:50]}.{secrets.token_hex(8)}.part"
    try:
        with _made(part, target, force=force) as file:
            yield file.fileno()
            _dress(file.fileno(), like)
            os.fsync(file.fileno())
            _rename(part, target)
    finally:  # around its making, too: an interrupt may come as soon as it is there
        with suppress(OSError):
            part.unlink()


def _made(part: Path, target: Path, *, force: bool) -> FileIO:
    """Return a new file beside the target, which nobody else may read yet."""
    try:
        if target.exists() and not force:
            raise Refused(f"{target} is there already; --force replaces it")
        target.parent.mkdir(parents=True, exist_ok=True)
        return FileIO(part, "xb+", opener=lambda name, flags: os.open(name, flags, 0o600))
    except OSError as error:
        raise Refused(f"{target}: {error.strerror}") from None


@contextmanager
def _standard_output(*, force: bool) -> Iterator[int]:
    if sys.stdout.isatty() and not force:
        raise Refused("compressed bytes are not written to a terminal; name a file with -o, or use --force")
    sys.stdout.flush()
    sink = sys.stdout.fileno()
    try:
        yield sink
    except TargetUnwritable:
        if _is_left(sink):
            raise BrokenPipeError from None
        raise


def _is_left(sink: int) -> bool:
    """Say whether nobody is at the other end of a pipe."""
    poll = select.poll()
    poll.register(sink, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def _dress(handle: int, like: int | None) -> None:
    """Give a file mode and time of another, or what new files have."""
    if like is None or not is_file(like):
        os.fchmod(handle, 0o666 & ~_umask())
        return
    found = os.fstat(like)
    os.fchmod(handle, stat.S_IMODE(found.st_mode) & 0o777)
    os.utime(handle, ns=(found.st_atime_ns, found.st_mtime_ns))


def _rename(part: Path, target: Path) -> None:
    try:
        part.replace(target)
    except OSError as error:
        raise Refused(f"{target}: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def target_of(item: Input, name: str, *, out: str | None, folder: str | None) -> Path | None:
    """Return where the output of `item`, called `name`, goes; None is the pipe.

    `out` names one file (or the pipe), `folder` takes the inputs' structure; without both the output lies beside its
    input, and that of the pipe goes into the pipe.
    """
    if out == PIPE:
        return None
    if out is not None:
        return Path(out)
    if folder is not None:
        return Path(folder) / item.inside.parent / name
    return item.path.with_name(name) if item.path else None


def check_single(out: str | None, items: Sequence[Input]) -> None:
    """Refuse one name for several outputs."""
    if out not in (None, PIPE) and len(items) > 1:
        raise WrongUse("-o names one file, and there are several inputs; use --into FOLDER")
