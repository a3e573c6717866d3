"""What xz and LZMA-alone share."""

import lzma
from dataclasses import dataclass
from typing import Any, ClassVar

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.params import Flag, Integer, parameter
from compression.engine.errors import EngineError, InvalidParams, LimitExceeded
from compression.engine.limits import MiB

# MiB needed by the encoder and by the decoder at each level, and KiB of the dictionary, from the manual of xz.
ENCODER_MIB = (3, 9, 17, 32, 48, 94, 94, 186, 370, 674)
DICTIONARY_KIB = (256, 1024, 2048, 4096, 4096, 8192, 8192, 16384, 32768, 65536)
DECODER_MIB = (1, 2, 3, 5, 5, 9, 9, 17, 33, 65)


@dataclass(frozen=True)
class LzmaCodec(Codec):
    """Base of the two containers of LZMA."""

    family: ClassVar[str] = "lzma"
    colour: ClassVar[str] = "c2"
    library_errors: ClassVar[tuple[type[Exception], ...]] = (lzma.LZMAError, EOFError)
    speeds: ClassVar[dict[int, float]] = {0: 25, 3: 17, 4: 7, 6: 6, 9: 5}

    level: int = parameter(
        Integer("Level", 0, 9, help="0 is fast, 9 is small and takes 674 MiB of memory."), default=6
    )
    extreme: bool = parameter(Flag("Extreme", help="Search harder: slower, slightly smaller."), default=False)
    literal_context: int | None = parameter(
        Integer(
            "Literal context bits",
            0,
            4,
            optional=True,
            help="lc: high bits of the byte before; 3 suits text.",
        ),
        default=None,
    )
    literal_position: int | None = parameter(
        Integer(
            "Literal position bits", 0, 4, optional=True, help="lp: alignment of literals, for data in words."
        ),
        default=None,
    )
    position: int | None = parameter(
        Integer(
            "Position bits",
            0,
            4,
            optional=True,
            help="pb: alignment of the data; 0 for text, 2 for words of 4.",
        ),
        default=None,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        context = 3 if self.literal_context is None else self.literal_context
        if context + (self.literal_position or 0) > 4:
            raise InvalidParams(
                "Literal context and literal position bits must not exceed 4 together",
                field="literal_position",
            )

    def _filters(self, filter_id: int) -> list[dict[str, Any]]:
        preset = self.level | (lzma.PRESET_EXTREME if self.extreme else 0)
        bits = {"lc": self.literal_context, "lp": self.literal_position, "pb": self.position}
        chosen = {name: value for name, value in bits.items() if value is not None}
        return [{"id": filter_id, "preset": preset, **chosen}]

    def _explain(self, error: Exception) -> EngineError:
        if "Memory usage limit" in str(error):
            return LimitExceeded(
                f"Decoding this {self.title} stream takes more memory than allowed", kind="memory"
            )
        return super()._explain(error)

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD + (ENCODER_MIB[self.level] + DECODER_MIB[self.level]) * MiB
