"""The contract of a codec.

A codec is a frozen value: its fields are its parameters, checked when it is made, and `config()` / `codec_from()`
take it through JSON. It is lossless and deterministic: the output depends on the value, on the bytes and on whether
their number was known beforehand (formats that store it need it), never on how the bytes arrived.

To add one: a file in this package with a subclass under `@register` and `@dataclass(frozen=True)`, and its line in
the common test suite. A subclass fills the class variables and writes `_encode` and `_decode` (`_encode` may rely on
chunks of exactly CHUNK bytes; `_decode` yields pieces of about PIECE bytes, raises TruncatedStream when the source
ends too early and CorruptStream when something follows the end of the stream).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

from compression.engine.codecs import params
from compression.engine.codecs.reader import ByteReader, Bytes, regular
from compression.engine.errors import (
    CorruptStream,
    EngineError,
    InvalidParams,
    LimitExceeded,
    SourceUnreadable,
)
from compression.engine.limits import Limits, MiB


class Levels(NamedTuple):
    """The range of a codec's `level` parameter, from fast to small, and its default."""

    minimum: int
    maximum: int
    default: int


@dataclass(frozen=True)
class Codec(ABC):
    """One way to compress, with its settings. See the module's text for the contract."""

    id: ClassVar[str]
    version: ClassVar[int] = 1
    family: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    extension: ClassVar[str]
    media_type: ClassVar[str]
    colour: ClassVar[str]
    """The chart colour of the family, c1 to c6."""
    streaming: ClassVar[bool] = True
    """Whether memory stays bounded however large the input is."""
    max_input_bytes: ClassVar[int | None] = None
    releases_gil: ClassVar[bool] = True
    deterministic: ClassVar[bool] = True
    lossless: ClassVar[bool] = True
    checksummed: ClassVar[bool] = True
    """Whether the format itself notices damaged content."""
    dynamic: ClassVar[bool] = False
    """Whether pipelines stand behind it: it is called in processes that have all of the engine loaded."""
    self_ending: ClassVar[bool] = True
    """Whether the format itself marks its end, so that a cut between two blocks is noticed too."""
    speeds: ClassVar[Mapping[int, float]]
    """Encoding speed in MB/s by level (0 where there are no levels), rough."""
    library_errors: ClassVar[tuple[type[Exception], ...]] = ()
    """What the library raises for bad data."""

    def __post_init__(self) -> None:
        for name, declaration in params.declared(self).items():
            try:
                declaration.check(getattr(self, name))
            except ValueError as error:
                raise InvalidParams(f"{declaration.title} {error}", field=name) from None

    # Settings

    def config(self) -> dict[str, Any]:
        """The id and all parameters as JSON data."""
        values = {name: item.to_json(getattr(self, name)) for name, item in params.declared(self).items()}
        return {"id": self.id, **values}

    @classmethod
    def from_params(cls, values: Mapping[str, Any]) -> Self:
        """The codec with these parameters in their JSON form; raises InvalidParams, also for a name it has not."""
        declared = params.declared(cls)
        native: dict[str, Any] = {}
        for name, value in values.items():
            if name not in declared:
                raise InvalidParams(f"{cls.title} has no parameter {name!r}", field=name)
            try:
                native[name] = declared[name].from_json(value)
            except ValueError as error:
                raise InvalidParams(f"{declared[name].title} {error}", field=name) from None
        return cls(**native)

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the parameters, without the id."""
        standard = params.defaults(cls)
        properties = {
            name: {
                "title": item.title,
                "description": item.help,
                **item.schema(),
                "default": item.to_json(standard[name]),
            }
            for name, item in params.declared(cls).items()
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}

    @classmethod
    def levels(cls) -> Levels | None:
        """The range of the `level` parameter; None where the codec has none."""
        level = params.declared(cls).get("level")
        if not isinstance(level, params.Integer):
            return None
        return Levels(level.minimum, level.maximum, params.defaults(cls)["level"])

    # Work

    def encode_chunks(self, chunks: Iterable[Bytes], size: int | None = None) -> Iterator[Bytes]:
        """Compress a stream: `chunks` of any size in, pieces of the compressed stream out.

        `size` is the number of bytes to come where that is known; SourceUnreadable where another number comes.
        """
        try:
            yield from filter(len, self._encode(_counted(regular(chunks), size), size))
        except MemoryError:
            raise LimitExceeded(f"{self.title} ran out of memory", kind="memory") from None
        except self.library_errors as error:
            raise EngineError(f"{self.title} could not compress this: {error}") from error

    def decode_chunks(self, chunks: Iterable[Bytes], limits: Limits | None = None) -> Iterator[Bytes]:
        """Decompress a stream within `limits`, which are checked before a piece is handed out."""
        limits = limits or Limits()
        reader = ByteReader(chunks)
        produced = 0
        try:
            for piece in self._decode(reader, limits):
                produced += len(piece)
                limits.check_output(produced, reader.consumed)
                if piece:
                    yield piece
        except MemoryError:
            raise LimitExceeded(f"{self.title} ran out of memory", kind="memory") from None
        except self.library_errors as error:
            raise self._explain(error) from error

    def encode(self, data: Bytes) -> bytes:
        """Compress `data` at once."""
        return b"".join(self.encode_chunks([data], len(data)))

    def decode(self, data: Bytes, limits: Limits | None = None) -> bytes:
        """Decompress `data` at once, within `limits`."""
        return b"".join(self.decode_chunks([data], limits))

    @abstractmethod
    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]: ...

    @abstractmethod
    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]: ...

    # Frames

    def frame_bytes(self) -> int | None:
        """Bytes of content in a frame, where streams that follow each other are read as one; None where they are not.

        Input is cut so to be encoded on several threads. It is part of the version: the output depends on it.
        """
        return None

    def joined(self, encoded: bytes, index: int) -> Bytes:
        """What a frame, encoded as a stream of its own, adds to the stream of all; `index` counts from 0."""
        return encoded

    def _explain(self, error: Exception) -> EngineError:
        """What an error of the library means, when decoding."""
        return CorruptStream(f"This is no sound {self.title} stream: {error}")

    # Estimates

    @abstractmethod
    def memory_estimate(self, size: int | None = None) -> int:
        """Bytes of memory to encode `size` bytes (None: any number) and to decode the result beside it."""

    def speed_estimate(self) -> float:
        """Roughly how many MB (10^6 bytes) are encoded in a second, for estimating the time of a call."""
        level = getattr(self, "level", 0)
        known = sorted(self.speeds)
        below = max((item for item in known if item <= level), default=known[0])
        above = min((item for item in known if item >= level), default=known[-1])
        share = (level - below) / (above - below) if above > below else 0.0
        return math.exp((1 - share) * math.log(self.speeds[below]) + share * math.log(self.speeds[above]))


def _counted(chunks: Iterable[Bytes], size: int | None) -> Iterator[Bytes]:
    """The same chunks; raises SourceUnreadable where they do not have `size` bytes together."""
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if size is not None and count > size:
            break
        yield chunk
    if size is not None and count != size:
        raise SourceUnreadable(f"The input changed: {size} bytes were announced, {count} or more came")


OVERHEAD = 16 * MiB
"""Memory that a streaming call needs for chunks, pieces and what waits to be verified; part of each estimate."""
