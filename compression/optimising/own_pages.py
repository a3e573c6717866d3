"""What the page of an algorithm that somebody made shows of it: where its versions come from, what can be done."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from compression.models import Algorithm
from core.formatting import ratio, size

if TYPE_CHECKING:
    from accounts.models import User


def of(user: "User", algorithm: Algorithm) -> dict[str, Any]:
    """Return what the page needs; nothing for a codec and for a preset."""
    if not (algorithm.config or {}).get("pipeline"):
        return {}
    mine = algorithm.owner_id == user.pk
    names = mine or user.is_staff  # of files that are the owner's alone
    export = reverse("api:compression:algorithm-export", args=[algorithm.name])
    return {
        "own": {
            "mine": mine,
            "can_delete": algorithm.owner_id is not None and names,
            "can_share": user.is_staff and algorithm.owner_id is not None,
            "export_url": export,
            "versions": [
                {
                    "version": row.version,
                    "made": row.created_at,
                    "from": _origin(row.report or {}, names=names),
                    "sets": _sets(row.report or {}),
                    "files": (row.report or {}).get("files", []) if names else [],
                    "export_url": f"{export}?version={row.version}",
                }
                for row in algorithm.versions.order_by("-version")[:20]
            ],
        }
    }


def _origin(report: dict[str, Any], *, names: bool) -> str:
    if report.get("kind") == "training":
        return f"trained on {report['train']['files']} files"
    if report.get("kind") == "optimisation":
        content, packed = report.get("content") or 0, report.get("size") or 0
        file = report.get("file", "a file") if names else "a file"
        return f"found for {file}, {ratio(content / packed if packed else None)}×"
    return "imported from a file" if report.get("kind") == "import" else "made here"


def _sets(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The two sets of a training, each beside the plain codec."""
    if report.get("kind") != "training":
        return []
    words = {"train": "Files that it was made of", "test": "Files that it had not seen"}
    return [
        {
            "words": words[name],
            "files": report[name]["files"],
            "size": size(report[name]["size"]),
            "ratio": report[name]["ratio"],
            "plain": report["plain"],
            "plain_ratio": report[name]["plain_ratio"],
        }
        for name in words
    ]
