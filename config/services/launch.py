"""Start a program that ends with its parent; run as a script by `process.Process`.

    launch.py PARENT SIGNAL ACCOUNT PROGRAM [ARGUMENT...]

PARENT is the process id that must be the parent, SIGNAL the number of the signal that the program gets when
that parent ends, ACCOUNT `uid:gid` to run as, or `-`, PROGRAM a path. It is a script of its own because Python
code must not run between fork and exec in a process with threads, and because a change of user clears the wish
to be told of the parent's end.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# Python ignores the first two in its children; a shell that starts something in the background the others.
INHERITED_AS_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)


def become(account: str) -> None:
    """Give up the rights of root for those of `uid:gid`."""
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process in the kernel."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def end_with_parent(parent: int, number: int) -> None:
    """Ask for signal `number` at the end of `parent`, and stop here if that has ended already."""
    prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        raise SystemExit(0)


def main(parent: str, number: str, account: str, *command: str) -> None:
    """Become the program."""
    for inherited in INHERITED_AS_IGNORED:
        signal.signal(inherited, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if account != "-":
        become(account)
    end_with_parent(int(parent), int(number))
    os.execv(command[0], command)  # noqa: S606 - that there is no shell is the point


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except OSError as error:
        sys.exit(f"{sys.argv[4]} cannot be started: {error}")
