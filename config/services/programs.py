"""The processes of the platform itself, beside the servers that it stands on."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from config.services.configuration import PROJECT, Configuration
from config.services.process import Process


@dataclass(frozen=True)
class Programs:
    """Web, workers, clock and sampler, and the codec hosts that workers and web use: they stop after them."""

    codec_hosts: list[Process]
    others: list[Process]

    @classmethod
    def of(cls, configuration: Configuration, addresses: Mapping[str, str], web_fd: int) -> "Programs":
        """Return the programs to start; `addresses` are the variables that say where the services are."""
        manage = ["manage.py"]
        others = [
            *(
                program(configuration, f"web-{number}", ["-m", "config.serving"], addresses, web_fd=web_fd)
                for number in range(1, configuration.web_processes + 1)
            ),
            *(
                program(configuration, f"worker-{number}", [*manage, "worker"], addresses)
                for number in range(1, configuration.workers + 1)
            ),
            program(configuration, "clock", [*manage, "clock"], addresses),
            program(configuration, "sampler", [*manage, "sampler"], addresses),
        ]
        host = ["-m", "compression.engine.isolation.host", "--socket"]
        engine = [*host, addresses["ENGINE_HOST"], "--import", "compression.engine.loaded"]
        hosts = [
            program(configuration, "codecs", [*host, addresses["CODEC_HOST"]], addresses),
            program(configuration, "engine", engine, addresses),
        ]
        return cls(codec_hosts=hosts, others=others)


def program(
    configuration: Configuration,
    name: str,
    arguments: list[str],
    addresses: Mapping[str, str],
    *,
    web_fd: int | None = None,
) -> Process:
    """Return a Python program of this project as a child; `web_fd` is the listening socket it inherits."""
    inherited = {} if web_fd is None else {"WEB_FD": str(web_fd)}
    return Process(
        name,
        [sys.executable, *arguments],
        log=configuration.data / "log" / f"{name}.log",
        folder=PROJECT,
        environment={**os.environ, **addresses, **inherited, "PYTHONUNBUFFERED": "1"},
        # All they hold is in the database: when the supervisor is killed, there is nothing to finish.
        orphan_signal=signal.SIGKILL,
        inherit=() if web_fd is None else (web_fd,),
    )
