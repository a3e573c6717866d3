"""“Use it by”: how a program compresses with an algorithm. `$TOKEN` is a token, `$FILE` a file of one's own."""

import shlex
from typing import Any
from urllib.parse import urlencode

from compression.choices import Operation
from compression.models import Algorithm
from compression.snippets import as_python, settings_of
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet


def for_algorithm(algorithm: Algorithm, codec: Algorithm, base: str) -> list[Snippet]:
    """Return pairs of language and code that compress with the algorithm, which is made of `codec`, at `base`."""
    call: dict[str, Any] = {"algorithm": algorithm.name}
    if algorithm.level_default is not None:
        call["level"] = algorithm.level_default
    found = [(CURL, _curl(base, call)), (PYTHON, _python(base, call))]
    if algorithm.streaming:
        found.append(("Stream", _stream(base, call)))
    return [*found, (COMMAND, _command(algorithm, codec))]


def _curl(base: str, call: dict[str, Any]) -> str:
    parts = " ".join(f"-F {name}={shlex.quote(str(value))}" for name, value in call.items())
    return f"""curl -s -H "Authorization: Bearer $TOKEN" -H "Prefer: wait=30" \\
     -F "file=@$FILE" {parts} \\
     {base}/api/v1/compression/compress"""


def _python(base: str, call: dict[str, Any]) -> str:
    code = as_python(base, "compression/compress", {"file": "$FILE", **call})
    code = code.replace("'$FILE'", 'os.environ["FILE"]')  # the id of one of the account's files
    return f"{code}\nprint(answer)"


def _stream(base: str, call: dict[str, Any]) -> str:
    return f"""some-program | curl -s -H "Authorization: Bearer $TOKEN" -T - -X POST \\
     '{base}/api/v1/compression/stream?{urlencode(call)}' > output"""


def _command(algorithm: Algorithm, codec: Algorithm) -> str:
    """The command line, which knows codecs and no presets."""
    composed = algorithm.composition or {"level": algorithm.level_default, "params": {}}
    words, before = settings_of(algorithm, composed["level"], composed["params"]).words(Operation.COMPRESS)
    call = snippets.command(*words, options={"-o": f"output{codec.file_extension}"})
    return "\n".join([*before, f'{call} "$FILE"'])
