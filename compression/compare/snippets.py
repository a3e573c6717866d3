"""“Copy as”: how a program makes a comparison again."""

import shlex
from typing import Any

from compression.compare.models import Comparison, Measurement
from compression.snippets import as_curl, as_python, changed


def for_comparison(comparison: Comparison, base: str) -> list[tuple[str, str]]:
    """Return pairs of language and code that measure the same candidates on the same file, in the same order."""
    rows = list(comparison.measurements.all())
    call: dict[str, Any] = {
        "file": str(comparison.file_id),
        "algorithms": [_wish(row) for row in rows],
        "budget_s": comparison.budget_s,
        "seed": comparison.seed,
    }
    if comparison.repetitions is not None:
        call["repetitions"] = comparison.repetitions
    path = "compression/compare"
    found = [
        ("curl", f'{as_curl(base, path, call, wait=True)}\nprintf %s "$answer" > comparison.json'),
        (
            "Python",
            f'{as_python(base, path, call)}\nwith open("comparison.json", "w") as file:\n    json.dump(answer, file)',
        ),
    ]
    if line := _command(comparison, rows):
        found.append(("Command line", line))
    return found


def _wish(row: Measurement) -> dict[str, Any]:
    if row.algorithm.is_dynamic:
        return {"algorithm": row.algorithm.name}
    wish: dict[str, Any] = {"algorithm": row.algorithm.name}
    if row.level is not None:
        wish["level"] = row.level
    if differing := changed(row.algorithm, row.params):
        wish["params"] = differing
    return wish


def _command(comparison: Comparison, rows: list[Measurement]) -> str:
    """The command line, where it can say the same: it takes levels and no parameters, and knows no presets."""
    plain = [row for row in rows if not row.algorithm.is_dynamic and not changed(row.algorithm, row.params)]
    if len(plain) < len(rows):
        return ""
    names = ",".join(
        row.algorithm.name if row.level is None else f"{row.algorithm.name}:{row.level}" for row in rows
    )
    words = ["python", "manage.py", "compare", f"-a={names}", f"--seed={comparison.seed}"]
    words.append(
        f"--budget={comparison.budget_s:g}"
        if comparison.repetitions is None
        else f"-n={comparison.repetitions}"
    )
    return shlex.join([*words, "--json", comparison.file_name]) + " > comparison.json"
