"""The panel of a file's page: what became of its content."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Min
from django.urls import reverse

from compression.choices import Operation
from compression.history import rows
from compression.models import Algorithm, HistoryEntry, Result
from core.access import Role
from core.formatting import size

if TYPE_CHECKING:
    from files.models import File

RECENT = 5
# The smallest of so many algorithms are set side by side.
SHOWN = 6


def context(file: "File", user: Any) -> dict[str, Any]:
    """Return what became of the content of `file` in the outcomes that `user` may see; see `files.panels`."""
    outcomes = HistoryEntry.objects.visible_to(user).filter(content_sha256=file.sha256)
    best = _best(outcomes)
    names = [row["algorithm"] for row in best[:SHOWN]]
    known = Algorithm.objects.visible_to(user).in_bulk(names, field_name="name")
    may = Role(user.role).includes(Role.USER)
    return {
        "recent": rows.shown(user, list(outcomes.order_by("-created_at")[:RECENT])),
        "made_by": Result.objects.visible_to(user).filter(output=file).select_related("algorithm").first(),
        "ratio": file.size / best[0]["smallest"] if best else None,
        "best_words": f"with {_words(best[0], known)}" if best else "",
        "bars": _bars(file, best[:SHOWN], known) if best else [],
        "history_url": f"{reverse('compression:history')}?file={file.pk}",
        "optimise_url": f"{reverse('compression:optimise')}?file={file.pk}" if may else "",
        "compare_url": f"{reverse('compression:compare')}?file={file.pk}" if may else "",
    }


def _best(outcomes: Any) -> list[dict[str, Any]]:
    """The smallest output of each algorithm, the smallest first, with the level that made it."""
    compressed = outcomes.filter(operation=Operation.COMPRESS, succeeded=True, compressed_size__gt=0)
    found = compressed.values("algorithm", "level").annotate(smallest=Min("compressed_size"))
    best: dict[str, dict[str, Any]] = {}
    for row in found.order_by("smallest", "algorithm", "level"):
        best.setdefault(row["algorithm"], row)
    return list(best.values())


def _words(row: Mapping[str, Any], known: Mapping[str, Algorithm]) -> str:
    """Algorithm and level, as one says it; a preset has no level to choose."""
    name, level = str(row["algorithm"]), row["level"]
    fixed = name in known and known[name].is_dynamic
    return name if level is None or fixed else f"{name} {level}"


def _bars(file: "File", best: list[dict[str, Any]], known: Mapping[str, Algorithm]) -> list[dict[str, Any]]:
    original = {"label": "As it is", "value": file.size, "text": size(file.size), "group": "c6"}
    return [
        original,
        *(
            {
                "label": _words(row, known),
                "value": row["smallest"],
                "text": size(row["smallest"]),
                "group": known[row["algorithm"]].colour if row["algorithm"] in known else "c6",
                "highlighted": row is best[0],
            }
            for row in best
        ),
    ]
