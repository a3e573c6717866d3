"""Where the database of a data folder lives, and whose it is.

For an ordinary user it is simply in the data folder. As root it belongs to an unprivileged account; where
that account cannot pass through to the data folder (below `/root`, say), the database is kept in the
system's folder for the state of programs, and the data folder holds a link to it. The rights of a folder that
was there before are never changed.
"""

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from config.services.account import Account, unprivileged_account
from config.services.errors import ServiceError
from config.services.folders import fingerprint, make_folder
from config.services.installation import installation, installation_for

STATE_FOLDER = Path("/var/lib/dynacomp")


@dataclass(frozen=True)
class Place:
    """The folder around a database, the PostgreSQL for it, and the account it runs as (None: this user)."""

    folder: Path
    installation: Path
    account: Account | None = None
    temporary: bool = False

    @property
    def cluster(self) -> Path:
        """The folder of the database itself."""
        return self.folder / "postgres"


def find_place(data: Path, *, durable: bool, state: Path = STATE_FOLDER) -> Place:
    """Return the place for the database of a data folder; one that is not durable may be temporary."""
    cluster = data / "postgres"
    if os.geteuid() != 0:
        if cluster.exists() and (owner := cluster.stat().st_uid) != os.geteuid():
            raise ServiceError(
                f"The database in {cluster} belongs to user {owner}. Start as that user, or as root."
            )
        return Place(data, installation())
    account = unprivileged_account(cluster, data)
    if cluster.is_symlink():
        home = _linked_home(cluster)
    elif account.can("test", "-x", data):
        home = data
    elif cluster.exists():
        raise ServiceError(
            f"The database in {cluster} belongs to user {account.uid}, who cannot pass through {data}."
        )
    elif not durable:
        home = Path(tempfile.mkdtemp(prefix="dynacomp-", dir="/tmp"))
        home.chmod(0o711)
        return Place(home, installation_for(account, home), account, temporary=True)
    else:
        home = _new_home(data, state)
    return Place(home, installation_for(account, state), account)


def link_to(data: Path, place: Place) -> None:
    """Leave a link in the data folder to a database that is elsewhere, once it is there."""
    link = data / "postgres"
    if not place.temporary and place.folder != data and not link.is_symlink():
        link.symlink_to(place.cluster)


def _linked_home(link: Path) -> Path:
    target = link.readlink()
    if not target.is_dir():
        raise ServiceError(
            f"The database is gone: {link} points to {target}. Remove the link to begin with an empty one."
        )
    return target.parent


def _new_home(data: Path, state: Path) -> Path:
    """Make a folder for the database; what a removed data folder of the same name left is set aside."""
    home = make_folder(make_folder(state, mode=0o711) / fingerprint(data), mode=0o711)
    left = home / "postgres"
    if left.exists():
        left.rename(home / f"postgres.{time.strftime('%Y%m%d-%H%M%S')}")
    return home
