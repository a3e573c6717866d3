"""What the supervisor knows of the programs of this machine, in words."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from core.formatting import whole_seconds
from core.health import Status
from metrics.components.parts import Finding
from metrics.probes.programs import Program, Programs

# For so long it is told that a program ended and was started again.
RECENT_S = 30.0

_programs = Programs(settings.DATA_DIR / "run" / "programs.json")


def programs_of(group: str) -> list[Program]:
    """Return the programs of a group; none where no supervisor wrote them down."""
    return [program for program in _programs.read().values() if program.group == group]


@dataclass(frozen=True)
class Group:
    """The programs of one part, as they are now."""

    programs: Sequence[Program]
    now: float

    @property
    def ended(self) -> list[Program]:
        """Those that do not run."""
        return [program for program in self.programs if program.pid is None]

    @property
    def restarted(self) -> list[Program]:
        """Those that ended a short while ago and run again."""
        return [
            program
            for program in self.programs
            if program.pid is not None
            and program.last_exit is not None
            and self.now - program.started_at < RECENT_S
        ]

    @property
    def suspended(self) -> list[Program]:
        """Those that somebody stopped with a signal, so that they neither work nor end."""
        return [program for program in self.programs if program.pid and _state(program.pid) == "T"]

    @property
    def uptime_s(self) -> float | None:
        """Seconds that the one that runs longest has run."""
        running = [self.now - program.started_at for program in self.programs if program.pid is not None]
        return max(0.0, *running) if running else None

    @property
    def status(self) -> Status:
        """Down where none of them works, degraded where one does not, or did not a moment ago."""
        idle = len(self.ended) + len(self.suspended)
        if self.programs and idle == len(self.programs):
            return Status.DOWN
        return Status.DEGRADED if idle or self.restarted else Status.OK

    def finding(self, *words: str, status: Status = Status.OK) -> Finding:
        """Return what there is to say: how they ended before the other `words`; the worse of both states counts."""
        troubles = [f"{_end(program)}, not running" for program in self.ended]
        troubles += [
            f"{_end(program)}, started again {whole_seconds(self.now - program.started_at)} ago"
            for program in self.restarted
        ]
        troubles += [f"{program.name} is suspended" for program in self.suspended]
        told = self.ended + self.restarted + self.suspended
        return Finding(
            "; ".join([*troubles, *filter(None, words)]),
            max(self.status, status, key=list(Status).index),
            self.uptime_s,
            told[0].name if told else "",
        )


def group(name: str) -> Group:
    """Return the programs of a part."""
    return Group(programs_of(name), time.time())


def _state(pid: int) -> str:
    """Return the kernel's letter for what a process does."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return ""
    return stat[stat.rindex(b")") + 2 :][:1].decode()


def _end(program: Program) -> str:
    code = program.last_exit
    if code is None:
        return f"{program.name} has not started"
    if code >= 0:
        return f"{program.name} ended with exit code {code}"
    return f"{program.name} ended by signal {-code}"
