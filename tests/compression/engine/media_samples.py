"""Files of media and science around samples that are given: as small as their formats allow."""

import io
import struct
from collections.abc import Callable

import numpy as np


def wav(data: bytes) -> bytes:
    """Stereo of 16 bits, with a chunk before the samples and one behind them."""
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, 8000, 32000, 4, 16)
    chunks = b"LIST" + struct.pack("<I", 3) + b"abc\0" + b"data" + struct.pack("<I", len(data)) + data
    whole = b"WAVE" + form + chunks + b"\0" * (len(data) & 1) + b"id3 \2\0\0\0ab"
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def aiff(data: bytes) -> bytes:
    """Mono of 16 bits, the highest byte first."""
    common = b"COMM" + struct.pack(">IhIh", 18, 1, len(data) // 2, 16) + bytes(10)
    sound = b"SSND" + struct.pack(">III", 8 + len(data), 0, 0) + data
    return b"FORM" + struct.pack(">I", 4 + len(common) + len(sound)) + b"AIFF" + common + sound


def bmp(data: bytes) -> bytes:
    """Rows of two pixels of 24 bits, filled up to 8 bytes."""
    head = struct.pack("<IiiHHIIiiII", 40, 2, -(len(data) // 8), 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54) + head + data


def ppm(data: bytes) -> bytes:
    """Rows of four pixels of three colours, with a remark in the header."""
    return b"P6\n# made by a test\n4 %d\n255\n" % (len(data) // 12 + 1) + data


def pgm16(data: bytes) -> bytes:
    """Rows of three gray pixels of 16 bits."""
    return b"P5 3 %d 65535\n" % (len(data) // 6 + 1) + data


def pam(data: bytes) -> bytes:
    """Rows of two pixels of four channels."""
    rows = len(data) // 8 + 1
    return b"P7\nWIDTH 2\nHEIGHT %d\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" % rows + data


def npy(data: bytes) -> bytes:
    """An array of big-endian floats in rows of three."""
    file = io.BytesIO()
    values = np.frombuffer(data[: len(data) // 12 * 12], ">f4").reshape(-1, 3)
    np.save(file, values)
    return file.getvalue()


def tiff(data: bytes) -> bytes:
    """Gray pixels of 16 bits in rows of three, in two strips, the highest byte first; the directory is behind them."""
    half = len(data) // 12 * 6
    tags = [(256, 3, 1, 3 << 16), (257, 3, 1, max(len(data) // 6, 1) << 16), (258, 3, 1, 16 << 16)]
    tags += [(259, 3, 1, 1 << 16), (273, 4, 2, 8 + len(data)), (279, 4, 2, 16 + len(data))]
    strips = struct.pack(">IIII", 8, 8 + half, half, len(data) - half)
    directory = struct.pack(">H", len(tags)) + b"".join(struct.pack(">HHII", *tag) for tag in tags)
    return b"MM\0*" + struct.pack(">I", 24 + len(data)) + data + strips + directory


def _cards(*cards: str) -> bytes:
    text = "".join(f"{card:80}" for card in (*cards, "END"))
    return text.ljust(-(-len(text) // 2880) * 2880).encode()


def fits(data: bytes) -> bytes:
    """An image of 16-bit numbers in rows of three, and a table of 11-byte records of the same bytes."""
    rows, records = len(data) // 6, len(data) // 11
    image = _cards("SIMPLE  = T", "BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 3", f"NAXIS2  = {rows} / rows")
    pixels = data[: rows * 6]
    table = _cards(
        "XTENSION= 'BINTABLE'",
        "BITPIX  = 8",
        "NAXIS   = 2",
        "NAXIS1  = 11",
        f"NAXIS2  = {records}",
        "TFIELDS = 3",
        "TFORM1  = 'D       '",
        "TFORM2  = '1I      '",
        "TFORM3  = 'L       '",
    )
    filled = pixels + bytes(-len(pixels) % 2880)
    return image + filled + table + data[: records * 11]


def grib(data: bytes) -> bytes:
    """A message for every six bytes: a grid of three 16-bit numbers; between the messages is a gap."""
    found = b""
    for at in range(0, len(data) - 5, 6):
        product = (28).to_bytes(3, "big") + b"\0\0\0\0\x80" + bytes(20)
        grid = (32).to_bytes(3, "big") + b"\0\xff\0" + struct.pack(">HH", 3, 1) + bytes(22)
        packed = (17).to_bytes(3, "big") + b"\0" + bytes(6) + b"\x10" + data[at : at + 6]
        size = 8 + len(product) + len(grid) + len(packed) + 4
        found += b"GRIB" + size.to_bytes(3, "big") + b"\1" + product + grid + packed + b"7777" + bytes(5)
    return found


def dicom(data: bytes) -> bytes:
    """Pixels of 16 bits in rows of four, with an icon in a sequence of open length before them."""

    def short(group: int, element: int, kind: bytes, value: bytes) -> bytes:
        return struct.pack("<HH2sH", group, element, kind, len(value)) + value

    def number(element: int, value: int) -> bytes:
        return short(0x28, element, b"US", struct.pack("<H", value))

    item, ends = b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    picture = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, 4) + b"icon"
    icon = struct.pack("<HH2sHI", 0x88, 0x200, b"SQ", 0, 0xFFFFFFFF) + item + number(0x11, 1) + picture + ends
    return (
        bytes(128)
        + b"DICM"
        + short(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0")
        + number(0x10, len(data) // 8 + 1)
        + number(0x11, 4)
        + number(0x100, 16)
        + icon
        + struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, len(data) // 2 * 2)
        + data
    )


BUILDERS: dict[str, Callable[[bytes], bytes]] = {
    "wav": wav,
    "aiff": aiff,
    "bmp": bmp,
    "ppm": ppm,
    "pgm16": pgm16,
    "pam": pam,
    "npy": npy,
    "tiff": tiff,
    "fits": fits,
    "grib": grib,
    "dicom": dicom,
}
FORM_OF = {"ppm": "pnm", "pgm16": "pnm", "pam": "pnm"}
"""The formats of builders that are not called after theirs."""
