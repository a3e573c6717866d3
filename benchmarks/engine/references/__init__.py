"""Figures from elsewhere that are compared with: of files of the same name and size."""

import json
from pathlib import Path
from typing import Any

from benchmarks.engine.results import speed

FIGURES = Path(__file__).with_name("openzl_trained.json")


def compared(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The engine beside OpenZL trained on the very file, for the files that there are figures of."""
    figures = json.loads(FIGURES.read_text())["files"]
    found = []
    for row in rows:
        known = figures.get(row["name"])
        if known is None or known["bytes"] != row["bytes"] or row["engine"]["error"]:
            continue
        size = row["engine"]["size"]
        found.append(
            {
                "name": row["name"],
                **known,
                "engine": size,
                "more": size / known["trained"] - 1,
                "smaller": size < known["trained"],
                "engine_decode_mb_s": speed(row["bytes"], row["engine"]["decode_s"]),
            }
        )
    return sorted(found, key=lambda item: -item["more"])
