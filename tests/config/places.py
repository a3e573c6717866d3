"""What the tests of the services need to know of the machine."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from config.services.account import Account

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0

needs_root = pytest.mark.skipif(not AS_ROOT, reason="is about what root does")


def interpreter_for(account: Account) -> str | None:
    """Return a Python with the project's packages that the account can run, if there is one."""
    names = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
    code = f"import sys; sys.path[:0] = {sys.path}; import psycopg"
    return next((name for name in names if account.can(name, "-c", code)), None)


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of all processes that mention the folder or work in it."""
    found = []
    for process in psutil.process_iter():
        try:
            command, works_in = " ".join(process.cmdline()), process.cwd()
        except psutil.Error:
            continue
        if process.pid != os.getpid() and (str(folder) in command or works_in.startswith(str(folder))):
            found.append(f"{process.pid} {command}")
    return found
