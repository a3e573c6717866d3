"""“Copy as”: how a program looks at the same content."""

from compression.analyses.models import Analysis
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet

PATH = "compression/enhanced/analyze"


def for_analysis(analysis: Analysis, base: str) -> list[Snippet]:
    """Return snippets that analyse the same file; of one that was deleted, by the command line alone."""
    name = snippets.local_name(analysis.file.name)
    gone = analysis.file.deleted_at is not None
    before = [] if gone else [snippets.curl_file(base, analysis.file_id, snippets.word(name))]
    command = (COMMAND, "\n".join([*before, snippets.command("analyze", files=[name])]))
    if gone:
        return [command]
    call = {"file": str(analysis.file_id)}
    return [
        (CURL, snippets.curl_shown(base, f"{PATH}/{analysis.pk}")),
        (
            PYTHON,
            f"{snippets.python_ask(base)}\n\n{snippets.python_call(PATH, repr(call))}\n"
            "print(answer['structure']['summary'])",
        ),
        command,
    ]
