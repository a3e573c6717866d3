"""What the contexts of the context-mixing coder are made of: see `mix_menus` for what they are, `mix` for their use."""

from typing import Any

import numpy as np

from compression.engine.kernels import mix_menus as menu
from compression.engine.kernels import part

VALUES, FIELDS = 8, 64
PRIME = 0x2545F4914F6CDD1D
OTHER_PRIME = 0x5851F42D4C957F2D


@part
def _value(operation: Any, a: Any, b: Any, data: Any, at: Any, last8: Any, values: Any) -> Any:
    """One part of a context."""
    if operation == menu.HISTORY:
        return last8 & a
    if operation == menu.VALUE:
        return values[a & (VALUES - 1)]
    if a < 1 or at < a:
        return 0
    first = np.int64(data[at - a])
    if operation == menu.BYTE:
        return first >> (b & 7)
    if b < 1 or at < a + b:
        return first
    second = np.int64(data[at - b])
    if operation == menu.GRADIENT:
        return (first + second - data[at - a - b]) & 511
    return (first + second) >> 1 if operation == menu.MEAN else (first - second) & 255


@part
def contexts(program: Any, data: Any, at: Any, last8: Any, values: Any, hashes: Any) -> None:
    """The hash of each context before the byte at `at`."""
    for context in range(len(hashes)):
        code = np.int64(context + 1) * OTHER_PRIME
        for number in range(menu.OPERATIONS):
            operation = program[context, 3 * number]
            if operation == 0:
                break
            value = _value(
                operation,
                program[context, 3 * number + 1],
                program[context, 3 * number + 2],
                data,
                at,
                last8,
                values,
            )
            code = (code + value + 1) * PRIME
            code ^= code >> 29
        hashes[context] = code


@part
def _class(byte: Any) -> Any:
    """What sort of character a byte is, in four bits."""
    if 97 <= byte <= 122 or byte >= 128:
        return 1
    if 48 <= byte <= 57:
        return 2
    if 65 <= byte <= 90:
        return 3
    return 4 + (byte & 7) if byte >= 32 else 12 + (byte & 3)


@part
def _note_line(byte: Any, data: Any, at: Any, values: Any, line: Any) -> None:
    """Keep up where in a line the byte after `at` is, and what the line before has there."""
    start, before, field = line[0], line[1], line[2]
    if byte == 10:
        line[1], line[0], line[2] = start, at + 1, 0
        for number in range(FIELDS):
            line[3 + number] = line[3 + FIELDS + number]
        start, before, field = at + 1, start, 0
        line[3 + FIELDS] = start
    elif byte in (
        9,
        32,
        34,
        38,
        40,
        41,
        44,
        59,
        60,
        61,
        62,
        123,
        124,
        125,
    ):  # white space, " & ( ) , ; < = > { | }
        field = min(field + 1, FIELDS - 1)
        line[2] = field
        line[3 + FIELDS + field] = at + 1
    column = at + 1 - start
    values[menu.COLUMN] = min(column, 255)
    values[menu.ABOVE] = data[before + column] if before + column < start else 0
    values[menu.FIELD] = field
    there = line[3 + field] + at + 1 - line[3 + FIELDS + field]
    values[menu.ABOVE_IN_FIELD] = data[there] | field << 8 if 0 <= there < start else field << 8


@part
def note(byte: Any, data: Any, at: Any, lanes: Any, values: Any, line: Any) -> None:
    """Keep up the values of which contexts are made, after the byte at `at`."""
    lower = byte + 32 if 65 <= byte <= 90 else byte
    if 97 <= lower <= 122 or lower >= 128:
        word = (values[menu.WORD] + lower) * PRIME
        values[menu.WORD] = word ^ word >> 27
    elif values[menu.WORD] != 0:
        values[menu.WORD_BEFORE] = values[menu.WORD]
        values[menu.WORD] = 0
    values[menu.LANE] = values[menu.LANE] + 1 if values[menu.LANE] + 1 < lanes else 0
    values[menu.SHAPE] = (values[menu.SHAPE] << 4 | _class(byte)) & 0xFFFFFFFF
    _note_line(byte, data, at, values, line)
