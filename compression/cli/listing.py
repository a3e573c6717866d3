"""`formats`."""

import argparse
from typing import Any

from compression.cli.report import Report
from compression.engine import codecs, formats


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none."""


def run(options: argparse.Namespace, report: Report) -> bool:
    """List the codecs with their levels and parameters, then the archives."""
    rows: list[dict[str, Any]] = []
    for name, codec in sorted(codecs.all_codecs().items()):
        levels = codec.levels()
        rows.append(
            {
                "name": name,
                "title": codec.title,
                "extension": codec.extension,
                "levels": levels._asdict() if levels else None,
                "params": sorted(set(codec.schema()["properties"]) - {"level"}),
                "write": True,
                "description": codec.description,
            }
        )
    rows += [
        {"name": item.id, "title": item.title, "extension": item.extensions[0], "write": False}
        for item in formats.all_formats().values()
        if item.is_archive
    ]
    report.table(rows, [_line(row) for row in rows])
    return True


def _line(row: dict[str, Any]) -> str:
    levels = row.get("levels")
    span = f"levels {levels['minimum']} to {levels['maximum']}, usually {levels['default']}" if levels else ""
    what = row.get("description") or "archive: is unpacked"
    return f"{row['name']:<9}{row['extension']:<9}{span:<36}{what}"
