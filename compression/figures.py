"""The figures of a result as its page shows them."""

from typing import Any

from django.urls import reverse

from compression.choices import Operation
from compression.models import Result
from core.formatting import duration, exact_bytes, rate, size


def of(result: Result) -> dict[str, Any]:
    """Return what the page of a result needs besides the row."""
    links: dict[str, Any] = {}
    if result.output:
        links = {
            "download_url": reverse("files:download", args=[result.output.pk]),
            "download_label": f"Download {result.output.name}"
            if len(result.output.name) <= 40
            else f"Download {result.algorithm.file_extension}",
            "decompress_url": f"{reverse('compression:decompress')}?file={result.output.pk}",
        }
    return {**links, "bars": _bars(result), "facts": _facts(result), "measured": _measured(result)}


def _bars(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "label": "Original",
            "value": result.original_size,
            "text": size(result.original_size),
            "group": "c6",
        },
        {
            "label": "Compressed",
            "value": result.compressed_size,
            "text": size(result.compressed_size),
            "group": result.algorithm.colour,
            "highlighted": True,
        },
    ]


def _facts(result: Result) -> list[tuple[str, Any]]:
    level = f", level {result.level}" if result.level is not None else ""
    made = "Made with" if result.operation == Operation.COMPRESS else "Read as"
    rows: list[tuple[str, Any]] = [
        ("Original", exact_bytes(result.original_size)),
        ("Compressed", exact_bytes(result.compressed_size)),
        (made, f"{result.algorithm.title}{level}"),
        ("SHA-256 of the original", result.checksum),
    ]
    return rows


def _measured(result: Result) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    if result.compress_seconds is not None:
        rows += [
            ("Compress", rate(result.compress_mb_s)),
            ("took", f"{duration(result.compress_seconds)}, CPU {duration(result.compress_cpu_seconds)}"),
        ]
    rows += [
        ("Decompress", rate(result.decompress_mb_s)),
        ("took", f"{duration(result.decompress_seconds)}, CPU {duration(result.decompress_cpu_seconds)}"),
        ("Peak memory", size(result.peak_memory_bytes)),
    ]
    return rows
