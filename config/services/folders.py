"""Folders, locks and small files that services keep: private, whole or absent, never somebody else's."""

import contextlib
import fcntl
import hashlib
import os
import stat
from pathlib import Path

from config.services.account import Account
from config.services.errors import ServiceError

SOCKET_PATH_LIMIT_BYTES = 107  # what the kernel takes as the address of a unix socket, less the closing zero
# The rights of folders that hold private ones: where root starts the services, others own some of those.
PASSABLE = 0o711 if os.geteuid() == 0 else 0o700


def fingerprint(path: Path) -> str:
    """Return a short name for a folder, the same at every start."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def make_folder(path: Path, *, mode: int, account: Account | None = None) -> Path:
    """Make the folder if it is not there; one that exists is left as it is."""
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        if not path.is_dir():
            raise ServiceError(f"{path} is in the way: it is not a folder.") from None
        return path
    except OSError as error:
        raise ServiceError(f"The folder {path} cannot be made: {error.strerror}.") from error
    path.chmod(mode)  # whatever the mask of this process
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def make_data_folder(path: Path) -> Path:
    """Make DATA_DIR, private; for root such that another user can pass through to folders of its own."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    make_folder(path, mode=PASSABLE)
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ServiceError(
            f"The folder {path} cannot be written. Give it to this user, or set DATA_DIR to another."
        )
    return path


def socket_folder(preferred: Path, socket_name: str, account: Account | None = None) -> Path:
    """Return a private folder for a socket: the preferred one, or a short one where its path does not do."""
    path = os.fsencode(preferred / socket_name)
    if (
        len(path) <= SOCKET_PATH_LIMIT_BYTES and b"," not in path
    ):  # a comma parts hosts for PostgreSQL's clients
        return make_folder(preferred, mode=0o700, account=account)
    owner = account.uid if account else os.geteuid()
    short = Path("/tmp") / f"dynacomp-{owner}-{fingerprint(preferred)}"
    make_folder(short, mode=0o700, account=account)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
        raise ServiceError(
            f"{short} is in the way: it is not ours. Remove it, or set DATA_DIR to a shorter path."
        )
    return short


def remove_socket(path: Path) -> None:
    """Remove a socket that nobody serves any more, and its folder."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        path.parent.rmdir()


class Lock:
    """A lock that is gone with the process that holds it, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, refusal: str) -> None:
        """Take the lock unless it is held already; refuse with the text where another process has it."""
        if self._handle is not None:
            return
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 100).decode(errors="replace").strip()
            os.close(handle)
            raise ServiceError(f"{refusal} (process {holder or 'unknown'})") from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Give it back; the file stays, since removing it would let two holders have one each."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def make_empty(path: Path) -> None:
    """Make the private folder, or remove the files that are in it; a disk that takes no changes is left as it is."""
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, exist_ok=True)
        for file in path.iterdir():
            file.unlink()
