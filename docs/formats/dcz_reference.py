"""A decoder of .dcz files in plain Python: the format as a program, beside its description in dcz.md.

    python dcz_reference.py FILE.dcz > FILE

It is made to be read and compared with, not to be fast (context mixing takes some milliseconds for every byte), and it
trusts its input: no limit of memory or time is kept. It needs Python 3.11, and for the leaves that are made by them
the packages brotli, bzip3, lz4, pcodec, backports.zstd (from Python 3.14 on: none), and xxhash for the checksums.
"""

import hashlib
import itertools
import lzma
import re
import struct
import sys
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

MAGIC = b"\xdcZC1"
MAX_FRAME, MAX_HEAD, MAX_ONLY, SLACK = 16 << 20, 1 << 24, 64 << 10, 64 << 10
MAX_DEPTH, MAX_NODES = 24, 20_000
NEWLINE = 10


class Damaged(Exception):
    """These bytes are no .dcz file, or not as they were."""


def need(condition: object, what: str) -> None:
    """Raise Damaged unless the condition holds."""
    if not condition:
        raise Damaged(what)


# Numbers and byte strings


class Reader:
    """Reads bytes from the first to the last."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes that are not read yet."""
        return len(self.data) - self.at

    def exactly(self, size: int) -> bytes:
        """The next bytes."""
        need(size <= self.left, "The data end too early")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, most: int = (1 << 64) - 1) -> int:
        """A whole number from 0 on: seven bits in a byte, the lowest first, with the top bit on all but the last."""
        value = 0
        for shift in range(0, 70, 7):
            (byte,) = self.exactly(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                need(value <= most, f"A number is {value}, and at most {most} is possible")
                return value
        raise Damaged("A number has too many bytes")

    def signed(self) -> int:
        """A number of either sign: 0, -1, 1, -2, ... are written as 0, 1, 2, 3, ..."""
        return unfolded(self.number())

    def numbers(self) -> list[int]:
        """A count and so many numbers."""
        return [self.number() for _ in range(self.number(self.left))]

    def string(self) -> bytes:
        """A length and so many bytes."""
        return self.exactly(self.number())

    def rest(self) -> bytes:
        """All that is left."""
        return self.exactly(self.left)


def unfolded(number: int) -> int:
    """The number of either sign that this one stands for."""
    return -((number + 1) >> 1) if number & 1 else number >> 1


def words(data: bytes, width: int) -> list[int]:
    """Little-endian whole numbers of so many bytes."""
    need(len(data) % width == 0, "A stream of numbers has a part of one")
    return [int.from_bytes(data[at : at + width], "little") for at in range(0, len(data), width)]


def written(numbers: Iterable[int], width: int) -> bytes:
    """The inverse of `words`; of larger numbers the lowest bytes."""
    mask = (1 << 8 * width) - 1
    return b"".join((number & mask).to_bytes(width, "little") for number in numbers)


def signed(number: int, bits: int = 64) -> int:
    """The lowest bits of a number as one of either sign: arithmetic in registers of so many bits."""
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


# Parts: their parameters, and the registers of transforms and leaves


@dataclass(frozen=True)
class Parameter:
    """A parameter of a part: what it is, its default, and how it is read."""

    sort: str
    default: Any
    read: Callable[[Reader], Any]


def integer(least: int, most: int, default: int) -> Parameter:
    """A whole number, written from its least value on."""
    return Parameter("integer", default, lambda reader: least + reader.number(most - least))


def integers(least: int, default: Sequence[int]) -> Parameter:
    """A list of whole numbers, each written from the least value on."""
    return Parameter("integers", tuple(default), lambda reader: tuple(least + n for n in reader.numbers()))


def choice(*options: str, default: str = "") -> Parameter:
    """One of some words, written as its number."""
    return Parameter("choice", default or options[0], lambda reader: options[reader.number(len(options) - 1)])


def flag() -> Parameter:
    """Yes (1) or no (0)."""
    return Parameter("flag", False, lambda reader: bool(reader.number(1)))


def binary(default: bytes) -> Parameter:
    """Bytes, with their length."""
    return Parameter("binary", default, Reader.string)


def text(default: str) -> Parameter:
    """ASCII text, with its length."""
    return Parameter("text", default, lambda reader: reader.string().decode("ascii"))


@dataclass(frozen=True)
class Part:
    """A transform or a leaf that is known here."""

    id: str
    version: int
    parameters: dict[str, Parameter]
    decode: Callable[..., bytes]
    outputs: Callable[[Any], int]

    def unpacked(self, reader: Reader) -> SimpleNamespace:
        """The parameters: a number whose bits say which of them differ from their default, and these."""
        values = {name: item.default for name, item in self.parameters.items()}
        if values:
            changed = reader.number((1 << len(values)) - 1)
            for number, (name, item) in enumerate(self.parameters.items()):
                if changed >> number & 1:
                    values[name] = item.read(reader)
        return SimpleNamespace(**values)


TRANSFORMS: dict[int, Part] = {}
LEAVES: dict[int, Part] = {}
Decoder = Callable[..., bytes]


def transform(
    code: int, name: str, outputs: int | Callable[[Any], int] = 1, **parameters: Parameter
) -> Callable[[Decoder], Decoder]:
    """Register a transform: its decoder takes parameters, streams and the note."""
    count = outputs if callable(outputs) else lambda p: outputs

    def registered(decode: Decoder) -> Decoder:
        TRANSFORMS[code] = Part(name, 1, parameters, decode, count)
        return decode

    return registered


def leaf(code: int, name: str, **parameters: Parameter) -> Callable[[Decoder], Decoder]:
    """Register a leaf: its decoder takes parameters, the body, and the number of bytes that come out."""

    def registered(decode: Decoder) -> Decoder:
        LEAVES[code] = Part(name, 1, parameters, decode, lambda p: 0)
        return decode

    return registered


def part_of(register: dict[int, Part], code: int) -> Part:
    """The part of a code."""
    need(code in register, f"A part of the pipeline has the number {code}, which is unknown here")
    return register[code]


# The pipeline


@dataclass
class Node:
    """A transform, or the end of a stream in the leaf of a number."""

    leaf: int = -1
    part: Part | None = None
    parameters: Any = None
    children: list["Node"] = field(default_factory=list)

    def all(self) -> Iterator["Node"]:
        """This node and all below it: each before its children, these from the first to the last."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass
class Pipeline:
    """A tree of transforms, and the leaves in which its streams end."""

    root: Node
    leaves: list[tuple[Part, Any]]

    @classmethod
    def unpacked(cls, data: bytes) -> "Pipeline":
        """The pipeline of its packed form."""
        reader = Reader(data)
        count = known = 0

        def node(depth: int) -> Node:
            nonlocal count, known
            count += 1
            need(depth <= MAX_DEPTH and count <= MAX_NODES, "The pipeline is too deep or too large")
            code = reader.number()
            if code == 0:
                number = reader.number(known)
                known = max(known, number + 1)
                return Node(leaf=number)
            part = part_of(TRANSFORMS, code)
            parameters = part.unpacked(reader)
            children = [node(depth + 1) for _ in range(part.outputs(parameters))]
            return Node(part=part, parameters=parameters, children=children)

        root = node(0)
        leaves = []
        for _ in range(known):
            part = part_of(LEAVES, reader.number())
            leaves.append((part, part.unpacked(reader)))
        need(reader.left == 0, "Something follows the pipeline")
        return cls(root, leaves)

    def decode(self, payload: bytes, size: int) -> bytes:
        """The content of a frame."""
        reader = Reader(payload)
        head = unpacked_head(reader)
        notes: list[bytes] = []
        sizes: list[list[int]] = [[] for _ in self.leaves]
        for node in self.root.all():
            if node.part:
                notes.append(head.string())
            else:
                sizes[node.leaf].append(size if node is self.root else head.number())
        lengths = [head.number() for _ in self.leaves[:-1]]
        need(head is reader or head.left == 0, "Something follows the head of a frame")
        bodies = [reader.exactly(length) for length in lengths]
        bodies += [reader.rest()] if self.leaves else []
        need(reader.left == 0, "Something follows a payload without leaves")
        streams: list[Iterator[bytes]] = []
        for (part, parameters), body, parts in zip(self.leaves, bodies, sizes, strict=True):
            data = part.decode(parameters, body, sum(parts))
            need(len(data) == sum(parts), "A stream has another length than stated")
            streams.append(iter(cut_up(data, parts)))
        return self._walk(self.root, iter(notes), streams)

    def _walk(self, node: Node, notes: Iterator[bytes], streams: list[Iterator[bytes]]) -> bytes:
        if node.part is None:
            return next(streams[node.leaf])
        note = next(notes)
        return node.part.decode(
            node.parameters, [self._walk(child, notes, streams) for child in node.children], note
        )


def unpacked_head(reader: Reader) -> Reader:
    """The head of a payload; where it is not deflated the bodies follow in the same reader."""
    if not reader.number(1):
        return reader
    size = reader.number(MAX_HEAD)
    head = zlib.decompressobj(-15).decompress(reader.string())
    need(len(head) == size, "The head of a frame has another length than stated")
    return Reader(head)


def cut_up(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    """Data in parts of these sizes."""
    ends = list(itertools.accumulate(sizes))
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


# The container


def decode(blob: bytes) -> bytes:
    """The content of a .dcz file; raises Damaged where that cannot be proven to be what was compressed."""
    reader = Reader(blob)
    need(reader.exactly(4) == MAGIC, "This is no .dcz file")
    pipelines: list[Pipeline] = []
    entries: list[tuple[int, int]] = []
    frames: list[bytes] = []
    while True:
        start = reader.at
        kind = reader.number()
        if kind == 4 and start == len(MAGIC):
            return only(reader)
        if kind == 1:
            pipelines.append(Pipeline.unpacked(reader.string()))
            entries.append((reader.at - start, 0))
        elif kind == 2:
            data = frame(reader, pipelines[reader.number(len(pipelines) - 1)])
            entries.append((reader.at - start, len(data)))
            frames.append(data)
        else:
            need(kind == 3, f"A block is of type {kind}, which is unknown here")
            content = b"".join(frames)
            check_end(reader, start, entries, content)
            return content


def frame(reader: Reader, pipeline: "Pipeline", most: int = 2 * MAX_FRAME) -> bytes:
    """The content of a frame, from its size on."""
    import xxhash

    size = reader.number(MAX_FRAME)
    need(size, "A frame is empty")
    payload = reader.string()
    need(len(payload) <= min(most, size + SLACK), "The payload of a frame is too long")
    data = pipeline.decode(payload, size)
    need(len(data) == size, "A frame has another length than stated")
    need(xxhash.xxh3_64(data).digest() == reader.exactly(8), "The checksum of a frame is another")
    return data


def only(reader: Reader) -> bytes:
    """The content where it is one frame, alone."""
    data = frame(reader, Pipeline.unpacked(reader.string()), MAX_ONLY)
    need(reader.left == 0, "Something follows the frame")
    return data


def check_end(reader: Reader, start: int, entries: list[tuple[int, int]], content: bytes) -> None:
    """What the end block says, and what follows it."""
    listed = [(reader.number(), reader.number()) for _ in range(reader.number(len(entries)))]
    need(listed == entries and reader.number() == len(content), "The index does not fit the blocks")
    need(reader.exactly(32) == hashlib.sha256(content).digest(), "The content has another SHA-256")
    length = reader.at - start
    need(reader.exactly(4) == length.to_bytes(4, "little"), "The end leads elsewhere")
    need(reader.exactly(4) == MAGIC[::-1] and reader.left == 0, "The end of the file is damaged")


# Leaves made by libraries


@leaf(1, "store")
def store(p: Any, body: bytes, size: int) -> bytes:
    """The bytes themselves."""
    return body


@leaf(2, "zstd", level=integer(1, 22, 19))
def zstandard(p: Any, body: bytes, size: int) -> bytes:
    """A Zstandard frame without its magic number."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 25}
    return bytes(zstd.ZstdDecompressor(options=options).decompress(b"\x28\xb5\x2f\xfd" + body))


@leaf(3, "lzma", lc=integer(0, 4, 3), lp=integer(0, 4, 0), pb=integer(0, 4, 2))
def lzma1(p: Any, body: bytes, size: int) -> bytes:
    """LZMA1 with its end mark, without its first byte, which is always 0."""
    dictionary = min(16 << 20, max(4096, 1 << max(size - 1, 1).bit_length()))
    settings = {"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": p.lc, "lp": p.lp, "pb": p.pb}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings]).decompress(b"\0" + body)


@leaf(4, "brotli", quality=integer(0, 11, 11))
def brotli_stream(p: Any, body: bytes, size: int) -> bytes:
    """A brotli stream."""
    import brotli

    return bytes(brotli.decompress(body))


@leaf(5, "bzip3")
def bzip3_block(p: Any, body: bytes, size: int) -> bytes:
    """The one block of a bzip3 file without its sizes and the header of the file."""
    import bz3

    if not size:
        return body
    header = b"BZ3v1" + struct.pack("<III", max(65 << 10, size), len(body), size)
    library: Any = bz3  # its stubs name less than it has
    return bytes(library.decompress(header + body))


@leaf(6, "lz4", level=integer(0, 12, 0))
def lz4_block(p: Any, body: bytes, size: int) -> bytes:
    """An LZ4 block."""
    import lz4.block

    return bytes(lz4.block.decompress(body, uncompressed_size=size)) if size else body


@leaf(
    7,
    "pcodec",
    type=choice("u2", "u4", "u8", "i2", "i4", "i8", "f4", "f8", default="u4"),
    level=integer(1, 12, 8),
)
def pcodec_numbers(p: Any, body: bytes, size: int) -> bytes:
    """A standalone file of pcodec; its type is in it."""
    from pcodec import standalone

    numbers = standalone.simple_decompress(body)
    return b"" if numbers is None else bytes(numbers.tobytes())


# The leaf of errors


@leaf(
    60,
    "errors",
    width=integer(1, 4, 1),
    step=integer(1, 64, 1),
    row=integer(0, 1 << 22, 0),
    plane=integer(0, 1 << 22, 0),
)
def errors(p: Any, body: bytes, size: int) -> bytes:
    """Folded errors of a prediction: the number of bits of each, and its bits below the highest."""
    coder = Errors(p, body)
    found: list[int] = []
    for i in range(size // p.width):
        found.append(coder.next(found, i))
    return written(found, p.width)


POINTS = (
    "1 2 3 6 10 16 27 45 73 120 194 310 488 747 1101 1546 2047 2549 2994 3348 3607 3785 3901 3975 4022 4050 4068 "
    "4079 4085 4089 4092 4093 4094 4094"
)


def squash12() -> list[int]:
    """Probabilities of 12 bits for stretched values from -2048 to 2047."""
    points = [int(point) for point in POINTS.split()]
    return [
        (points[(x >> 7) + 16] * (128 - (x & 127)) + points[(x >> 7) + 17] * (x & 127) + 64) >> 7
        for x in range(-2048, 2048)
    ]


def grade(value: int) -> int:
    """A size as its logarithm, in steps of about a third."""
    bits = 0
    while value >> bits > 7:
        bits += 1
    return min(bits * 4 + (value >> bits), 127)


def coarse(value: int) -> int:
    """A size as its logarithm, in larger steps."""
    return min(grade(value * 2), 95) // 3


class Interval:
    """The arithmetic decoder: an interval of 32 bits, in which the code is."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.low, self.high, self.at = 0, 0xFFFFFFFF, 0
        self.code = 0
        for _ in range(4):
            self._more()

    def _more(self) -> None:
        byte = self.body[self.at] if self.at < len(self.body) else 0
        self.code = (self.code << 8 | byte) & 0xFFFFFFFF
        self.at += 1

    def bit(self, chance: int) -> int:
        """The next bit, which is 1 with so many 65,536ths."""
        span = self.high - self.low
        middle = self.low + (span >> 16) * chance + ((span & 0xFFFF) * chance >> 16)
        bit = int(self.code <= middle)
        if bit:
            self.high = middle
        else:
            self.low = middle + 1
        while not (self.low ^ self.high) & 0xFF000000:
            self._more()
            self.low = self.low << 8 & 0xFFFFFFFF
            self.high = (self.high << 8 & 0xFFFFFFFF) | 255
        return bit


class Errors:
    """What the decoder of errors knows so far."""

    VIEWS = 5

    def __init__(self, p: Any, body: bytes) -> None:
        self.p = p
        self.interval = Interval(body)
        self.squash = squash12()
        self.stretch = [min(bisect_left(self.squash, n) - 2048, 2047) for n in range(4096)]
        self.bits: int = 8 * p.width
        self.seen: list[dict[int, list[int]]] = [{} for _ in range(self.VIEWS)]
        self.weights: dict[tuple[int, int], list[int]] = {}
        self.slow: list[int] = [0] * p.step

    def next(self, found: list[int], i: int) -> int:
        """The error number `i`, behind those that were found."""
        channel = i % self.p.step
        near, views = self.look(found, i, channel)
        group = channel * 2 + (near > 24)
        depth = self.bits.bit_length()
        node = 1
        for _ in range(depth):
            node = node * 2 + self.decide(group, node, [(view << depth) + node for view in views])
        size = min(node - (1 << depth), self.bits)
        value = min(size, 1)
        for n in range(size - 1):
            if n < 3:
                place = (1 << 16) + size % 32 * 8 + value
                bit = self.decide(group, value, [(view << 8) + place for view in views])
            else:
                bit = self.interval.bit(1 << 15)
            value = value * 2 + bit
        self.slow[channel] += ((value << 8) - self.slow[channel]) >> 5
        return value & 0xFFFFFFFF

    def look(self, found: list[int], i: int, channel: int) -> tuple[int, list[int]]:
        """How large the errors near by are, and the contexts made of them."""
        step: int = self.p.step
        row: int = self.p.row
        plane: int = self.p.plane

        def at(place: int, otherwise: int) -> int:
            return found[place] if place >= 0 else otherwise

        up = row or 2 * step
        w = at(i - step, 0)
        n = at(i - up, w)
        nw = at(i - up - step, n)
        ne = at(i - up + step, n) if row else at(i - 3 * step, n)
        ww = at(i - 2 * step, w)
        nn = at(i - 2 * up, n)
        beside = at(i - 1, w) if channel > 0 else w
        far = at(i - plane, n) if plane else beside
        near = grade((2 * w + 2 * n + nw + ne) * 2 + ww + nn)
        mine = min(channel, 3)
        return near, [
            near * 4 + mine,
            coarse(w) * 32 + coarse(n),
            grade(self.slow[channel] >> 3) * 4 + mine,
            near // 4 * 32 + coarse((beside + far) >> 1),
            coarse((ne + nw + nn) // 3) * 32 + coarse((w + ww + far) // 3),
        ]

    def decide(self, group: int, row: int, places: list[int]) -> int:
        """A bit, by what was learnt at these places, and learn from it."""
        weights = self.weights.setdefault((group, row), [65536 // 3] * self.VIEWS)
        slots = [seen.setdefault(place, [1 << 15, 0]) for seen, place in zip(self.seen, places, strict=True)]
        inputs = [self.stretch[chance >> 4] for chance, _ in slots]
        total = sum(value * weight for value, weight in zip(inputs, weights, strict=True))
        mixed = self.squash[min(max(total >> 16, -2047), 2047) + 2048]
        bit = self.interval.bit(mixed * 16 + 8)
        miss = ((bit << 12) - mixed) * 4
        for v, slot in enumerate(slots):
            weights[v] += (inputs[v] * miss + 0x2000) >> 14
            slot[0] += ((bit << 16) - bit - slot[0]) * (655360 // (10 * slot[1] + 16)) >> 16
            slot[1] = min(slot[1] + 1, 255)
        return bit


# The leaf of context mixing


PRIME, OTHER_PRIME = 0x2545F4914F6CDD1D, 0x5851F42D4C957F2D
LIMIT = 3072
WORD, WORD_BEFORE, LANE, COLUMN, ABOVE, FIELD, ABOVE_IN_FIELD, SHAPE = range(8)
FIELDS = 64
SEPARATORS = b'\t "&(),;<=>{|}'


@leaf(
    10,
    "mix",
    model=choice("text", "binary", "records", "image", "numbers"),
    stride=integer(1, 1 << 16, 1),
    width=integer(1, 16, 1),
)
def mix(p: Any, body: bytes, size: int) -> bytes:
    """Bytes, bit by bit: see `Mix`."""
    if not size:
        return body
    data = Mix(p, body, size).decoded()
    if p.model == "numbers":
        whole = size // p.width * p.width
        data = b"".join(data[at : at + p.width][::-1] for at in range(0, whole, p.width)) + data[whole:]
    return data


def squash16() -> list[int]:
    """Probabilities in 65,536ths of stretched values from -LIMIT on, made by whole numbers alone."""
    one = 1 << 80
    root = term = one
    number = 0
    while term:
        number += 1
        term //= 256 * number
        root += term
    power, table = one, [0] * (2 * LIMIT)
    for value in range(LIMIT + 1):
        if value < LIMIT:
            table[LIMIT + value] = min(65536 * power // (power + one), 65535)
        table[LIMIT - value] = max(65536 * one // (power + one), 1)
        power = power * root // one
    table[LIMIT] = 32768
    return table


def history_kinds(zeros: int, ones: int) -> int:
    """How many histories have these counts."""
    more, fewer = max(zeros, ones), min(zeros, ones)
    if not 0 <= fewer < 6 or more > (20, 48, 15, 8, 6, 5)[fewer]:
        return 0
    return 1 + (fewer > 0 and zeros + ones <= 17)


def history_after(zeros: int, ones: int, bit: int) -> tuple[int, int]:
    """The counts of a history after one more bit."""
    if zeros < ones:
        ones, zeros = history_after(ones, zeros, 1 - bit)
        return zeros, ones
    if bit:
        zeros, ones = sum(zeros >= limit for limit in (1, 2, 3, 4, 5, 7, 8)), ones + 1
    else:
        zeros, ones = zeros + 1, sum(ones >= limit for limit in (1, 2, 3, 4, 5, 7, 8))
    while not history_kinds(zeros, ones):
        if ones < 2:
            zeros -= 1
        else:
            zeros, ones = (zeros * (ones - 1) + ones // 2) // ones, ones - 1
    return zeros, ones


def histories() -> tuple[list[list[int]], list[int]]:
    """For each history the next one after a 0 and after a 1, and what it says at first."""
    numbers: dict[tuple[int, int, int], int] = {}
    count = 0
    for total in range(50):
        for ones in range(total + 1):
            if kinds := history_kinds(total - ones, ones):
                numbers[total - ones, ones, 0] = count
                numbers[total - ones, ones, 1] = count + kinds - 1
                count += kinds
    following, beliefs = [[0, 0] for _ in range(256)], [1 << 31] * 256
    for (zeros, ones, _), number in numbers.items():
        for bit in (0, 1):
            following[number][bit] = numbers[(*history_after(zeros, ones, bit), bit)]
        if number:
            chance = ((ones * 2 + 1) << 22) // ((zeros + ones) * 2 + 2)
            beliefs[number] = min(max(chance, 64), (1 << 22) - 64) << 10 | 6
    return following, beliefs


Operation = tuple[str, int, int]


def last(count: int) -> Operation:
    """The last bytes, as a number."""
    return "history", (1 << 8 * count) - 1, 0


def masked(mask: int) -> Operation:
    """The bits of the mask, of the last 8 bytes."""
    return "history", mask, 0


def value(number: int) -> Operation:
    """One of the values that are kept up."""
    return "value", number, 0


def back(distance: int, shift: int = 0) -> Operation:
    """The upper bits of the byte so far back."""
    return "byte", distance, shift


def gradient(one: int, other: int) -> Operation:
    """Two bytes, less the one before both."""
    return "gradient", one, other


def mean(one: int, other: int) -> Operation:
    """The mean of two bytes."""
    return "mean", one, other


def menu(model: str, stride: int, width: int) -> list[tuple[Operation, ...]]:
    """The contexts of a model."""
    lane = value(LANE)
    if model == "text":
        return [
            *((last(count),) for count in (1, 2, 3, 4, 6)),
            (value(WORD), last(1)),
            (value(WORD), value(WORD_BEFORE)),
            (value(COLUMN), value(ABOVE)),
            (value(ABOVE_IN_FIELD), last(1)),
            (value(FIELD), value(SHAPE)),
            (value(SHAPE),),
            (),
        ]
    if model == "binary":
        masks = 0xFF00, 0xFF0000, 0xFF000000, 0xFFFF00, 0xF0F0F0FF, 0xF0F0F0F0F0F0
        return [
            (),
            *((last(count),) for count in (1, 2, 3, 6)),
            *((masked(mask),) for mask in masks),
            (value(SHAPE),),
        ]
    if model == "image":
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
    if model == "numbers" and width == 1:
        return [(), (last(1),), (last(2),), (last(3),), (back(2),), (mean(1, 2),)]
    row = stride if model == "records" else width
    records: list[tuple[Operation, ...]] = [
        (lane,),
        (lane, back(row)),
        (lane, back(2 * row)),
        (lane, last(1)),
        (lane, last(2)),
        (last(3),),
        (last(4),),
        (lane, back(row), back(2 * row)),
        (lane, gradient(1, row)),
        (lane, last(1), back(row), back(row - 1) if row > 1 else back(2)),
    ]
    more = [(lane, back(width), back(2 * width), back(3 * width))] if model == "numbers" else []
    return [*records, *more]


def character_class(byte: int) -> int:
    """What sort of character a byte is."""
    if 97 <= byte <= 122 or byte >= 128:
        return 1
    if 48 <= byte <= 57:
        return 2
    if 65 <= byte <= 90:
        return 3
    return 4 + (byte & 7) if byte >= 32 else 12 + (byte & 3)


class Values:
    """What contexts are made of: the bytes so far, and what is kept up beside them."""

    def __init__(self, lanes: int) -> None:
        self.data = bytearray()
        self.last8 = 0
        self.lanes = lanes
        self.values = [0] * 8
        self.start = self.before = self.field = 0
        self.above, self.fields = [0] * FIELDS, [0] * FIELDS

    def hashes(self, contexts: list[tuple[Operation, ...]]) -> list[int]:
        """The hash of each context."""
        found = []
        for number, parts in enumerate(contexts):
            code = signed((number + 1) * OTHER_PRIME)
            for part in parts:
                code = signed((code + self._part(*part) + 1) * PRIME)
                code ^= code >> 29
            found.append(code)
        return found

    def _part(self, operation: str, a: int, b: int) -> int:
        data, at = self.data, len(self.data)
        if operation == "history":
            return self.last8 & a
        if operation == "value":
            return self.values[a]
        if at < a:
            return 0
        first = data[at - a]
        if operation == "byte":
            return first >> (b & 7)
        if at < a + b:
            return first
        second = data[at - b]
        if operation == "gradient":
            return (first + second - data[at - a - b]) & 511
        return (first + second) >> 1

    def add(self, byte: int) -> None:
        """Take note of a byte."""
        self.data.append(byte)
        self.last8 = signed(self.last8 << 8 | byte)
        values = self.values
        lower = byte + 32 if 65 <= byte <= 90 else byte
        if 97 <= lower <= 122 or lower >= 128:
            word = signed((values[WORD] + lower) * PRIME)
            values[WORD] = word ^ word >> 27
        elif values[WORD]:
            values[WORD_BEFORE], values[WORD] = values[WORD], 0
        values[LANE] = values[LANE] + 1 if values[LANE] + 1 < self.lanes else 0
        values[SHAPE] = (values[SHAPE] << 4 | character_class(byte)) & 0xFFFFFFFF
        self._line(byte)

    def _line(self, byte: int) -> None:
        """Keep up where in a line this is, and what the line before has there."""
        end = len(self.data)
        if byte == NEWLINE:
            self.before, self.start, self.field = self.start, end, 0
            self.above = self.fields.copy()
            self.fields[0] = end
        elif byte in SEPARATORS:
            self.field = min(self.field + 1, FIELDS - 1)
            self.fields[self.field] = end
        values, field = self.values, self.field
        column = end - self.start
        above = self.before + column
        values[COLUMN] = min(column, 255)
        values[ABOVE] = self.data[above] if above < self.start else 0
        values[FIELD] = field
        there = self.above[field] + end - self.fields[field]
        values[ABOVE_IN_FIELD] = (self.data[there] if 0 <= there < self.start else 0) | field << 8


class Slots:
    """The hash table: slots of a check and the 15 histories of half a byte in a context."""

    def __init__(self, bits: int) -> None:
        self.mask = (1 << bits) - 1
        self.data = bytearray(16 << bits)

    def find(self, code: int) -> int:
        """Where the slot of this hash begins, emptied where there was none."""
        check, number = (code >> 40) & 255, (code >> 12) & self.mask
        places = [number * 16, (number ^ 1) * 16, (number ^ 2) * 16]
        for place in places:
            if self.data[place] == check:
                return place
        best = min(places, key=lambda place: self.data[place + 1])
        self.data[best : best + 16] = bytes([check]) + bytes(15)
        return best


def table_bits(count: int, most: int) -> int:
    """The logarithm of the size of a table."""
    return max(8, min(most, count.bit_length()))


class Mix:
    """The decoder of context mixing: many predictions of the next bit become one probability."""

    def __init__(self, p: Any, body: bytes, size: int) -> None:
        self.size = size
        self.interval = Interval(body)
        self.contexts = menu(p.model, p.stride, p.width)
        count = len(self.contexts)
        self.lanes = {"records": p.stride, "image": p.width, "numbers": p.width}.get(p.model, 1)
        self.values = Values(self.lanes)
        self.slots = Slots(table_bits(2 * count * size, 21))
        self.matches: dict[int, int] = {}
        self.match_mask = (1 << table_bits(size, 20)) - 1
        self.least = 6 if size > 1 << 16 else 4
        self.match = self.length = 0
        self.squash = squash16()
        self.stretch = [bisect_left(self.squash, n * 16 + 8) - LIMIT for n in range(4096)]
        self.following, beliefs = histories()
        self.believed = [list(beliefs) for _ in range(count)]
        self.by_length, self.by_byte = [1 << 31] * 64, [1 << 31] * 65536
        self.inputs = [0] * ((count + 6) // 4 * 4)
        self.inputs[-1] = 256
        self.first_weight = (65536 * 5 // 2) // (count + 3)
        self.weights: dict[tuple[int, int], list[int]] = {}
        self.final: dict[int, list[int]] = {}
        straight = [self.squash[min(step * 192, 2 * LIMIT - 1)] for step in range(33)]
        self.curves = straight * 256
        curve_bits = table_bits(size >> 3, 16)
        self.fine_curves, self.fine_mask = straight * (1 << curve_bits), (1 << curve_bits) - 1
        self.rate = 60 * 256

    def decoded(self) -> bytes:
        """All bytes."""
        while len(self.values.data) < self.size:
            self._byte()
        return bytes(self.values.data)

    def _byte(self) -> None:
        values = self.values
        hashes = values.hashes(self.contexts)
        self._search()
        expected = values.data[self.match] | 256 if self.length else 0
        latest = values.last8 & 255
        lane = values.values[LANE] & 255 if self.lanes > 1 else latest
        partial = node = 1
        places: list[int] = []
        for bits in range(8):
            if bits in (0, 4):
                places = self._located(hashes, partial if bits else 0)
                node = 1
            bit = self._bit(places, node, expected, bits, partial, lane, latest)
            partial, node = partial * 2 + bit, node * 2 + bit
        values.add(partial & 255)
        if self.rate > 14 * 256:
            self.rate -= max(1, (self.rate - 14 * 256) >> 9)

    def _located(self, hashes: list[int], half: int) -> list[int]:
        """The slots of all contexts for half a byte."""
        places = []
        for code in hashes:
            if half:
                code = signed((code + half * OTHER_PRIME) * PRIME)
                code ^= code >> 31
            places.append(self.slots.find(code))
        return places

    def _search(self) -> None:
        """Keep up the longest match."""
        data, at = self.values.data, len(self.values.data)
        if self.length:
            self.match, self.length = self.match + 1, min(self.length + 1, 65535)
        if at < self.least:
            return
        ending = self.values.last8 & ((1 << 8 * self.least) - 1)
        code = (signed(ending * PRIME) >> 20) & self.match_mask
        if not self.length:
            there, length = self.matches.get(code, 0), 0
            while length < min(64, there) and data[there - 1 - length] == data[at - 1 - length]:
                length += 1
            self.match, self.length = there, length if length >= self.least else 0
        self.matches[code] = at

    def _bit(
        self, places: list[int], node: int, expected: int, bits: int, partial: int, lane: int, latest: int
    ) -> int:
        """The next bit, and all that is learnt from it."""
        seen = [self.slots.data[place + node] for place in places]
        for number, history in enumerate(seen):
            self.inputs[number] = self.stretch[self.believed[number][history] >> 20]
        by = self._expect(expected, bits, partial)
        rows = [(0, partial), (1, by * 8 + bits), (2, lane * 8 + bits)]
        weights = [self.weights.setdefault(row, [self.first_weight] * len(self.inputs)) for row in rows]
        said = [self._dot(row) for row in weights]
        final = self.final.setdefault(partial, [65536 // 3] * 3)
        mixed = sum(one * weight for one, weight in zip(said, final, strict=True)) >> 16
        mixed = min(max(mixed, -LIMIT), LIMIT - 1)
        chance = self.squash[mixed + LIMIT]
        step = (mixed + LIMIT) // 192
        spots = partial * 33 + step, ((latest << 8 | partial) & self.fine_mask) * 33 + step
        refined = self._refined(spots, (mixed + LIMIT - step * 192) // 3)
        bit = self.interval.bit(min(max((2 * chance + refined + 2) >> 2, 1), 65535))
        for number, row in enumerate(weights):
            wrong = ((bit << 16) - self.squash[said[number] + LIMIT]) * self.rate >> 12
            self._train(row, wrong)
            final[number] += (said[number] * ((bit << 16) - chance) + 32768) >> 16
        for number, (place, history) in enumerate(zip(places, seen, strict=True)):
            self.slots.data[place + node] = self.following[history][bit]
            self.believed[number][history] = learnt(self.believed[number][history], bit, 255)
        self._learn_match(by, expected, partial, bit)
        for curves, spot in zip((self.curves, self.fine_curves), spots, strict=True):
            for place in (spot, spot + 1):
                curves[place] += (bit * 65535 - curves[place]) >> 6
        return bit

    def _expect(self, expected: int, bits: int, partial: int) -> int:
        """What the match says; where that is learnt, or 0."""
        if not self.length or expected >> (8 - bits) != partial:
            self.inputs[-3] = self.inputs[-2] = 0
            return 0
        length = self.length if self.length < 16 else 14 + (self.length >> 3)
        by = min(length, 31) * 2 + (expected >> (7 - bits) & 1)
        self.inputs[-3] = self.stretch[self.by_length[by] >> 20]
        self.inputs[-2] = self.stretch[self.by_byte[(expected & 255) << 8 | partial] >> 20]
        return by

    def _learn_match(self, by: int, expected: int, partial: int, bit: int) -> None:
        if by:
            place = (expected & 255) << 8 | partial
            self.by_length[by] = learnt(self.by_length[by], bit, 1023)
            self.by_byte[place] = learnt(self.by_byte[place], bit, 255)
            if by & 1 != bit:
                self.length = 0

    def _dot(self, weights: list[int]) -> int:
        total = sum(one * weight >> 8 for one, weight in zip(self.inputs, weights, strict=True))
        return min(max(total >> 8, -LIMIT), LIMIT - 1)

    def _train(self, weights: list[int], error: int) -> None:
        for number, one in enumerate(self.inputs):
            weight = weights[number] + ((one * error + 8192) >> 14)
            weights[number] = max(-524287, min(524287, weight))

    def _refined(self, spots: tuple[int, int], weight: int) -> int:
        pairs = zip((self.curves, self.fine_curves), spots, strict=True)
        return sum((curve[at] * (64 - weight) + curve[at + 1] * weight) >> 6 for curve, at in pairs)


def learnt(belief: int, bit: int, most: int) -> int:
    """A belief after a bit: 22 bits of probability, and in the lower 10 how often it was tried."""
    times, chance = belief & 1023, belief >> 10
    chance += (((bit << 22) - chance) * (131072 // (2 * times + 3))) >> 16
    return chance << 10 | min(times + 1, max(most, times))


# Transforms: numbers


@transform(
    1,
    "delta",
    width=integer(1, 8, 1),
    lag=integer(1, 1 << 20, 1),
    by=choice("minus", "folded", "xor"),
)
def delta(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Running sums of numbers that are `lag` apart."""
    numbers = words(streams[0], p.width)
    if p.by == "folded":
        numbers = [unfolded(number) for number in numbers]
    mask = (1 << 8 * p.width) - 1
    for i in range(p.lag, len(numbers)):
        before = numbers[i - p.lag]
        numbers[i] = numbers[i] ^ before if p.by == "xor" else (numbers[i] + before) & mask
    return written(numbers, p.width)


@transform(2, "planes", lambda p: int(p.width), width=integer(1, 4096, 4))
def planes(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """A byte of each plane in turn."""
    return bytes(byte for element in zip(*streams, strict=True) for byte in element)


@transform(
    3,
    "split",
    lambda p: len(p.widths) + 1,
    widths=integers(1, (4,)),
    swapped=integers(0, ()),
    skip=integer(0, 1 << 24, 0),
)
def split(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """A field of each stream in turn, between the two parts of the last."""
    *fields, rest = streams
    turned = [bool(number % 2) for number, count in enumerate(p.swapped) for _ in range(count)]
    turned += [False] * (len(p.widths) - len(turned))
    columns = [
        [part[::-1] if turn else part for part in pieces(data, width)]
        for data, width, turn in zip(fields, p.widths, turned, strict=True)
    ]
    records = b"".join(part for record in zip(*columns, strict=True) for part in record)
    skip = Reader(note).number()
    return rest[:skip] + records + rest[skip:]


def pieces(data: bytes, size: int) -> list[bytes]:
    """Data in pieces of so many bytes, the last one smaller where needed."""
    return [data[at : at + size] for at in range(0, len(data), size)]


@transform(4, "tokens", 2, width=integer(1, 8, 4), index=integer(1, 4, 1))
def tokens(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """The values of these numbers."""
    values = pieces(streams[0], p.width)
    return b"".join(values[number] for number in words(streams[1], p.index))


@transform(5, "bits", 2, width=integer(1, 8, 2))
def bit_planes(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Bit planes, the highest first; in a byte the first number has the highest bit."""
    packed, rest = streams
    bits = 8 * p.width
    need(len(packed) % bits == 0, "Bit planes have different lengths")
    size = len(packed) // bits
    numbers = [0] * (8 * size)
    for plane in range(bits):
        for i in range(8 * size):
            numbers[i] = numbers[i] << 1 | packed[plane * size + i // 8] >> (7 - i % 8) & 1
    return written(numbers, p.width) + rest


def put_aside(numbers: list[int], gaps: bytes, others: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The place of each number that is kept aside, and that number: gaps are the elements between them."""
    at = -1
    for gap, other in zip(words(gaps, 4), others, strict=True):
        at += gap + 1
        need(at < len(numbers), "An element is kept aside where there is none")
        yield at, other


@transform(80, "fixed", 3, width=integer(4, 8, 8), places=integer(0, 22, 2), whole=integer(1, 8, 4))
def fixed(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Whole numbers divided by a power of ten, and corrections of their bits."""
    data, gaps, corrections = streams
    least = Reader(note).signed()
    bits = []
    for number in words(data, p.whole):
        quotient = float(number + least) / 10.0**p.places
        try:
            float_bytes = struct.pack("<d" if p.width == 8 else "<f", quotient)
        except OverflowError:
            float_bytes = struct.pack("<f", float("inf") if quotient > 0 else float("-inf"))
        bits.append(int.from_bytes(float_bytes, "little"))
    for place, correction in put_aside(bits, gaps, map(unfolded, words(corrections, p.width))):
        bits[place] += correction
    return written(bits, p.width)


@transform(81, "narrow", 3, width=integer(1, 8, 8), narrow=integer(1, 8, 4))
def narrow(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Multiples of a step, from a least number on."""
    data, gaps, others = streams
    reader = Reader(note)
    least, step = reader.signed(), reader.number()
    numbers = [number * step + least for number in words(data, p.narrow)]
    for place, other in put_aside(numbers, gaps, words(others, p.width)):
        numbers[place] = other
    return written(numbers, p.width)


@transform(82, "runs", 2, width=integer(1, 8, 1))
def runs(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Each number as often as its run is long."""
    numbers, lengths = pieces(streams[0], p.width), words(streams[1], 4)
    return b"".join(number * (length + 1) for number, length in zip(numbers, lengths, strict=True))


@transform(83, "same", 0, width=integer(1, 4096, 1))
def same(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """A value as often as the note says."""
    reader = Reader(note)
    count = reader.number()
    return reader.rest() * count


@transform(84, "float-bits", width=integer(2, 8, 4), by=choice("order", "exponent"))
def float_bits(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """The bits of floats, from numbers of the same order or with the sign at the end."""
    top = 8 * p.width - 1
    numbers = words(streams[0], p.width)
    if p.by == "exponent":
        return written((number >> 1 | number << top for number in numbers), p.width)
    return written((number ^ (1 << top if number >> top else -1) for number in numbers), p.width)


@transform(
    85,
    "bit-fields",
    lambda p: len(p.bits) + 1,
    bits=integers(1, (8,)),
    order=choice("low", "high"),
    skip=integer(0, 1 << 24, 0),
)
def bit_fields(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Records as numbers of so many bits, their fields from the lowest bit up or from the highest down."""
    *fields, rest = streams
    total = sum(p.bits)
    columns = [words(data, field_width(size)) for data, size in zip(fields, p.bits, strict=True)]
    records = []
    for record in zip(*columns, strict=True):
        number, at = 0, 0
        for one, size in zip(record, p.bits, strict=True):
            number |= (one & ((1 << size) - 1)) << (at if p.order == "low" else total - at - size)
            at += size
        records.append(number.to_bytes(total // 8, "little" if p.order == "low" else "big"))
    skip = Reader(note).number()
    return rest[:skip] + b"".join(records) + rest[skip:]


def field_width(bits: int) -> int:
    """The bytes of a number of so many bits."""
    return next(width for width in (1, 2, 4, 8) if 8 * width >= bits)


@transform(86, "cut", lambda p: len(p.sizes) + 1, sizes=integers(1, (1,)))
def cut(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """All parts, one after the other."""
    return b"".join(streams)


# Transforms: media and arrays


@transform(
    60,
    "sections",
    lambda p: p.parts + 1,
    form=choice("wav", "aiff", "bmp", "pnm", "tiff", "npy", "fits", "grib", "dicom"),
    parts=integer(1, 64, 1),
)
def sections(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Pieces of the streams, in the order of the note; of some numbers the bytes are turned around."""
    reader, places, parts = Reader(note), [0] * len(streams), []
    while reader.left:
        number, size, width = reader.number(p.parts), reader.number(), reader.number(8)
        piece = streams[number][places[number] : places[number] + size]
        places[number] += size
        parts.append(turned_around(piece, width))
    need(places == [len(stream) for stream in streams], "Something of the sections is left over")
    return b"".join(parts)


def turned_around(data: bytes, width: int) -> bytes:
    """The bytes of each number the other way around."""
    return data if width <= 1 else b"".join(piece[::-1] for piece in pieces(data, width))


@transform(
    61,
    "predict",
    width=integer(1, 4, 1),
    step=integer(1, 64, 1),
    row=integer(0, 1 << 22, 0),
    plane=integer(0, 1 << 22, 0),
    sort=choice("unsigned", "signed", "float"),
    rate=integer(6, 14, 11),
)
def predict(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Numbers from the errors of their prediction."""
    folded = words(streams[0], 4 if p.width == 3 else p.width)
    predictor = Predictor(p, Reader(note).number(15))
    values: list[int] = []
    for i, code in enumerate(folded):
        values.append(predictor.next(values, i, unfolded(code)))
    if p.sort == "float" and p.width != 3:
        most = (1 << (8 * p.width - 1)) - 1
        values = [
            number ^ most if number < 0 else number for number in (signed(v, 8 * p.width) for v in values)
        ]
    return written(values, p.width)


def neighbours(p: Any) -> tuple[list[tuple[int, int]], list[int]]:
    """The distances whose differences, and those whose errors, a prediction is made from."""
    c, r, q = p.step, p.row, p.plane
    pairs: list[tuple[int, int]] = [(c * k, c * (k + 1)) for k in range(1, 17)]
    errors = [c * k for k in range(1, 17)]
    if r:
        pairs = [(c, r + c), (r, r + c), (r - c, r), (c, 2 * c), (r, 2 * r), (r + c, 2 * r + c)]
        pairs += [(r - c, 2 * r - c), (r + c, r + 2 * c), (r - 2 * c, r - c)]
        errors = [c, r, r + c, r - c, 2 * c, 2 * r, r + 2 * c, r - 2 * c, 3 * c, 2 * r - c, 2 * r + c, 3 * r]
    for k in range(1, min(c, 3)):
        pairs += [(k, k + c), (k, k + r) if r else (k + c, k + 2 * c)]
        errors += [k, k + c, k + r] if r else [k, k + c]
    if q:
        pairs += [(q, q + c), (q, q + r), (q, q - c), (q, q - r)]
        errors += [q, q - c, q + c, q - r, q + r, 2 * q]
    return [pair for pair in pairs if min(pair) > 0], [lag for lag in errors if lag > 0]


def bounded(number: int, most: int) -> int:
    """A number of either sign, at most so far from 0."""
    return min(max(number, -most), most)


class Channel:
    """What is learnt of one channel: sums of products, and the weights of both stages."""

    def __init__(self, one: int, two: int) -> None:
        self.products = [[0] * one for _ in range(one)]
        self.targets = [0] * one
        self.first, self.second = [0] * one, [0] * two

    def learn(self, inputs: list[int], target: int) -> None:
        """Add what one value shows."""
        for k, one in enumerate(inputs):
            self.targets[k] += one * target
            for j in range(k + 1):
                self.products[k][j] += one * inputs[j]

    def sweep(self) -> None:
        """Bring each weight of the first stage to its best value, the others being what they are."""
        count = range(len(self.targets))
        most = max([1, *(max(self.products[k][k], abs(self.targets[k])) for k in count)])
        shift = 0
        while most >> shift > 1 << 36:
            shift += 1
        ridge = (most >> shift >> 14) + 1
        for k in count:
            rest = ((self.targets[k] >> shift) << 16) - ridge * self.first[k]
            for j in count:
                rest -= (self.products[max(k, j)][min(k, j)] >> shift) * self.first[j]
            change = rest // ((self.products[k][k] >> shift) + ridge)
            self.first[k] = bounded(self.first[k] + change, 8 << 16)

    def forget(self, by: int) -> None:
        """Let what was long ago count less."""
        for k in range(len(self.targets)):
            self.targets[k] -= self.targets[k] >> by
            for j in range(k + 1):
                self.products[k][j] -= self.products[k][j] >> by


class Predictor:
    """Predicts each number from those before, and learns from its error."""

    def __init__(self, p: Any, drop: int) -> None:
        self.step: int = p.step
        self.rate: int = p.rate
        self.drop = drop
        self.pairs, self.errors = neighbours(p)
        bits: int = 8 * p.width
        self.mask = (1 << bits) - 1
        self.least = 0 if p.sort == "unsigned" and p.width < 4 else -1 << (bits - 1)
        reach = 12 if p.row else 7
        power = min(max(reach - 4, 3), 5)
        self.every, self.by = 1 << power, reach - power
        self.channels = [Channel(len(self.pairs), len(self.errors)) for _ in range(p.step)]
        self.wrong: list[int] = []

    def next(self, values: list[int], i: int, error: int) -> int:
        """The number at `i`, which is so far from what is expected."""
        channel = self.channels[i % self.step]
        base = values[i - self.step] if i >= self.step else 0
        inputs = [
            bounded((values[i - a] - values[i - b]) >> self.drop, 1 << 18) if i >= max(a, b) else 0
            for a, b in self.pairs
        ]
        guess = sum(weight * one for weight, one in zip(channel.first, inputs, strict=True))
        seen = [self.wrong[i - lag] if i >= lag else 0 for lag in self.errors]
        energy = 20 + sum(one * one for one in seen)
        correction = sum(weight * one for weight, one in zip(channel.second, seen, strict=True))
        expected = base + (((guess + correction) << self.drop) + (1 << 15) >> 16)
        expected = min(max(expected, self.least), self.least + self.mask)
        value = ((expected + error - self.least) & self.mask) + self.least
        target = bounded((value - base) >> self.drop, 1 << 18)
        missed = (target << 16) - guess
        self.wrong.append(bounded((missed + (1 << 15)) >> 16, 1 << 18))
        gain = ((missed - correction) << self.rate) // energy
        for k, one in enumerate(seen):
            channel.second[k] = bounded(channel.second[k] + ((gain * one + (1 << 15)) >> 16), 8 << 16)
        channel.learn(inputs, target)
        if i // self.step % self.every == self.every - 1:
            channel.sweep()
            channel.forget(self.by)
        return value


@transform(62, "lattice", 3, width=integer(1, 4, 2), group=integer(0, 1 << 24, 0))
def lattice(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Numbers of steps, times the step of their group, and its rest."""
    counts, steps, rests = (words(stream, p.width) for stream in streams)
    group = p.group or max(len(counts), 1)
    return written((count * steps[i // group] + rests[i // group] for i, count in enumerate(counts)), p.width)


@transform(63, "transpose", row=integer(2, 1 << 20, 2))
def transpose(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """A byte of each column in turn; behind them what is no whole row."""
    data = streams[0]
    rows = len(data) // p.row
    return b"".join(data[row : rows * p.row : rows] for row in range(rows)) + data[rows * p.row :]


@transform(101, "scanlines", 3, row=integer(1, 1 << 24, 1), channels=integer(1, 4, 3), width=integer(1, 2, 1))
def scanlines(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Rows of pixels, filtered as PNG does, each behind the number of its filter."""
    pixels, kinds, rest = streams
    rows = pieces(turned_around(pixels, p.width), p.row)
    pixel = p.channels * p.width
    above, lines = bytes(p.row), []
    for kind, row in zip(kinds, rows, strict=True):
        left, corner = bytes(pixel) + row, bytes(pixel) + above
        filtered = ((byte - expected(kind, left[x], above[x], corner[x])) & 255 for x, byte in enumerate(row))
        lines.append(bytes([kind]) + bytes(filtered))
        above = row
    return b"".join(lines) + rest


def expected(kind: int, left: int, up: int, corner: int) -> int:
    """What a filter of PNG expects of a byte; a number that is no filter expects 0."""
    guess = left + up - corner
    nearest = min((left, up, corner), key=lambda byte: abs(guess - byte))
    return {1: left, 2: up, 3: (left + up) >> 1, 4: nearest}.get(kind, 0)


# Transforms: columns of strings, each string ended by a line end


def lines_of(data: bytes) -> list[bytes]:
    """The strings with their line ends."""
    need(not data or data[-1] == NEWLINE, "The last string of a column has no end")
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


def merged(kept: bytes, gaps: bytes, others: bytes) -> bytes:
    """One of the others after so many kept strings each, and the rest of these."""
    strings, out = iter(lines_of(kept)), []
    for gap, other in zip(words(gaps, 4), lines_of(others), strict=True):
        out += [*itertools.islice(strings, gap), other]
    return b"".join([*out, *strings])


@transform(
    20,
    "table",
    lambda p: sum(p.columns) + 3,
    separator=integer(0, 255, 44),
    columns=integers(1, (2,)),
    quote=integer(0, 255, 34),
    merged=flag(),
    given=integers(0, ()),
)
def table(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Lines from the fields of columns, or from those that were kept as a whole."""
    *slots, run_lengths, shapes = streams
    reader = Reader(note)
    flags = reader.number(7)
    inner = reader.number(255) if flags & 4 else NEWLINE
    columns = [[line[:-1] for line in lines_of(slot)] for slot in slots]
    for column in in_order(p.given):
        columns[column] = as_before(columns[column], columns[p.given[column] - 1])
    firsts = [0, *itertools.accumulate(p.columns)]
    fields, others, out = [iter(column) for column in columns[:-1]], iter(columns[-1]), []
    for shape, length in zip(shapes, words(run_lengths, 4), strict=True):
        for _ in range(length):
            own = fields[firsts[shape - 1] : firsts[shape]] if shape else [others]
            out.append(bytes([p.separator]).join(next(column) for column in own))
            out.append(b"\r\n" if shape and flags & 1 else b"\n")
    data = b"".join(out)
    if inner != NEWLINE:
        data = data.replace(bytes([inner]), b"\n")
    return data[:-1] if flags & 2 else data


def in_order(given: Sequence[int]) -> list[int]:
    """The columns that are given another, each behind that one."""
    found: list[int] = [column for column, other in enumerate(given) if not other]
    for column in found:  # which grows
        found += [follower for follower, other in enumerate(given) if other == column + 1]
    return [column for column in found if given[column]]


def as_before(column: list[bytes], other: list[bytes]) -> list[bytes]:
    """A column in the order of its rows, from the order of the keys of the other one."""
    order = sorted(range(len(other)), key=[key(string) for string in other].__getitem__)
    back = [b""] * len(order)
    for place, row in enumerate(order):
        back[row] = column[place]
    return back


def key(string: bytes) -> int:
    """A number for a string: decimals in the order of their amount, texts by their beginnings."""
    string = string.lstrip(b" \"'")
    negative = string.startswith(b"-")
    if negative:
        string = string[1:]
    number = re.match(rb"([0-9]*)(\.?)([0-9]*)", string)
    assert number
    plain = number.end() == len(string)
    size = min(31, len(number[1]) if plain else len(string))
    bits = 4 if plain else 8
    found, left = 0, 56
    for byte in string.replace(b".", b"") if plain else string:
        if left:
            left -= bits
            found |= (byte - 48 if plain else byte) << left
    return ((32 - size) << 56) - found if negative else ((32 + size) << 56) + found


def numeric(p: Any, streams: list[bytes], note: bytes, write: Callable[[int], bytes]) -> bytes:
    """Strings from numbers: a least one and a step are in the note; strings that are none are merged."""
    values, gaps, others = streams
    reader = Reader(note)
    least, step = reader.signed(), reader.number()
    kept = b"".join(write(signed(number * step + least)) + b"\n" for number in words(values, p.width))
    return merged(kept, gaps, others)


@transform(
    21,
    "decimals",
    3,
    width=integer(1, 8, 4),
    places=integer(0, 17, 0),
    least=integer(0, 17, 0),
    length=integer(0, 40, 0),
    fill=choice("zeros", "spaces"),
)
def decimals(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Numbers in decimal notation."""

    def write(number: int) -> bytes:
        whole, part = divmod(abs(number), 10**p.places)
        digits = f"{part:0{p.places}}" if p.places else ""
        shown = max(len(digits.rstrip("0")), p.least)
        found = ("-" if number < 0 else "") + str(whole) + ("." + digits[:shown] if shown else "")
        return found.rjust(p.length, "0" if p.fill == "zeros" else " ").encode()

    return numeric(p, streams, note, write)


ITEM = re.compile(r"%(-?[a-zA-Z]|[1-9]f)|(.)")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]


@transform(22, "moments", 3, width=integer(1, 8, 4), layout=text("%Y-%m-%d"))
def moments(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Numbers of days, hours, minutes, seconds or parts of seconds since 1970-01-01, as dates and times."""
    items = ITEM.findall(p.layout)
    names = {name for name, _ in items}
    digits = max((int(name[0]) for name in names if name[:1].isdigit()), default=0)
    finest = 3 if digits or "S" in names else 2 if "M" in names else 1 if {"H", "-H"} & names else 0

    def write(number: int) -> bytes:
        number, fraction = divmod(number, 10**digits)
        times = [0, 0, 0]
        for unit in range(finest, 0, -1):
            number, times[unit - 1] = divmod(number, (24, 60, 60)[unit - 1])
        fields = fields_of(number, times)
        return "".join(
            literal or (f"{fraction:0{name[0]}}" if name[0].isdigit() else fields[name])
            for name, literal in items
        ).encode("ascii")

    return numeric(p, streams, note, write)


def fields_of(day: int, times: list[int]) -> dict[str, str]:
    """What the items of a layout stand for, at this day since 1970-01-01 and this time."""
    year, month, of_month = date(day)
    hour, minute, second = times
    return {
        "Y": f"{year:04}",
        "y": f"{year % 100:02}",
        "m": f"{month:02}",
        "-m": str(month),
        "b": MONTHS[month - 1],
        "d": f"{of_month:02}",
        "-d": str(of_month),
        "e": f"{of_month:2}",
        "a": WEEKDAYS[day % 7],
        "H": f"{hour:02}",
        "-H": str(hour),
        "M": f"{minute:02}",
        "S": f"{second:02}",
    }


def date(day: int) -> tuple[int, int, int]:
    """Year, month and day of a day since 1970-01-01 in the Gregorian calendar."""
    era, day = divmod(day + 719468, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    of_year = day - (365 * year + year // 4 - year // 100)
    index = (5 * of_year + 2) // 153
    month = index + 3 if index < 10 else index - 9
    return year + era * 400 + (month <= 2), month, of_year - (153 * index + 2) // 5 + 1


@transform(23, "words", 2, index=integer(1, 2, 1), order=choice("sorted", "frequent"))
def words_of_a_list(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """The strings of these numbers."""
    listed = lines_of(streams[0])
    return b"".join(listed[number] for number in words(streams[1], p.index))


@transform(24, "affixes", 3)
def affixes(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Strings between what all begin and end with."""
    inner, gaps, others = streams
    reader = Reader(note)
    before, behind = reader.string(), reader.string()
    kept = b"".join(before + line[:-1] + behind + b"\n" for line in lines_of(inner))
    return merged(kept, gaps, others)


@transform(25, "front", 2)
def front(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Strings behind what they have in common with the one before."""
    string, out = b"", []
    for rest, shared in zip(lines_of(streams[0]), streams[1], strict=True):
        string = string[:shared] + rest
        out.append(string)
    return b"".join(out)


@transform(26, "hexes", 3, width=integer(1, 128, 4), letters=choice("lower", "upper"))
def hexes(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Strings like the pattern in the note, whose zeros are digits; a string's last digits come first."""
    packed, gaps, others = streams
    digits = b"0123456789abcdef" if p.letters == "lower" else b"0123456789ABCDEF"
    places = [place for place, byte in enumerate(note) if not byte][::-1]
    out = bytearray()
    for piece in pieces(packed, p.width):
        string = bytearray(note)
        for n, place in enumerate(places):
            string[place] = digits[piece[n // 2] >> (n % 2 * 4) & 15]
        out += string + b"\n"
    return merged(bytes(out), gaps, others)


# Transforms: text


@transform(
    40,
    "templates",
    lambda p: p.columns + 5,
    ends=binary(b"\n"),
    slots=choice("digits", "numbers", "words"),
    quote=integer(0, 255, 0),
    by=choice("place", "literal", "prefix"),
    columns=integer(0, 200, 16),
)
def templates(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Records by templates, whose slots are filled from columns or as one before in the same record."""
    numbered, texts, chosen, others, *columns = streams
    reader = Reader(note)
    width, size = reader.number(2), reader.number()
    listed = texts.split(b"\1")[:-1]
    firsts = [0, *itertools.accumulate(text.count(b"\0") for text in listed)]
    strings = [iter(lines_of(column)) for column in columns]
    whole = iter(records_of(others, p.ends))
    out = []
    for number in words(numbered, width):
        if not number:
            out.append(next(whole))
            continue
        first, *behind = listed[number - 1].split(b"\0")
        found: list[bytes] = []
        out.append(first)
        for column, literal in zip(chosen[firsts[number - 1] :], behind, strict=False):
            found.append(found[column - 255] if column >= len(columns) else next(strings[column])[:-1])
            out += [found[-1], literal]
    data = b"".join(out)
    need(len(data) == size, "The columns of templates do not fit together")
    return data


def records_of(data: bytes, ends: bytes) -> Iterator[bytes]:
    """Records, each up to the next byte that is an end."""
    start = 0
    for at, byte in enumerate(data, 1):
        if byte in ends or at == len(data):
            yield data[start:at]
            start = at


@transform(41, "sequences", lambda p: 11 if p.form == "fastq" else 8, form=choice("fasta", "fastq"))
def sequences(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Lines of heads, bases and qualities."""
    letters, turned, heads, lengths, *aside = streams[:8]
    size, lines = Reader(note).number(), words(lengths, 4)
    each = lines
    if p.form == "fasta":  # a 0 is a head; before the first there may be bases as well
        each = [0]
        for line in lines:
            each += [0] if line == 0 else []
            each[-1] += max(line - 1, 0)
    bases, head = Reader(restored(letters, turned, each, *aside)), iter(lines_of(heads))
    if p.form == "fasta":
        parts = [bases.exactly(line - 1) + b"\n" if line else next(head) for line in lines]
        return b"".join(parts)[:size]
    again, qualities, rest = iter(lines_of(streams[8])), Reader(streams[9]), streams[10]
    reads = [
        b"".join([next(head), bases.exactly(n), b"\n", next(again), qualities.exactly(n), b"\n"])
        for n in each
    ]
    return b"".join(reads) + rest


def restored(
    letters: bytes, turned: bytes, each: list[int], changes: bytes, gaps: bytes, lengths: bytes, odd: bytes
) -> bytes:
    """Bases as they were: turned back, with what is none of them, and in their case."""
    other_strand = bytes.maketrans(b"ACGT", b"TGCA")
    parts = cut_up(letters, each)
    data = bytearray(
        b"".join(
            part[::-1].translate(other_strand) if turn else part
            for part, turn in zip(parts, turned, strict=True)
        )
    )
    at = 0
    for gap, length, byte in zip(words(gaps, 4), words(lengths, 4), odd, strict=True):
        data[at + gap : at + gap + length] = bytes([byte]) * length
        at += gap + length
    lower, at = False, 0
    for change in [*words(changes, 4), len(data)]:
        end = min(at + change, len(data))
        if lower:
            # A bit of the byte, whatever that is.
            data[at:end] = bytes((byte + 32) & 255 for byte in data[at:end])
        lower, at = not lower, end
    return bytes(data)


@transform(42, "characters", 3, form=choice("utf-8", "utf-16", "utf-16-be", "utf-32"))
def characters(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """A character for each byte: ASCII, one of the table, or the next of those that are rare."""
    reader = Reader(note)
    mark, tail = reader.number(1), reader.string()
    width = 2 if p.form.startswith("utf-16") else 4
    table, rare = words(streams[1], width), iter(words(streams[2], width))
    units = [0xFEFF] * mark
    for byte in streams[0]:
        units.append(byte if byte < 128 else next(rare) if byte == 255 else table[byte - 128])
    if p.form == "utf-8":
        return written(units, 4).decode("utf-32-le").encode() + tail
    order: Any = "big" if p.form == "utf-16-be" else "little"
    return b"".join(unit.to_bytes(width, order) for unit in units) + tail


# Transforms: compressed streams and machine code


@transform(100, "inflated", 2)
def inflated(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Deflate streams made again by zlib, and what is around them."""
    contents, around, reader = Reader(streams[0]), Reader(streams[1]), Reader(note)
    parts: list[bytes] = []
    for _ in range(reader.number()):
        parts.append(around.exactly(reader.number()))
        cut_short, form = divmod(reader.number(6), 4)
        number, size = reader.number(), reader.number()
        content = contents.exactly(size)
        packed = deflated(content, number, cut_short=bool(cut_short))
        if form and not cut_short:
            packed += struct.pack(">I", zlib.adler32(content))
        if form == 2:
            packed = in_chunks(reader.exactly(2) + packed, reader.numbers(), cut_short=bool(cut_short))
        parts.append(packed)
    return b"".join([*parts, around.rest()])


def deflated(content: bytes, number: int, *, cut_short: bool) -> bytes:
    """What zlib makes of content, with the settings of a number."""
    rest, window = divmod(number, 7)
    rest, strategy = divmod(rest, 5)
    level, memory = divmod(rest, 2)
    compressor = zlib.compressobj(level, zlib.DEFLATED, -9 - window, 8 + memory, strategy)
    return compressor.compress(content) + (b"" if cut_short else compressor.flush())


def in_chunks(packed: bytes, sizes: list[int], *, cut_short: bool) -> bytes:
    """Data in IDAT chunks of these sizes, the last of which is for all that follow."""
    parts: list[bytes] = []
    at = 0
    for number in itertools.count():
        if at >= len(packed):
            return b"".join(parts)
        size = sizes[min(number, len(sizes) - 1)]
        piece = b"IDAT" + packed[at : at + size]
        at += size
        parts += [struct.pack(">I", size if cut_short else len(piece) - 4), piece]
        if at <= len(packed) or not cut_short:
            parts.append(struct.pack(">I", zlib.crc32(piece)))
    raise AssertionError


@transform(102, "branches", machine=choice("x86", "arm64", "arm"))
def branches(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Machine code whose addresses are relative again."""
    data, reader, at = bytearray(streams[0]), Reader(note), 0
    while reader.left:
        start = at + reader.number()
        at = start + reader.number()
        end = min(at * 4096, len(data))
        if p.machine == "x86":
            relative_x86(data, start * 4096, end)
            continue
        for place in range(start * 4096, end - 3, 4):
            word = int.from_bytes(data[place : place + 4], "little")
            data[place : place + 4] = relative_arm(p.machine, word, place).to_bytes(4, "little")
    return bytes(data)


def relative_arm(machine: str, word: int, place: int) -> int:
    """An instruction of ARM with its address relative to its place."""
    place >>= 2
    bits = 26 if machine == "arm64" else 24
    if word >> bits == (0x25 if machine == "arm64" else 0xEB):
        mask = (1 << bits) - 1
        return word & ~mask | (word - place) & mask
    if machine == "arm64" and word & 0x9F000000 == 0x90000000:
        value = (word >> 29 & 3 | (word >> 5 & 0x7FFFF) << 2) - (place >> 10)
        return word & 0x9F00001F | (value & 3) << 29 | (value >> 2 & 0x7FFFF) << 5
    return word


def opcode(first: int, second: int, third: int) -> int:
    """Bytes of the opcode of an x86 instruction that ends in a relative address; 0 where it is another."""
    if first in (0xE8, 0xE9):
        return 1
    if first == 0xFF:
        return 2 if second in (0x15, 0x25) else 0
    if first in (0x8B, 0x89) and second & 0xC7 == 5:
        return 2
    if third & 0xC7 != 5:
        return 0
    if first & 0xF8 == 0x48:
        return 3 if (second < 0x40 and second & 7 < 4) or second == 0x63 or 0x84 <= second <= 0x8D else 0
    return 3 if first == 0x0F and second >> 4 in (1, 2, 5, 6, 7, 11) else 0


def relative_x86(data: bytearray, start: int, end: int) -> None:
    """The addresses of x86 code relative again, and their lowest byte first, in place."""
    i = start
    while i <= end - 7:
        size = opcode(data[i], data[i + 1], data[i + 2])
        if not size:
            i += 1
            continue
        j = i + size
        address = int.from_bytes(data[j : j + 4], "big")
        if address >> 24 in (0, 255):
            address = (address - j - 4) & 0x1FFFFFF
            if address >> 24:
                address |= 0xFF000000
        data[j : j + 4] = address.to_bytes(4, "little")
        i = j + 4


@transform(103, "gif", 2)
def gif(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """The codes of GIF images made again, and what is around them."""
    pixels, around, reader = Reader(streams[0]), Reader(streams[1]), Reader(note)
    parts: list[bytes] = []
    for _ in range(reader.number()):
        before = around.exactly(reader.number())
        size, block, clears = reader.number(), reader.number(255), reader.numbers()
        stops = set(itertools.accumulate(reader.numbers()))
        bits = around.data[around.at - 1]
        packed = lzw(pixels.exactly(size), bits, clears, stops)
        parts += [before, *(bytes([len(part)]) + part for part in pieces(packed, block)), b"\0"]
    return b"".join([*parts, around.rest()])


def lzw(pixels: bytes, bits: int, clears: list[int], stops: set[int]) -> bytes:
    """The codes of pixels of so many bits: the longest match each time, unless it is stopped before a pixel."""
    clear = 1 << bits
    held = count = codes = period = 0
    out = bytearray()

    def write(code: int, width: int) -> None:
        nonlocal held, count
        held, count = held | code << count, count + width
        while count >= 8:
            out.append(held & 255)
            held, count = held >> 8, count - 8

    table: dict[tuple[int, int], int] = {}
    width, free, entry = bits + 1, clear + 2, -1
    write(clear, width)
    for place, pixel in enumerate(pixels):
        if entry < 0:
            entry = pixel
            continue
        child = table.get((entry, pixel))
        if child is not None and place not in stops:
            entry = child
            continue
        write(entry, width)
        codes += 1
        width = min(width + (free > (1 << width) - 1), 12)
        if free < 4096:
            table[entry, pixel] = free
            free += 1
        if codes == clears[min(period, len(clears) - 1)]:
            write(clear, width)
            table, width, free, codes, period = {}, bits + 1, clear + 2, 0, period + 1
        entry = pixel
    if entry >= 0:
        write(entry, width)
        width = min(width + (free > (1 << width) - 1), 12)
    write(clear + 1, width)
    write(0, 7)
    return bytes(out)


# Transforms: archives


BLOCK = 512
TEXT_FIELDS = (0, 157, 345)
NUMBER_FIELDS = (124, 136)


@transform(110, "tar", lambda p: 8 + len(p.groups), groups=integers(0, (1, 4)))
def tar(p: Any, streams: list[bytes], note: bytes) -> bytes:
    """Headers made of their fields, and behind each the content of its member, taken from a group."""
    headers, reader = tar_headers(streams[:6]), Reader(note)
    marks, outside, *groups = map(Reader, streams[6:])
    skipped, short = reader.number(), reader.number()
    gaps: dict[int, int] = {}
    last = 0
    while reader.left:
        last += reader.number()
        gaps[last] = reader.number()

    def member(size: int, extent: int) -> bytes:
        kept, group = divmod(marks.exactly(1)[0], 128)
        content = groups[group].exactly(size)
        return content + (outside.exactly(extent - size) if kept else bytes(extent - size))

    parts = [member(skipped, skipped)] if skipped else []
    for number, header in enumerate(headers):
        parts.append(header)
        size = tar_size(header)
        if size:
            extent = -(-size // BLOCK) * BLOCK - (short if number == len(headers) - 1 else 0)
            parts.append(member(min(size, extent), extent))
        parts.append(outside.exactly(gaps.get(number, 0)))
    need(not any(source.left for source in (marks, outside, *groups)), "Something of an archive is left over")
    return b"".join(parts)


def tar_headers(streams: list[bytes]) -> list[bytes]:
    """The headers: blocks that are each exclusive or the one before, with fields and checksums filled in."""
    names = [stream.split(b"\n")[:-1] for stream in streams[:3]]
    numbers = [words(stream, 8) for stream in streams[3:5]]
    found = []
    block = bytes(BLOCK)
    for number, at in enumerate(range(0, len(streams[5]), BLOCK)):
        block = bytes(one ^ other for one, other in zip(block, streams[5][at : at + BLOCK], strict=True))
        header = bytearray(block)
        for texts, place in zip(names, TEXT_FIELDS, strict=True):
            header[place : place + len(texts[number])] = texts[number]
        for values, place in zip(numbers, NUMBER_FIELDS, strict=True):
            if values[number]:
                header[place : place + 11] = b"%011o" % (values[number] - 1)
        if not any(header[148:156]):
            header[148:156] = b"%06o\0 " % (sum(header) + 8 * 32)
        found.append(bytes(header))
    return found


def tar_size(header: bytes) -> int:
    """The bytes of content that a header states: in octal digits, or as a number of eleven bytes."""
    if header[156] in b"123456":
        return 0
    field = header[124:136]
    return int.from_bytes(field[1:], "big") + ((field[0] & 127) << 88) if field[0] & 128 else octal(field)


def octal(field: bytes) -> int:
    """Octal digits with spaces and zeros around."""
    return int(field.strip(b" \0") or b"0", 8)


def main() -> None:
    """Decode the file that is named to standard output."""
    with open(sys.argv[1], "rb") as source:
        sys.stdout.buffer.write(decode(source.read()))


if __name__ == "__main__":
    main()
