"""“Copy as”: how a program fetches a file."""

from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet
from files.choices import Kind
from files.models import File

PACKED = frozenset({Kind.COMPRESSED, Kind.ARCHIVE})


def for_file(file: File, base: str) -> list[Snippet]:
    """Return snippets that fetch `file` from the platform at `base`; the command line goes on to work with it."""
    name = snippets.local_name(file.name)
    fetch = snippets.curl_file(base, file.pk, snippets.word(name))
    verb = "decompress" if file.kind in PACKED else "compress"
    told = f"# SHA-256 {file.sha256}"
    python = f'{snippets.python_ask(base)}\n\n{snippets.PYTHON_SAVE}\n\nsave("{file.pk}", {name!r})'
    return [
        (CURL, f"{fetch}\n{told}"),
        (PYTHON, f"{python}\n{told}"),
        (COMMAND, f"{fetch}\n{snippets.command(verb, files=[name])}"),
    ]
