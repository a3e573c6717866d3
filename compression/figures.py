"""The figures of a result as its page shows them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html

from compression.choices import Operation
from compression.engine import formats
from compression.models import Result
from core.formatting import duration, exact_bytes, rate, size

SHOWN = 25
"""Members of an archive that its result's page lists."""


def of(result: Result) -> dict[str, Any]:
    """Return what the page of a result needs besides the row."""
    links: dict[str, Any] = {}
    if result.output:
        links = {
            "download_url": reverse("files:download", args=[result.output.pk]),
            "download_label": f"Download {result.output.name}"
            if len(result.output.name) <= 40
            else "Download",
            "decompress_url": f"{reverse('compression:decompress')}?file={result.output.pk}",
        }
        if (
            result.operation == Operation.COMPRESS
            and result.algorithm
            and result.algorithm.file_extension == ".dcz"
        ):
            links["blocks_url"] = reverse("compression:blocks", args=[result.output.pk])
    if result.operation == Operation.COMPRESS and result.file and not result.file.deleted_at:
        links["optimise_url"] = f"{reverse('compression:optimise')}?file={result.file.pk}"
    return {
        **links,
        **_members(result),
        "bars": _bars(result),
        "facts": _facts(result),
        "measured": _measured(result),
    }


def _members(result: Result) -> dict[str, Any]:
    """What came out of an archive: the first files, those that did not, and where they all are."""
    if not result.formats:
        return {}
    outputs = result.outputs.select_related("file")
    kept = outputs.filter(error__isnull=True)
    count, refused = kept.count(), outputs.filter(error__isnull=False)
    folder = next((one.file.folder for one in kept[:1] if one.file), "")
    return {
        "members": kept[:SHOWN],
        "member_count": count,
        "more_members": max(0, count - SHOWN),
        "refused": refused[:SHOWN],
        "refused_count": refused.count(),
        "folder_url": f"{reverse('files:list')}?{urlencode({'folder': _top(folder)})}" if folder else "",
    }


def _top(folder: str) -> str:
    """Return the outermost folder: all members are below it."""
    return folder.split("/", 1)[0]


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
            "group": result.colour,
            "highlighted": True,
        },
    ]


def _facts(result: Result) -> list[tuple[str, Any]]:
    level = f", level {result.level}" if result.level is not None else ""
    made = "Made with" if result.operation == Operation.COMPRESS else "Read as"
    title = result.algorithm.title if result.algorithm else _layers(result.formats)
    rows: list[tuple[str, Any]] = [
        ("Original", exact_bytes(result.original_size)),
        ("Compressed", exact_bytes(result.compressed_size)),
        (made, f"{title}{level}"),
    ]
    if result.checksum:
        rows.append(("SHA-256 of the original", format_html("<code>{}</code>", result.checksum)))
    return rows


def _layers(ids: Sequence[str]) -> str:
    """Say what lies in what, in words: tar in Zstandard."""
    return " in ".join(formats.get(one).title for one in reversed(ids))


def _times(wall: float | None, cpu: float | None) -> str:
    return f"{duration(wall)}, CPU {duration(cpu)}"


def _measured(result: Result) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    if result.compress_seconds is not None:
        rows += [
            ("Compress", rate(result.compress_mb_s)),
            ("Time to compress", _times(result.compress_seconds, result.compress_cpu_seconds)),
        ]
    rows += [
        ("Decompress", rate(result.decompress_mb_s)),
        ("Time to decompress", _times(result.decompress_seconds, result.decompress_cpu_seconds)),
        ("Peak memory", size(result.peak_memory_bytes)),
    ]
    return rows
