"""The results on the terminal: losses first, then all together, by kind, and beside figures from elsewhere."""

from typing import Any

from benchmarks.engine.judging import CONTAINER, ENGINE, SMALL, search_per_mb, size_of, speeds
from benchmarks.engine.own import LEAST_BUDGET_S

Figures = dict[str, Any]


def aligned(rows: list[list[str]], left: int) -> str:
    """A table whose first columns, `left` in number, hang on the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(len(line) for line in lines))
    return "\n".join(lines)


def percent(share: float | None) -> str:
    """A share, or a dash where there is none."""
    return "–" if share is None else f"{share * 100:.1f}"


def count(number: int | None) -> str:
    """A number of bytes, or a dash."""
    return "–" if number is None else f"{number:,}"


def rate(mb_s: float) -> str:
    """MB/s to three digits or so."""
    return f"{mb_s:.0f}" if mb_s >= 10 else f"{mb_s:.1f}"


def _line(row: Figures) -> list[str]:
    encode, decode = speeds(row, row["engine"])
    return [
        row["name"] + (" !" if row["defect"] else "") + (" slow" if (row["late"] or 0) > 1 else ""),
        row["kind"],
        count(row["bytes"]),
        count(size_of(row, row["best_plain"])),
        row["best_plain"] or "–",
        count(size_of(row, row["best_openzl"])),
        count(size_of(row, ENGINE)),
        percent(row["saving"]),
        percent(row["regret"]),
        f"{search_per_mb(row):.2f}",
        rate(encode),
        rate(decode),
    ]


HEADS = [
    "file",
    "kind",
    "raw",
    "plain",
    "by",
    "OpenZL",
    "engine",
    "saved %",
    "regret %",
    "search s/MB",
    "enc MB/s",
    "dec MB/s",
]


def show(report: Figures) -> None:
    """Everything."""
    rows, total = report["files"], report["totals"]
    print(aligned([HEADS, *[_line(row) for row in rows]], left=2))
    print(
        "\nnegative savings are losses and come first; ! is a defect; slow is below the speed that is asked for\n"
    )
    _totals(report["settings"], total)
    print()
    print(aligned([KIND_HEADS, *[_kind(item) for item in report["kinds"]]], left=1))
    print()
    print(aligned([PEER_HEADS, *[_peer(name, item) for name, item in total["peers"].items()]], left=1))
    if report["references"]:
        print()
        _references(report["references"])
    for row in rows:
        for fault in row[ENGINE].get("faults", ()):
            print(f"FAULT in the engine, passed over: {row['name']}: {fault}")
    for error in report["errors"]:
        print(f"FAILED {error}")


NEAR, FAST_MB_S = 0.05, 300
"""What the fast mode is to reach."""
KIND_HEADS = ["medians by kind", "files", "saved %", "regret %", "search s/MB", "enc MB/s", "dec MB/s"]
PEER_HEADS = [f"files of {SMALL:,} bytes and more", "files", "mean ratio", "enc MB/s", "dec MB/s"]


def _kind(item: Figures) -> list[str]:
    return [
        item["kind"],
        str(item["files"]),
        percent(item["saving"]),
        percent(item["regret"]),
        f"{item['search_s_per_mb']:.2f}",
        rate(item["encode_mb_s"]),
        rate(item["decode_mb_s"]),
    ]


def _peer(name: str, item: Figures) -> list[str]:
    return [
        name,
        str(item["files"]),
        f"{item['ratio']:.3f}",
        rate(item["encode_mb_s"]),
        rate(item["decode_mb_s"]),
    ]


def _totals(settings: Figures, total: Figures) -> None:
    kept = "; those of peers are kept ones" if settings["cached"] else ""
    print(
        f"objective {settings['objective']}; the search may take {settings['budget']:g} CPU seconds per MB of the file,"
        f" and at least {LEAST_BUDGET_S} s; times are CPU times{kept}"
    )
    sizes = ("bytes", "best_plain", "best_openzl", "engine", "oracle")
    print(f"{total['files']} files:", ", ".join(f"{name} {total[name]:,}" for name in sizes))
    print(
        f"mean saving over the best plain codec of each file {percent(total['mean_saving'])} %;"
        f" over the best of the five strong ones, in bytes, {percent(total['mean_strong_saving'])} %,"
        f" of files of {SMALL:,} bytes and more {percent(total['mean_strong_saving_large'])} %"
    )
    print(
        f"regret against the best of all, of files of {SMALL:,} bytes and more: mean {percent(total['mean_regret'])} %,"
        f" median {percent(total['median_regret'])} %"
    )
    print(
        f"search {total['search_s']:.1f} s in all, median {total['search_s_per_mb'] or 0:.2f} s/MB;"
        f" median saving of records, numbers and tables {percent(total['median_structured_saving'])} %"
    )
    defects, losses = total["defects"], total["losses"]
    print(
        f"{len(losses)} losses, {len(defects)} defects (larger by more than {CONTAINER} bytes, or too slow):",
        *defects,
    )


def _references(found: list[Figures]) -> None:
    heads = [
        "OpenZL told the format",
        "untrained",
        "trained",
        "prototype",
        "engine",
        "more %",
        "its dec MB/s",
        "dec MB/s",
    ]
    lines = [
        [
            item["name"] + (" (about)" if item.get("about") else ""),
            count(item["untrained"]),
            count(item["trained"]),
            count(item.get("prototype")),
            count(item["engine"]),
            percent(item["more"]),
            rate(item["decode_mb_s"]),
            rate(item["engine_decode_mb_s"]),
        ]
        for item in found
    ]
    print(aligned([heads, *lines], left=1))
    smaller = sum(item["smaller"] for item in found)
    print(f"{smaller} of {len(found)} smaller than OpenZL trained")
    near = sum(item["more"] <= NEAR and item["engine_decode_mb_s"] >= FAST_MB_S for item in found)
    print(f"{near} of {len(found)} at most {NEAR:.0%} larger and decoded with {FAST_MB_S} MB/s or more")
