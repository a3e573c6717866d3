"""Taking away from a child process all that its work does not need.

A codec works on bytes that a stranger chose, in libraries written in C. What it can reach is therefore cut down to
three descriptors, its share of memory and CPU time, and an unprivileged user. Nothing here can be undone.
"""

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Iterable
from pathlib import Path

from compression.engine.limits import Limits, MiB

NOBODY = 65534
SLACK = 64 * MiB
"""Address space for stacks of threads and for Python itself, beyond what the codec may take."""
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Be killed when the process that made this one dies; `parent` is its id as it was known before.

    A change of user undoes this, so it comes last.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def steady_allocator() -> None:
    """One malloc arena, and buffers of a few MiB kept for reuse: predictable address space, fewer page faults."""
    _libc.mallopt(M_ARENA_MAX, 1)
    _libc.mallopt(M_MMAP_THRESHOLD, 8 * MiB)
    _libc.mallopt(M_TRIM_THRESHOLD, 32 * MiB)


def close_others(keep: Iterable[int]) -> None:
    """Close every descriptor but `keep`; the three standard ones lead to /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    start = 3
    for fd in sorted(keep):
        os.closerange(start, fd)
        start = fd + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def drop_privileges() -> None:
    """Become nobody where this is root, and gain nothing by executing another program."""
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def apply_limits(limits: Limits, target: int) -> None:
    """Bound memory, CPU time and the size of the target; no core dumps, no new descriptors from here on."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    with contextlib.suppress(OSError):  # short of memory, the kernel is to end this process before others
        Path("/proc/self/oom_score_adj").write_text("500")
    _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + SLACK + limits.max_memory_bytes)
    _limit(resource.RLIMIT_FSIZE, _position(target) + limits.max_output_bytes + MiB)
    _limit(resource.RLIMIT_CPU, max(limits.max_cpu_seconds, 1), grace=1)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 3)


def _limit(what: int, value: int, grace: int = 0) -> None:
    """Set a limit, `grace` below its hard limit, and never above the present one."""
    _, present = resource.getrlimit(what)
    hard = value + grace if present == resource.RLIM_INFINITY else min(value + grace, present)
    resource.setrlimit(what, (min(value, hard), hard))


def _position(fd: int) -> int:
    try:
        return os.lseek(fd, 0, os.SEEK_CUR)
    except OSError:  # a pipe
        return 0
