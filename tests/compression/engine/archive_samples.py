"""Archives for the engine's tests: what is in the golden ones, and a builder of ZIP archives that can lie."""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from compression.engine.archives import Kind, Member
from compression.engine.errors import EngineError
from compression.engine.isolation import Unpacking, UnpackReport, unpack
from compression.engine.isolation.client import memory_file
from compression.engine.limits import ArchiveLimits
from tests.compression.engine.samples import noise, prose

GOLDEN = Path(__file__).parents[2] / "golden" / "archives"


def code(size: int, seed: int = 1) -> bytes:
    """Bytes with relative calls in them, as machine code has."""
    filler = noise(size, seed)
    calls = [b"\xe8" + struct.pack("<i", 4096 - at) + filler[at : at + 15] for at in range(0, size, 20)]
    return b"".join(calls)[:size]


CONTENT = {
    "folder/prose.txt": prose(3000),
    "folder/deeper/code.bin": code(4000),
    "folder/ünï.txt": prose(200, seed=2),
    "folder/empty": b"",
}
"""What every golden archive holds, beside a link and an empty folder."""


@dataclass
class Unpacked:
    """What came out of an archive: by path, or by what it was refused or failed for."""

    files: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, EngineError] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    report: UnpackReport | None = None


def unpacked(data: bytes, limits: ArchiveLimits | None = None, *, contents: bool = True) -> Unpacked:
    """All of an archive; raises what ends it."""
    out = Unpacked()
    with memory_file(data) as source, unpack(source.fileno(), limits, contents=contents) as archive:
        collect(archive, out)
    return out


def collect(archive: Unpacking, out: Unpacked) -> None:
    """Take all of an archive; what ends it is raised, and what came before is then in `out`."""
    for member, content in archive:
        out.members.append(member)
        if member.refusal is not None:
            assert list(content) == []
            out.refused[member.stored_path] = member.refusal.value
        elif member.kind is Kind.FILE:
            try:
                out.files[member.path] = b"".join(content)
            except EngineError as error:
                out.failed[member.path] = error
    out.report = archive.report


@dataclass
class ZipEntry:
    """An entry whose headers say what they are told to; None: the truth."""

    name: bytes
    data: bytes = b""
    packed: bytes | None = None
    method: int = 0
    flags: int = 0
    size: int | None = None
    crc: int | None = None
    local_name: bytes | None = None
    local_size: int | None = None
    attributes: int = 0
    offset: int | None = None
    extra: bytes = b""
    descriptor: bytes = b""

    @property
    def _figures(self) -> tuple[int, int, int]:
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        return crc, len(self.stored), len(self.data) if self.size is None else self.size

    @property
    def stored(self) -> bytes:
        """The bytes as they lie in the archive."""
        return self.data if self.packed is None else self.packed

    def local(self) -> bytes:
        """The header beside the data, and the data."""
        crc, packed, size = (0, 0, 0) if self.flags & 8 else self._figures
        size = size if self.local_size is None else self.local_size
        name = self.name if self.local_name is None else self.local_name
        head = struct.pack(
            "<4s5H3I2H",
            b"PK\x03\x04",
            20,
            self.flags,
            self.method,
            0,
            0x21,
            crc,
            packed,
            size,
            len(name),
            len(self.extra),
        )
        return head + name + self.extra + self.stored + self.descriptor

    def central(self, offset: int) -> bytes:
        """The entry of the directory."""
        return (
            struct.pack(
                "<4s6H3I5H2I",
                b"PK\x01\x02",
                3 << 8 | 20,
                20,
                self.flags,
                self.method,
                0,
                0x21,
                *self._figures,
                len(self.name),
                len(self.extra),
                0,
                0,
                0,
                self.attributes,
                offset if self.offset is None else self.offset,
            )
            + self.name
            + self.extra
        )


def zip_of(*entries: ZipEntry, count: int | None = None, comment: bytes = b"") -> bytes:
    """A ZIP archive of these entries."""
    body, directory = b"", b""
    for entry in entries:
        directory += entry.central(len(body))
        body += entry.local()
    number = len(entries) if count is None else count
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(directory), len(body), len(comment)
    )
    return body + directory + end + comment
