"""“Copy as”: how a program makes an optimisation again."""

from typing import Any

from compression.optimising.models import Optimisation
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, PYTHON_SAVE, Snippet

PATH = "compression/enhanced/optimize-iterative"


def for_optimisation(row: Optimisation, base: str) -> list[Snippet]:
    """Return snippets that search again with the same wishes, and take the output.

    Of a file that was deleted the platform can search nothing; the command line can, where somebody has a copy.
    """
    name = snippets.local_name(row.file_name)
    gone = row.file is None or row.file.deleted_at is not None
    before = [] if gone else [snippets.curl_file(base, row.file_id, snippets.word(name))]
    command = (COMMAND, "\n".join([*before, snippets.command(*_words(row), files=[name])]))
    if gone:
        return [command]
    call, target = _call(row), snippets.local_name(f"{row.file_name}.dcz")
    return [
        (
            CURL,
            f"{snippets.curl_ask(base, PATH, call)}\n"
            f"{snippets.curl_result(base, 'output', snippets.word(target))}",
        ),
        (
            PYTHON,
            f"{snippets.python_ask(base)}\n\n{PYTHON_SAVE}\n\n{snippets.python_call(PATH, repr(call))}\n"
            f"print(answer['best']['ratio'], answer['best']['candidate'])\n"
            f"save(answer['output'], {target!r})",
        ),
        command,
    ]


def _call(row: Optimisation) -> dict[str, Any]:
    call: dict[str, Any] = {
        "file": str(row.file_id),
        "objective": row.objective,
        "time_budget_s": row.budget_s,
        "strategy": row.strategy,
        "iterations": row.rounds,
        "seed": row.seed,
    }
    return {**call, "constraints": row.constraints} if row.constraints else call


def _words(row: Optimisation) -> list[str]:
    return [
        "optimize",
        f"--objective={row.objective}",
        f"--budget={row.budget_s:g}",
        f"--rounds={row.rounds}",
        *([f"--trials={row.max_trials}"] if row.max_trials else []),
        f"--seed={row.seed}",
    ]
