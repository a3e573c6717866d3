"""What one call may consume. Checked before memory is taken and before output is handed on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from compression.engine.errors import InvalidParams, LimitExceeded

KiB = 1 << 10
MiB = 1 << 20
GiB = 1 << 30
NO_RATIO = 1 << 62
"""A ratio limit that nothing reaches."""


@dataclass(frozen=True)
class Limits:
    """Upper bounds of one encode or decode call; all are inclusive.

    The ratio limit (output bytes per input byte, decoding only) stops bombs; it applies once the output is larger
    than `ratio_floor_bytes`, because small inputs that expand a lot are common and harmless.
    """

    max_output_bytes: int = 64 * GiB
    max_ratio: int = 2000
    ratio_floor_bytes: int = 256 * MiB
    max_memory_bytes: int = 2 * GiB
    max_cpu_seconds: int = 4 * 3600
    max_wall_seconds: int = 8 * 3600
    reserve_bytes: int = 0
    """So much stays free on the disk of an output that is a file."""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise InvalidParams(f"{item.name} must be a whole number, at least 0", field=item.name)

    def config(self) -> dict[str, int]:
        """The limits as JSON data."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The inverse of `config()`; missing limits have their default."""
        return cls(**config)

    def check_output(self, produced: int, consumed: int) -> None:
        """Raise LimitExceeded where `produced` bytes made from `consumed` bytes are too many."""
        if produced > self.max_output_bytes:
            raise LimitExceeded(f"The output is larger than {self.max_output_bytes} bytes", kind="output")
        if produced > self.ratio_floor_bytes and produced > self.max_ratio * consumed:
            raise LimitExceeded(f"The output is more than {self.max_ratio} times the input", kind="ratio")

    def check_memory(self, needed: int) -> None:
        """Raise LimitExceeded where `needed` bytes of memory are too many."""
        if needed > self.max_memory_bytes:
            raise LimitExceeded(
                f"This needs about {needed // MiB + 1} MiB of memory, {self.max_memory_bytes // MiB} MiB are allowed",
                kind="memory",
            )


@dataclass(frozen=True)
class ArchiveLimits(Limits):
    """Upper bounds of unpacking one archive; what is inherited bounds all its members together.

    A member that goes beyond a limit of its own (its size, its path) is refused and the rest is unpacked; an archive
    that goes beyond a limit of all (the number of members, all bytes, memory, time) ends with LimitExceeded.
    """

    max_members: int = 100_000
    """Also of the folders that their paths speak of."""
    max_member_bytes: int = 64 * GiB
    max_path_chars: int = 1024
    max_name_bytes: int = 255
    """Of one component of a path, in UTF-8."""
    max_path_depth: int = 32
    max_layers: int = 3
    """Compressed streams around the archive: `.tar.gz` has one."""

    def check_members(self, count: int) -> None:
        """Raise LimitExceeded where `count` members are too many."""
        if count > self.max_members:
            raise LimitExceeded(f"The archive has more than {self.max_members} members", kind="members")
