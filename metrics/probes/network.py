"""The network: what comes and goes over each interface of the machine to the outside."""

from collections.abc import Mapping

from metrics.probes.base import KernelFile, Rates

MOST_INTERFACES = 16
# Of each container one, that come and go; what they carry goes over the others once more.
PASSING = ("veth", "lo")
# Columns of /proc/net/dev: bytes packets errs drop fifo frame compressed multicast, received and then sent.
RECEIVED, RECEIVE_ERRORS, SENT, SEND_ERRORS = 0, 2, 8, 10


class Network:
    """Bytes a second of each interface that has ever carried any, and the errors of all."""

    every_s = 1.0

    def __init__(self) -> None:
        self._file = KernelFile("/proc/net/dev")
        self._rates = Rates()

    def read(self) -> Mapping[str, float]:
        """Return rates by interface."""
        counters: dict[str, float] = {}
        errors = interfaces = 0
        for line in self._file.read().splitlines()[2:]:
            name, _, rest = line.decode(errors="replace").partition(":")
            name = name.strip()
            columns = rest.split()
            if name.startswith(PASSING) or columns[RECEIVED] == columns[SENT] == "0":
                continue
            interfaces += 1
            if interfaces > MOST_INTERFACES:
                break
            counters[f"system.network_received_bytes_s.{name}"] = int(columns[RECEIVED])
            counters[f"system.network_sent_bytes_s.{name}"] = int(columns[SENT])
            errors += int(columns[RECEIVE_ERRORS]) + int(columns[SEND_ERRORS])
        counters["system.network_errors_s"] = errors
        return self._rates.of(counters)
