"""Machine code: where it is found, and that calls of one function become alike."""

import random
import struct

import numpy as np
import pytest

from compression.engine.analysis.executables import executables
from compression.engine.errors import Unfit
from compression.engine.machine_code import BLOCK, runs
from compression.engine.streams import Array, Stream, array
from compression.engine.transforms.branches import Branches

from .trips import assert_restored, restored

FUNCTIONS = (0x100, 0x2340, 0x15000)


def x86(size: int, seed: int = 0) -> bytes:
    """Calls of a few functions, between instructions of other bytes."""
    draw = random.Random(seed)
    code = bytearray()
    while len(code) < size:
        code += draw.choice([b"\x48\x89\xe5", b"\x31\xc0", b"\x5b\x5d\xc3", b"\x83\xc4\x08"])
        opcode = draw.choice([b"\xe8", b"\xe9", b"\x48\x8d\x3d", b"\x8b\x05", b"\xff\x15", b"\x0f\x28\x05"])
        code += opcode
        code += struct.pack("<i", draw.choice(FUNCTIONS) - len(code) - 4)
    return bytes(code[:size])


def arm64(size: int) -> bytes:
    """The same for ARM of 64 bits, with pages."""
    draw = random.Random(0)
    code: list[int] = []
    while 4 * len(code) < size:
        code.append(0x94000000 | (draw.choice(FUNCTIONS) // 4 - len(code)) & 0x3FFFFFF)
        page = (0x30 - (4 * len(code) >> 12)) & 0x1FFFFF
        code += [0x90000000 | (page & 3) << 29 | page >> 2 << 5, 0xD65F03C0]
    return np.array(code, "<u4").tobytes()[:size]


def changed(machine: str, data: bytes) -> Array:
    """The code, proved to lead back."""
    (stream,) = assert_restored(Branches(machine=machine), data).streams
    return stream.data


def test_calls_of_one_function_are_alike() -> None:
    code = changed("x86", x86(20_000)).tobytes()
    for function in FUNCTIONS:
        assert code.count(b"\xe8" + struct.pack(">i", function)) > 50
        assert code.count(b"\x48\x8d\x3d" + struct.pack(">i", function)) > 50


def test_calls_and_pages_of_arm_are_alike() -> None:
    code = changed("arm64", arm64(40_000)).view("<u4")
    assert len(np.unique(code)) == len(FUNCTIONS) + 2


def test_addresses_on_the_border_come_back() -> None:
    draw = random.Random(3)
    for last in (0, 0xFF, 0x7F):
        for third in (0, 1, 0x7F, 0x80, 0xFE, 0xFF):
            calls = b"".join(
                b"\xe8" + bytes([draw.randrange(256), draw.choice((0, 255)), third, 0 if n % 3 else last])
                for n in range(5000)
            )
            encoded = Branches(machine="x86").encode(Stream(array(calls)))
            assert restored(Branches(machine="x86"), encoded) == calls


def test_what_is_around_code_stays() -> None:
    front = random.Random(1).randbytes(10 * BLOCK)
    data = front + x86(10 * BLOCK) + front
    assert runs(array(data), "x86") == [(10, 10)]
    result = changed("x86", data).tobytes()
    assert result[: 10 * BLOCK] == front
    assert result[20 * BLOCK :] == front


@pytest.mark.parametrize(("machine", "code"), [("x86", x86(60_000)), ("arm64", arm64(60_000))])
def test_the_right_processor_is_proposed(machine: str, code: bytes) -> None:
    (proposal,) = executables(Stream(array(bytes(5000) + code)))
    assert proposal.chain == (Branches(machine=machine),)


@pytest.mark.parametrize(
    "data", [b"", bytes(50_000), b"some text\n" * 5000, random.Random(2).randbytes(50_000)]
)
def test_other_content_is_not_taken_for_code(data: bytes) -> None:
    assert list(executables(Stream(array(data)))) == []
    with pytest.raises(Unfit):
        changed("x86", data)
