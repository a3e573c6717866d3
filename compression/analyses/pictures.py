"""An analysis as its page shows it: in words, as pictures, as tables that say the same."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from compression.analyses.models import Analysis
from compression.analyses.words import counted
from compression.engine.analysed import Analysis as Found
from compression.engine.analysed import Part
from core.formatting import SPACE, count, duration, exact_bytes, percent, significant, size

FAINT, STRONG = 0.08, 0.5
"""How strong the colour is of what costs nothing, and of what costs most: text on it stays readable."""
LABELLED = 5.0
"""Per cent of the width that a part takes to have room for its number."""
BITS = 8
LOG_FLOOR = 1e-6
"""The share of all bytes at which the logarithmic scale of the histogram begins."""

KINDS = {
    "bytes": "bytes",
    "text": "text",
    "strings": "strings",
    "numbers": "numbers",
    "floats": "floats",
    "symbols": "symbols",
    "coded": "packed bits",
}


def of(analysis: Analysis) -> dict[str, Any]:
    """Return what the page needs besides the row."""
    found = analysis.found
    return {
        "facts": _facts(analysis, found),
        "saving": _saving(found),
        "findings": _findings(found),
        "map": field_map(found),
        "parts_title": _parts_title(found),
        "parts": _parts(found),
        "left_out": found.parts_total - len(found.parts),
        "entropy": entropy(found),
        "histogram": histogram(found),
        "features": [(name.replace("_", " "), significant(value)) for name, value in found.features.items()],
        "notes": _notes(found),
    }


def _facts(analysis: Analysis, found: Found) -> list[tuple[str, str]]:
    facts = [
        ("Size", size(found.size)),
        ("Kind", f"{analysis.content_kind}, {analysis.media_type}"),
        ("Entropy", f"{significant(found.features['entropy_0'])} bits a byte, of {BITS}"),
    ]
    if found.records is not None and found.records.stride:
        records = max(found.size - found.records.skip, 0) // found.records.stride
        facts.append(("Records", f"about {count(records)}"))
    return [*facts, ("Took", f"{duration(found.cpu_s)} of CPU time")]


def _saving(found: Found) -> str:
    """How much smaller the best structure makes it, as a figure."""
    return percent(1 - found.findings[0].relative_size) if found.findings else ""


def _findings(found: Found) -> list[dict[str, Any]]:
    return [
        {
            "reason": one.reason[:1].upper() + one.reason[1:],
            "transforms": one.transforms,
            "saving": percent(1 - one.relative_size),
            "shown": number == found.shown,
        }
        for number, one in enumerate(found.findings)
    ]


def _parts_title(found: Found) -> str:
    if found.records is not None:
        return "Fields"
    return "Columns" if found.parts and found.parts[0].kind == "strings" else "Streams"


def _parts(found: Found) -> list[dict[str, Any]]:
    fields = len(found.records.widths) if found.records is not None else 0
    return [
        {
            "number": number,
            "name": f"field {number}" if number <= fields else part.label or "–",
            "part": part,
            "kind": KINDS.get(part.kind, part.kind),
            "width": "–" if part.kind in ("strings", "text", "bytes") else exact_bytes(part.width),
            "examples": " · ".join(part.examples),
            "distinct": count(part.distinct) if part.distinct else "–",
            "share": percent(part.share),
        }
        for number, part in enumerate(found.parts, 1)
    ]


def _notes(found: Found) -> list[str]:
    """What a reader should know of how it was looked at."""
    notes = []
    if found.structure_bytes < found.size:
        notes.append(
            f"Structure was looked for in the first {size(found.structure_bytes)} of {size(found.size)}."
        )
    if found.picture_bytes < found.size:
        notes.append(f"The pictures are of {size(found.picture_bytes)}, evenly spread.")
    return notes


# The field map: one record as a bar of its fields, and what each costs


def field_map(found: Found) -> dict[str, Any]:
    """Return two bars over the same fields: bytes in a record, and bytes of the compressed size."""
    if found.records is None:
        return {}
    fields = list(zip(found.records.widths, found.parts, strict=False))
    if not fields:
        return {}
    most = max(part.share for _, part in fields) or 1.0
    return {
        "record": list(_bar([width for width, _ in fields], fields, most)),
        "packed": list(_bar([part.share for _, part in fields], fields, most)),
        "rows": _map_rows(fields),
        "title": f"One record of {counted(found.records.stride, 'byte')}",
        "cut": len(found.records.widths) - len(fields),
    }


def _map_rows(fields: Sequence[tuple[int, Part]]) -> Iterator[dict[str, Any]]:
    start = 0
    for number, (width, part) in enumerate(fields, 1):
        yield {
            "number": number,
            "start": start,
            "width": width,
            "kind": KINDS.get(part.kind, part.kind),
            "entropy": part.entropy,
            "share": part.share,
        }
        start += width


def _bar(
    lengths: Sequence[float], fields: Sequence[tuple[int, Part]], most: float
) -> Iterator[dict[str, Any]]:
    total, start = sum(lengths) or 1.0, 0.0
    for number, (length, (width, part)) in enumerate(zip(lengths, fields, strict=True), 1):
        share = 100 * length / total
        yield {
            "x": f"{start:.3f}",
            "width": f"{share:.3f}",
            "middle": f"{start + share / 2:.3f}",
            "number": number if share >= LABELLED else "",
            "strength": f"{FAINT + (STRONG - FAINT) * part.share / most:.2f}",
            "words": _field_words(number, width, part),
        }
        start += share


def _field_words(number: int, width: int, part: Part) -> str:
    said = [
        f"Field {number}: {counted(width, 'byte')}, {KINDS.get(part.kind, part.kind)}",
        f"{significant(part.entropy)} bits a byte",
        f"{percent(part.share)} of the compressed size",
    ]
    if part.low:
        said.insert(1, f"{part.low} to {part.high}")
    return ", ".join(said)


# Along the file, and by value


def entropy(found: Found) -> dict[str, Any]:
    """Return the windows as bars of a scale of 8 bits, in units that the picture stretches."""
    windows = [
        {
            "x": number,
            "y": f"{BITS - bits:.3f}",
            "height": f"{bits:.3f}",
            "at": number * found.window,
            "bits": bits,
            "words": f"At {size(number * found.window)}: {bits:.2f} bits a byte",
        }
        for number, bits in enumerate(found.entropy)
    ]
    return {
        "windows": windows,
        "count": len(windows) or 1,
        "end": size(found.size),
        "middle": size(found.size / 2),
        "note": f"in steps of {size(found.window)}",
    }


def histogram(found: Found) -> dict[str, Any]:
    """Return a bar for each value of a byte, by the logarithm of its share."""
    total = sum(found.histogram) or 1
    bars = []
    for value, number in enumerate(found.histogram):
        height = 1 - math.log(number / total) / math.log(LOG_FLOOR) if number else 0.0
        height = min(max(height, 0.0), 1.0)
        bars.append(
            {
                "x": value,
                "y": f"{1 - height:.4f}",
                "height": f"{height:.4f}",
                "name": byte_name(value),
                "number": number,
                "share": number / total,
                "words": f"{byte_name(value)}: {percent(number / total)}, {count(number)} times",
            }
        )
    return {"bars": bars, "distinct": sum(1 for number in found.histogram if number)}


def byte_name(value: int) -> str:
    """Return a byte in hexadecimal, and the character that it is."""
    named = {9: "tab", 10: "line end", 13: "return", 32: "space"}
    character = named.get(value) or (f"“{chr(value)}”" if 32 < value < 127 else "")
    return f"0x{value:02X}{SPACE}{character}" if character else f"0x{value:02X}"
