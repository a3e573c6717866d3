"""Numbers in decimal notation, whole ones and those with a point, as numbers."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.streams import Array
from compression.engine.transforms.base import transform
from compression.engine.transforms.numeric import Numeric

FILLS = {"zeros": ord("0"), "spaces": ord(" ")}


@transform
@dataclass(frozen=True)
class Decimals(Numeric):
    """Decimal numbers times 10 to the power of `places`, where they have at most so many digits behind the point.

    Zeros at their end are left out as long as there are more than `least` such digits. In front, what is shorter than
    `length` characters is filled up.
    """

    id: ClassVar[str] = "decimals"
    code: ClassVar[int] = 21
    title: ClassVar[str] = "decimal notation as numbers"
    encode_mb_s: ClassVar[float] = 80
    decode_mb_s: ClassVar[float] = 240

    places: int = parameter(Integer("Digits behind the point", 0, 17), default=0)
    least: int = parameter(Integer("Digits behind the point, at least", 0, 17), default=0)
    length: int = parameter(Integer("Least length", 0, 40), default=0)
    fill: str = parameter(Choice("Filled up with", tuple(FILLS)), default="zeros")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.least > self.places:
            raise InvalidParams("There are not more digits at least than at most", field="least")

    def parse(self, data: Array, ends: Any) -> tuple[Any, Any]:
        from compression.engine.kernels import decimals

        numbers, fits = np.zeros(len(ends), np.int64), np.zeros(len(ends), np.uint8)
        fill = FILLS[self.fill]
        decimals.parse(data, ends, self.places, self.least, self.length, fill, numbers, fits)
        return numbers, fits

    def write(self, numbers: Any, most: int) -> Array:
        from compression.engine.kernels import decimals

        size = decimals.measure(numbers, self.places, self.least, self.length)
        if not 0 <= size <= most:
            raise CorruptStream("A column of numbers is larger than possible")
        out = np.empty(size, np.uint8)
        decimals.write(numbers, self.places, self.least, self.length, FILLS[self.fill], out)
        return out
