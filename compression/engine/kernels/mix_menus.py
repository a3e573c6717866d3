"""Which contexts the context-mixing coder has for a kind of data: programs for `mix.run`.

A context is a list of parts, each an operation with two numbers. What a menu says is a part of the format: it decides
what a decoder predicts. A better menu gets a name of its own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

OPERATIONS = 4
"""Parts that a context has at most."""
HISTORY, VALUE, BYTE, GRADIENT, MEAN, DIFFERENCE = 1, 2, 3, 4, 5, 6
WORD, WORD_BEFORE, LANE, COLUMN, ABOVE, FIELD, ABOVE_IN_FIELD, SHAPE = range(8)

Operation = tuple[int, int, int]
Context = tuple[Operation, ...]


def last(count: int) -> Operation:
    """The last `count` bytes, up to 7."""
    return HISTORY, (1 << 8 * count) - 1, 0


def masked(mask: int) -> Operation:
    """Of the last 8 bytes, the last lowest, the bits of the mask."""
    return HISTORY, mask, 0


def value(number: int) -> Operation:
    """What the kernel keeps up: a word, a column."""
    return VALUE, number, 0


def back(distance: int, shift: int = 0) -> Operation:
    """The upper bits of the byte so far back."""
    return BYTE, distance, shift


def gradient(one: int, other: int) -> Operation:
    """Two bytes, less the one that lies before both."""
    return GRADIENT, one, other


def mean(one: int, other: int) -> Operation:
    """The mean of two bytes."""
    return MEAN, one, other


def difference(one: int, other: int) -> Operation:
    """How much larger a byte is than another."""
    return DIFFERENCE, one, other


def text(stride: int, width: int) -> list[Context]:
    """Lines of words, also logs, tables and source text."""
    return [
        (last(1),),
        (last(2),),
        (last(3),),
        (last(4),),
        (last(6),),
        (value(WORD), last(1)),
        (value(WORD), value(WORD_BEFORE)),
        (value(COLUMN), value(ABOVE)),
        (value(ABOVE_IN_FIELD), last(1)),
        (value(FIELD), value(SHAPE)),
        (value(SHAPE),),
        (),
    ]


def binary(stride: int, width: int) -> list[Context]:
    """Anything else."""
    return [
        (),
        (last(1),),
        (last(2),),
        (last(3),),
        (last(6),),
        (masked(0xFF00),),
        (masked(0xFF0000),),
        (masked(0xFF000000),),
        (masked(0xFFFF00),),
        (masked(0xF0F0F0FF),),
        (masked(0xF0F0F0F0F0F0),),
        (value(SHAPE),),
    ]


def records(stride: int, width: int) -> list[Context]:
    """Records of `stride` bytes; a byte is like the one above it."""
    lane = value(LANE)
    return [
        (lane,),
        (lane, back(stride)),
        (lane, back(2 * stride)),
        (lane, last(1)),
        (lane, last(2)),
        (last(3),),
        (last(4),),
        (lane, back(stride), back(2 * stride)),
        (lane, gradient(1, stride)),
        (lane, last(1), back(stride), back(stride - 1) if stride > 1 else back(2)),
    ]


def image(stride: int, width: int) -> list[Context]:
    """Rows of `stride` bytes of pixels of `width` bytes."""
    lane = value(LANE)
    return [
        (lane, gradient(width, stride)),
        (back(width), back(stride)),
        (back(width), last(1)),
        (gradient(width, stride), last(1)),
        (back(width), back(2 * width)),
        (back(stride), back(max(stride - width, 1))),
        (mean(width, stride), back(max(stride - width, 1), 2)),
        (gradient(width, stride), back(1, 1), back(stride + width, 2)),
        (back(width), back(1), back(2)),
    ]


def numbers(stride: int, width: int) -> list[Context]:
    """Numbers of `width` bytes, the highest byte first."""
    if width == 1:
        return [(), (last(1),), (last(2),), (last(3),), (back(2),), (mean(1, 2),)]
    return [*records(width, width), (value(LANE), back(width), back(2 * width), back(3 * width))]


MENUS: dict[str, Callable[[int, int], list[Context]]] = {
    "text": text,
    "binary": binary,
    "records": records,
    "image": image,
    "numbers": numbers,
}


def program(menu: str, stride: int, width: int) -> Any:
    """The contexts of a menu as the kernel reads them."""
    contexts = MENUS[menu](stride, width)
    rows = np.zeros((len(contexts), 3 * OPERATIONS), np.int64)
    for row, parts in zip(rows, contexts, strict=True):
        flat = [number for part in parts for number in part]
        row[: len(flat)] = flat
    return rows
