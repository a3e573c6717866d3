"""“Copy as”: how a program makes a comparison again."""

from typing import Any

from compression.compare.models import Comparison, Measurement
from compression.snippets import Settings, settings_of
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet

TARGET = "comparison.json"


def for_comparison(comparison: Comparison, base: str) -> list[Snippet]:
    """Return snippets that measure the same candidates on the same file, in the same order.

    Of an input that was deleted the platform can measure nothing; the command line can, where somebody has a copy.
    """
    rows = [_settings(row) for row in comparison.measurements.all()]
    command = (COMMAND, _command(comparison, rows, base))
    if _is_gone(comparison):
        return [command]
    call, path = _call(comparison, rows), "compression/compare"
    ask = snippets.python_call(path, repr(call))
    keep = f'with open("{TARGET}", "w") as file:\n    json.dump(answer, file)'
    return [
        (CURL, f"{snippets.curl_ask(base, path, call)}\n{_curl_keep(base)}"),
        (PYTHON, f"{snippets.python_ask(base)}\n\n{ask}\n{keep}"),
        command,
    ]


def _settings(row: Measurement) -> Settings:
    return settings_of(row.algorithm, row.level, row.params)


def _is_gone(comparison: Comparison) -> bool:
    return comparison.file is None or comparison.file.deleted_at is not None


def _call(comparison: Comparison, rows: list[Settings]) -> dict[str, Any]:
    call: dict[str, Any] = {
        "file": str(comparison.file_id),
        "algorithms": [row.wish for row in rows],
        "budget_s": comparison.budget_s,
        "seed": comparison.seed,
    }
    if comparison.repetitions is not None:
        call["repetitions"] = comparison.repetitions
    return call


def _curl_keep(base: str) -> str:
    """What the call answered at once begins with the id of the comparison, that of a job has it in its result."""
    return f"""answer=$(printf %s "$answer" | sed 's/.*"result":{{//')
{snippets.curl_pick("id")}
{snippets.curl_get(base, 'compression/compare/"${id:?$answer}"', TARGET)}"""


def _command(comparison: Comparison, rows: list[Settings], base: str) -> str:
    name = snippets.local_name(comparison.file_name)
    before = (
        [] if _is_gone(comparison) else [snippets.curl_file(base, comparison.file_id, snippets.word(name))]
    )
    candidates = []
    for place, row in enumerate(rows, 1):
        given, files = snippets.command_params(row.params, row.schema, f"-{place}")
        before += files
        level = [] if row.level is None else [str(row.level)]
        candidates.append(":".join([row.codec, *level, *given]))
    how = (
        f"--budget={comparison.budget_s:g}"
        if comparison.repetitions is None
        else f"--repetitions={comparison.repetitions}"
    )
    words = ["compare", f"--algorithms={','.join(candidates)}", f"--seed={comparison.seed}", how, "--json"]
    return "\n".join([*before, f"{snippets.command(*words, files=[name])} > {TARGET}l"])
