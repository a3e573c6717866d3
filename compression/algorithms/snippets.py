"""“Use it by”: how a program compresses with an algorithm. `$FILE` is a file of one's own, in Python its id."""

import shlex
from typing import Any
from urllib.parse import urlencode

from compression.choices import Operation
from compression.models import Algorithm
from compression.snippets import as_python, settings_of
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, STREAM, Snippet


def for_algorithm(algorithm: Algorithm, base: str) -> list[Snippet]:
    """Return snippets that compress with the algorithm at the platform at `base`."""
    call: dict[str, Any] = {"algorithm": algorithm.name}
    if algorithm.level_default is not None:
        call["level"] = algorithm.level_default
    output = f"output{algorithm.file_extension}"
    found = [(CURL, _curl(base, call, output)), (PYTHON, _python(base, call, output))]
    if algorithm.streaming:
        found.append((STREAM, _stream(base, call, output)))
    return [*found, (COMMAND, _command(algorithm, output))]


def _curl(base: str, call: dict[str, Any], output: str) -> str:
    parts = " ".join(f"-F {name}={shlex.quote(str(value))}" for name, value in call.items())
    return f"""answer=$(curl -sS -H "Authorization: Bearer $TOKEN" -H "Prefer: wait=30" \\
  -F "file=@\\"$FILE\\"" {parts} {base}/api/v1/compression/compress)
{snippets.curl_wait(base)}
{snippets.curl_result(base, "output", output)}"""


def _python(base: str, call: dict[str, Any], output: str) -> str:
    code = as_python(base, "compression/compress", {"file": "$FILE", **call}, saves=True)
    code = code.replace("'$FILE'", 'os.environ["FILE"]')
    return f'# FILE is the id of one of your files here\n{code}\nsave(answer["output"], {output!r})'


def _stream(base: str, call: dict[str, Any], output: str) -> str:
    return f"""cat "$FILE" | curl -fsS -H "Authorization: Bearer $TOKEN" -T - -X POST \\
  '{base}/api/v1/compression/stream?{urlencode(call)}' > {output}"""


def _command(algorithm: Algorithm, output: str) -> str:
    """The command line, which knows codecs and no presets."""
    composed = algorithm.composition or {"level": algorithm.level_default, "params": {}}
    words, before = settings_of(algorithm, composed["level"], composed["params"]).words(Operation.COMPRESS)
    call = snippets.command(*words, options={"-o": output})
    return "\n".join([*before, f'{call} "$FILE"'])
