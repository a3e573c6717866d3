"""“Copy as”: how a program streams a file."""

import json
from typing import Any
from urllib.parse import urlencode

from compression.choices import Operation
from compression.snippets import Settings
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet


def for_stream(
    operation: Operation, settings: Settings | None, source: str, target: str, base: str
) -> list[Snippet]:
    """Return snippets that send the file `source` through the platform at `base` and write `target`.

    Without `settings` the format is found from the bytes.
    """
    source, target = snippets.local_name(source), snippets.local_name(target)
    query = query_of(operation, settings)
    words, before = settings.words(operation) if settings else ([operation.value], [])
    command = snippets.command(*words, options={"-o": target}, files=[source])
    return [
        (CURL, _curl(f"{base}/api/v1/compression/stream?{query}", source, target)),
        (PYTHON, _python(f"{base}/api/v1/compression/stream?{query}&hold=true", source, target)),
        (COMMAND, "\n".join([*before, command])),
    ]


def query_of(operation: Operation, settings: Settings | None) -> str:
    """Return what the address of the endpoint says."""
    wish: dict[str, Any] = dict(settings.wish) if settings else {}
    params = wish.pop("params", {})
    if operation == Operation.DECOMPRESS:
        wish.pop("level", None)
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
    return urlencode({"operation": operation.value, **wish, **texts})


def _curl(url: str, source: str, target: str) -> str:
    # From standard input: curl would take brackets and braces in the name of a file for a pattern.
    return f"""curl -fsS {snippets.AUTH} -X POST -T - \\
  -o {snippets.word(target)} '{url}' < {snippets.word(source)}"""


def _python(url: str, source: str, target: str) -> str:
    return f'''import os, shutil, sys, urllib.error, urllib.request

source = open({source!r}, "rb")
headers = {{
    "Authorization": "Bearer " + os.environ["TOKEN"],
    "Content-Type": "application/octet-stream",
    "Content-Length": str(os.path.getsize({source!r})),
}}
try:
    answer = urllib.request.urlopen(urllib.request.Request("{url}", source, headers))
except urllib.error.HTTPError as error:
    sys.exit(error.read().decode())
with open({target!r}, "wb") as file:
    shutil.copyfileobj(answer, file)'''
