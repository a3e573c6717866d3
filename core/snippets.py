"""“Copy as”: how a program does what a page shows. What the snippets of all pages are made of.

A snippet is a pair of language and code: CURL for a POSIX shell with curl, STREAM for the same within a pipe, PYTHON
for its standard library, COMMAND for `dynacomp`, the command line. Each runs as it is where `$TOKEN` is a token of the
account.
"""

import base64
import json
import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from core.text import cut_to_bytes

Snippet = tuple[str, str]

CURL, PYTHON, STREAM, COMMAND = "curl", "Python", "Stream", "Command line"
LANGUAGES = {CURL: "curl", PYTHON: "python", STREAM: "curl_stream", COMMAND: "command_line"}
"""The names of the languages in the API."""

NAME_BYTES = 240
"""File systems allow 255 for a name, where ours count letters; the rest is for the endings of what is made of it."""

AUTH = '-H "Authorization: Bearer $TOKEN"'
_SUFFIX = re.compile(r"(?<=.)(\.[^.]{1,15}){1,2}$")


def base_of(request: HttpRequest) -> str:
    """Return the address of the platform, without a slash at its end."""
    return request.build_absolute_uri("/").rstrip("/")


# Names


def local_name(name: str) -> str:
    """Return a name that every file system takes: `name`, or without the end of its stem where it is too long."""
    match = _SUFFIX.search(name)
    suffix = match[0] if match else ""
    suffix = suffix if len(suffix.encode()) < NAME_BYTES // 2 else ""
    stem = name.removesuffix(suffix)
    return cut_to_bytes(stem, NAME_BYTES - len(suffix.encode())) + suffix


def local_path(path: str) -> str:
    """Return a path of such names."""
    return "/".join(map(local_name, path.split("/")))


def word(path: str) -> str:
    """Return a path as a word of the shell that no program takes for an option, or for standard input."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


# The shell


def curl_ask(base: str, path: str, call: Mapping[str, Any]) -> str:
    """Return shell that posts `call` to the API, and has the answer, or that of the job it becomes, in $answer."""
    return _curl_post(base, path, f"<<'END'\n{json.dumps(call, ensure_ascii=False)}")


def curl_ask_with(base: str, path: str, body: str) -> str:
    """`curl_ask` with a JSON text in which the shell puts its variables in their places."""
    return _curl_post(base, path, f"<<END\n{body}")


def _curl_post(base: str, path: str, here: str) -> str:
    return f"""answer=$(curl -sS {AUTH} -H "Content-Type: application/json" -H "Prefer: wait=30" \\
  -d @- {base}/api/v1/{path} {here}
END
)
{curl_wait(base)}"""


def curl_shown(base: str, path: str) -> str:
    """Return shell that prints what the API answers to a GET; `path` is a word of the shell already."""
    return f"curl -fsS {AUTH} {base}/api/v1/{path}"


def curl_wait(base: str) -> str:
    """Return shell that waits for the end of the job in $answer, where it is one."""
    return f"""while printf %s "$answer" | grep -q '"ended_at":null'; do  # it became a job
  job=$(printf %s "$answer" | grep -o '"id":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
  answer=$(curl -sS {AUTH} -H "Prefer: wait=30" {base}/api/v1/jobs/$job)
done"""


def curl_pick(name: str) -> str:
    """Return shell that takes the id called `name` out of $answer into a variable of that name."""
    # A quote within a text is escaped, so that no text can look like a member of the answer.
    return f"""{name}=$(printf %s "$answer" | grep -o '"{name}":"[^"]*"' | head -n 1 | cut -d '"' -f 4)"""


def curl_get(base: str, path: str, target: str, *, folders: bool = False) -> str:
    """Return shell that writes what is at `path` to a file; both are words of the shell already."""
    made = "--create-dirs " if folders else ""
    return f"curl -fsS {AUTH} {made}-o {target} {base}/api/v1/{path}"


def curl_file(base: str, file_id: Any, target: str, *, folders: bool = False) -> str:
    """Return shell that downloads a stored file; see `curl_get`."""
    return curl_get(base, f"files/download/{file_id}", target, folders=folders)


def curl_result(base: str, name: str, target: str) -> str:
    """Return shell that downloads the file whose id $answer calls `name`; it says what came instead of one."""
    file_id = f'"${{{name}:?$answer}}"'
    return f"{curl_pick(name)}\n{curl_file(base, file_id, target)}"


# Python


def python_ask(base: str) -> str:
    """Return Python with `ask(path, body)`, which answers what the API does, and says what it refuses."""
    return f'''import json, os, shutil, sys, urllib.error, urllib.request

API = "{base}/api/v1/"

def ask(path, body=None):
    headers = {{"Authorization": "Bearer " + os.environ["TOKEN"], "Prefer": "wait=30"}}
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    try:
        return urllib.request.urlopen(urllib.request.Request(API + path, body, headers))
    except urllib.error.HTTPError as error:
        sys.exit(error.read().decode())'''


def python_call(path: str, call: str) -> str:
    """Return Python that posts the expression `call`, and has the answer, or that of the job, in `answer`."""
    return f"""answer = json.load(ask("{path}", {call}))
while "progress" in answer and not answer["ended_at"]:  # it became a job
    answer = json.load(ask("jobs/" + answer["id"]))
if "progress" in answer:
    answer = answer["result"] or sys.exit(json.dumps(answer["error"] or answer["status"]))"""


PYTHON_SAVE = """def save(file_id, path):
    with ask("files/download/" + file_id) as source, open(path, "wb") as target:
        shutil.copyfileobj(source, target)"""
"""Python with `save(file_id, path)`."""


# The command line


def command_params(
    params: Mapping[str, Any], schema: Mapping[str, Any], mark: str = ""
) -> tuple[list[str], list[str]]:
    """Return NAME=VALUE for each parameter, and shell that writes those of bytes to files first.

    The files are called after their parameter, with `mark` behind where there are several.
    """
    words, before = [], []
    for name, value in params.items():
        if "contentEncoding" in schema.get(name, {}):
            before.append(_written(f"{name}{mark}", value))
            words.append(f"{name}=@{name}{mark}")
        else:
            words.append(f"{name}={json.dumps(value)}")
    return words, before


def _written(name: str, encoded: str) -> str:
    lines = "\n".join(textwrap.wrap(base64.b64encode(base64.b64decode(encoded)).decode(), 76))
    return f"base64 -d > {name} <<'END'\n{lines}\nEND"


def command(*words: str, files: Sequence[str] = (), options: Mapping[str, str] = {}) -> str:
    """Return a call of `dynacomp`: words as they are, then options and files whose values are paths."""
    named = [f"{option} {word(path)}" for option, path in options.items()]
    return " ".join(["dynacomp", shlex.join(words), *named, *map(word, files)])
