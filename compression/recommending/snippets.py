"""“Copy as”: how a program is recommended the same, and how it compresses so in one step."""

from typing import Any

from compression.recommending.models import Recommendation
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet

PATH = "compression/enhanced/recommend"


def for_recommendation(row: Recommendation, base: str) -> list[Snippet]:
    """Return snippets that ask again for the same file; of one that was deleted, by the command line alone."""
    name = snippets.local_name(row.file.name)
    gone = row.file.deleted_at is not None
    before = [] if gone else [snippets.curl_file(base, row.file_id, snippets.word(name))]
    command = (COMMAND, "\n".join([*before, snippets.command(*_words(row), files=[name])]))
    if gone:
        return [command]
    call: dict[str, Any] = {"file": str(row.file_id), "objective": row.objective}
    if row.constraints:
        call["constraints"] = row.constraints
    return [
        (CURL, f'{snippets.curl_ask(base, PATH, call)}\nprintf "%s\\n" "$answer"'),
        (
            PYTHON,
            f"{snippets.python_ask(base)}\n\n{snippets.python_call(PATH, repr(call))}\n"
            "for one in answer['recommendations']:\n"
            "    print(one['rank'], one['algorithm'], one['level'], one['predicted']['ratio'], one['reasons'])",
        ),
        command,
    ]


def _words(row: Recommendation) -> list[str]:
    options = {
        "min_compress_mb_s": "--min-compress",
        "min_decompress_mb_s": "--min-decompress",
        "max_memory_bytes": "--max-memory",
    }
    asked = [f"{options[name]}={value:.15g}" for name, value in row.constraints.items() if name in options]
    return ["recommend", f"--objective={row.objective}", *asked]
