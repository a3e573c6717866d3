"""The filters of PNG: each byte of a row minus what its neighbours lead to expect, and back."""

from typing import Any

from compression.engine.kernels import helper, kernel

SUB, UP, AVERAGE, PAETH = 1, 2, 3, 4
"""Any other number of a filter is no filter."""


@helper
def _expected(kind: int, left: int, up: int, corner: int) -> int:
    """What a filter expects of a byte, from its neighbours."""
    if kind == SUB:
        return left
    if kind == UP:
        return up
    if kind == AVERAGE:
        return (left + up) >> 1
    if kind != PAETH:
        return 0
    guess = left + up - corner
    far_left, far_up, far_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if far_left <= far_up and far_left <= far_corner:
        return left
    return up if far_up <= far_corner else corner


@kernel("void(uint8[::1], uint8[:, ::1], int64)")
def unfilter(kinds: Any, rows: Any, pixel: int) -> None:
    """Turn filtered rows into pixels of `pixel` bytes, in place."""
    for y in range(min(rows.shape[0], kinds.shape[0])):
        kind = 0 + kinds[y]
        for x in range(rows.shape[1]):
            left = 0 + rows[y, x - pixel] if x >= pixel else 0
            up = 0 + rows[y - 1, x] if y else 0
            corner = 0 + rows[y - 1, x - pixel] if y and x >= pixel else 0
            rows[y, x] = (rows[y, x] + _expected(kind, left, up, corner)) & 255


@kernel("void(uint8[::1], uint8[:, ::1], int64)")
def refilter(kinds: Any, rows: Any, pixel: int) -> None:
    """The inverse of `unfilter`, in place: from the last byte to the first, so that neighbours are still pixels."""
    for y in range(min(rows.shape[0], kinds.shape[0]) - 1, -1, -1):
        kind = 0 + kinds[y]
        for x in range(rows.shape[1] - 1, -1, -1):
            left = 0 + rows[y, x - pixel] if x >= pixel else 0
            up = 0 + rows[y - 1, x] if y else 0
            corner = 0 + rows[y - 1, x - pixel] if y and x >= pixel else 0
            rows[y, x] = (rows[y, x] - _expected(kind, left, up, corner)) & 255
