"""As whom a program runs that refuses to run as root."""

import pwd
import subprocess
from pathlib import Path
from typing import NamedTuple

from config.services.errors import ServiceError

# Debian keeps `daemon` for programs that need no rights but own files; `nobody` is there on every system.
NAMES = ("daemon", "nobody")


class Account(NamedTuple):
    """A user and group of the system, by number."""

    uid: int
    gid: int

    def can(self, *command: str | Path) -> bool:
        """Tell whether a command succeeds when this account runs it."""
        try:
            done = subprocess.run(
                [str(part) for part in command],
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError:
            return False
        return done.returncode == 0


def unprivileged_account(*owned: Path) -> Account:
    """Return the owner of the first of these paths that is there and not root's, else one of the system's."""
    for path in owned:
        if path.exists() and (found := path.stat()).st_uid != 0:
            return Account(found.st_uid, found.st_gid)
    for name in NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServiceError("PostgreSQL refuses to run as root and there is no other user. Set DATABASE_URL.")
