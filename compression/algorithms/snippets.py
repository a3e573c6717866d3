"""“Use it by”: how a program compresses with an algorithm. `$TOKEN` is a token, `$FILE` a file of one's own."""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from compression.models import Algorithm
from compression.snippets import as_python, changed, level_words


def for_algorithm(algorithm: Algorithm, codec: Algorithm, base: str) -> list[tuple[str, str]]:
    """Return pairs of language and code that compress with the algorithm, which is made of `codec`, at `base`."""
    composed = algorithm.composition or {"level": algorithm.level_default, "params": {}}
    call: dict[str, Any] = {"algorithm": algorithm.name}
    if algorithm.level_default is not None:
        call["level"] = algorithm.level_default
    found = [("curl", _curl(base, call)), ("Python", _python(base, call))]
    if algorithm.streaming:
        found.append(("Stream", _stream(base, call)))
    return [*found, ("Command line", _command(codec, composed["level"], composed["params"]))]


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


def _command(codec: Algorithm, level: int | None, params: Mapping[str, Any]) -> str:
    """The command line, which knows codecs and no presets."""
    words = ["python", "manage.py", "compress", "-a", codec.name, *level_words(level)]
    for name, value in changed(codec, params).items():
        words += ["-p", f"{name}={json.dumps(value)}"]
    return f'{shlex.join([*words, "-o", f"output{codec.file_extension}"])} "$FILE"'
