"""Addresses in x86 code: relative ones as the absolute ones that they lead to, and back."""

from typing import Any

from compression.engine.kernels import helper, kernel

LONGEST = 7
"""Bytes of opcode and address, at most."""


@helper
def _opcode(code: Any, i: int) -> int:
    """Bytes of the opcode of an instruction that ends in a relative address of four bytes; 0 where it is another."""
    first, second, third = 0 + code[i], 0 + code[i + 1], 0 + code[i + 2]
    if first == 0xE8 or first == 0xE9:
        return 1
    if first == 0xFF:
        return 2 if second == 0x15 or second == 0x25 else 0
    if (first == 0x8B or first == 0x89) and second & 0xC7 == 5:
        return 2
    if third & 0xC7 != 5:
        return 0
    if first & 0xF8 == 0x48:
        return 3 if (second < 0x40 and second & 7 < 4) or second == 0x63 or 0x84 <= second <= 0x8D else 0
    if first == 0x0F:
        group = second >> 4
        return 3 if group == 1 or group == 2 or 5 <= group <= 7 or group == 11 else 0
    return 0


@kernel("void(uint8[::1], int64, int64)")
def to_absolute(code: Any, start: int, end: int) -> None:
    """Change the addresses from `start` to `end`, in place; the highest byte comes first then."""
    i = max(start, 0)
    last = min(end, len(code)) - LONGEST
    while i <= last:
        size = _opcode(code, i)
        if not size:
            i += 1
            continue
        j = i + size
        value = code[j] + code[j + 1] * 256 + code[j + 2] * 65536 + code[j + 3] * 16777216
        high = value >> 24
        if high == 0 or high == 255:
            value = (value + j + 4) & 0x1FFFFFF
            if value >> 24:
                value |= 0xFF000000
        for n in range(4):
            code[j + n] = value >> (24 - 8 * n) & 255
        i = j + 4


@kernel("void(uint8[::1], int64, int64)")
def to_relative(code: Any, start: int, end: int) -> None:
    """The inverse of `to_absolute`, in place."""
    i = max(start, 0)
    last = min(end, len(code)) - LONGEST
    while i <= last:
        size = _opcode(code, i)
        if not size:
            i += 1
            continue
        j = i + size
        value = code[j] * 16777216 + code[j + 1] * 65536 + code[j + 2] * 256 + code[j + 3]
        high = value >> 24
        if high == 0 or high == 255:
            value = (value - j - 4) & 0x1FFFFFF
            if value >> 24:
                value |= 0xFF000000
        for n in range(4):
            code[j + n] = value >> (8 * n) & 255
        i = j + 4
