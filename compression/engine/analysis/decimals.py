"""Whether floating-point numbers are decimals: whole numbers divided by a power of ten."""

from typing import Any

import numpy as np

FEW = 512
MOST_POWER = 12
NEARLY_ALL = 0.9
PRECISE = {4: float(1 << 22), 8: float(1 << 50)}
"""What the whole numbers must be below by bytes of the floats: near what a float can hold, all are decimals."""


def decimal_power(numbers: Any) -> int | None:
    """The least power of ten whose multiples nearly all of `numbers` (floats of 4 or 8 bytes) are, or None.

    Bytes that are no floats at all are told by their exponents, which run over the whole range.
    """
    some = numbers if len(numbers) <= FEW else numbers[:: len(numbers) // FEW][:FEW]
    with np.errstate(all="ignore"):
        values = some.astype(np.float64)
        sizes = np.abs(values)
        usual = ((sizes > 1e-7) & (sizes < 1e13)) | (values == 0)
        if not len(some) or usual.mean() < NEARLY_ALL or not sizes.any():
            return None
        for power in range(MOST_POWER + 1):
            whole = np.rint(values * 10.0**power)
            right = ((whole / 10.0**power).astype(some.dtype) == some) & (
                np.abs(whole) < PRECISE[some.dtype.itemsize]
            )
            if right.mean() >= NEARLY_ALL:
                return power
    return None
