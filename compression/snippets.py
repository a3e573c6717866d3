"""“Copy as”: how a program does again what a page shows. `$TOKEN` is a token of the account."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from compression.choices import Operation
from compression.models import Algorithm, Result


def for_result(result: Result, base: str) -> list[tuple[str, str]]:
    """Return pairs of language and code that make this result again at the platform at `base`, and take its bytes."""
    if result.algorithm is None:
        return _for_archive(result, base)
    call: dict[str, Any] = {"file": str(result.file_id), "algorithm": result.algorithm.name}
    if result.operation == Operation.COMPRESS and not result.algorithm.is_dynamic:
        if result.level is not None:
            call["level"] = result.level
        if differing := changed(result.algorithm, result.params):
            call["params"] = differing
    name = result.output.name if result.output else "output"
    path = f"compression/{result.operation}"
    found = [
        (
            "curl",
            f"{as_curl(base, path, call, wait=result.job_id is not None)}\n{_curl_download(base, name)}",
        ),
        ("Python", f"{as_python(base, path, call)}\n{_python_download(name)}"),
        ("Command line", _command(result.algorithm, result, name)),
    ]
    if result.output is None or not result.algorithm.lossless:
        return found
    told = f"# SHA-256 {result.output.sha256}"
    return [(language, f"{code}\n{told}") for language, code in found]


def _for_archive(result: Result, base: str) -> list[tuple[str, str]]:
    """The files of an archive, written under their paths."""
    call, path = {"file": str(result.file_id)}, "compression/decompress"
    return [
        ("curl", f"{as_curl(base, path, call, wait=result.job_id is not None)}\n{_curl_members(base)}"),
        ("Python", f"{as_python(base, path, call)}\n{_PYTHON_MEMBERS}"),
        ("Command line", shlex.join(["dynacomp", "decompress", "--", result.file_name])),
    ]


def _curl_members(base: str) -> str:
    return f"""printf %s "$answer" | python3 -c 'import json, sys
for output in json.load(sys.stdin)["outputs"]:
    if output["file"]:
        print(output["file"], output["path"])' | while read -r id path; do
  mkdir -p -- "$(dirname -- "./$path")"
  curl -s -H "Authorization: Bearer $TOKEN" -o "./$path" {base}/api/v1/files/download/$id
done"""


_PYTHON_MEMBERS = """for output in answer["outputs"]:
    if output["file"]:
        os.makedirs(os.path.dirname("./" + output["path"]), exist_ok=True)
        with open("./" + output["path"], "wb") as file:
            file.write(ask("files/download/" + output["file"]).read())"""


def changed(algorithm: Algorithm, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that differ from the algorithm's defaults."""
    declared = algorithm.params_schema.get("properties", {})
    return {name: value for name, value in params.items() if declared.get(name, {}).get("default") != value}


# The shell


def as_curl(base: str, path: str, call: Mapping[str, Any], *, wait: bool) -> str:
    """Return shell that calls the API and has the answer in $answer; with `wait`, that of the job it becomes."""
    lines = f"""answer=$(curl -s -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
     -H "Prefer: wait=30" \\
     -d {shlex.quote(json.dumps(call, ensure_ascii=False))} \\
     {base}/api/v1/{path})"""
    return f"{lines}\n{_curl_wait(base)}" if wait else lines


def _curl_wait(base: str) -> str:
    return f"""while printf %s "$answer" | grep -q '"progress"'; do  # a job: wait until it has a result
  job=$(printf %s "$answer" | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
  answer=$(curl -s -H "Authorization: Bearer $TOKEN" -H "Prefer: wait=30" {base}/api/v1/jobs/$job |
    python3 -c 'import json, sys; job = json.load(sys.stdin); print(json.dumps(job["result"] or job["error"] or job))')
done"""


def _curl_download(base: str, name: str) -> str:
    return f"""output=$(printf %s "$answer" | python3 -c 'import json, sys; print(json.load(sys.stdin)["output"])')
curl -s -H "Authorization: Bearer $TOKEN" -o {shlex.quote(name)} {base}/api/v1/files/download/$output"""


# Python


def as_python(base: str, path: str, call: Mapping[str, Any]) -> str:
    """Return Python that calls the API and has the answer, or that of the job it becomes, in `answer`."""
    return f'''import json, os, urllib.request

def ask(path, body=None):
    request = urllib.request.Request(
        "{base}/api/v1/" + path,
        data=json.dumps(body).encode() if body else None,
        headers={{
            "Authorization": "Bearer " + os.environ["TOKEN"],
            "Content-Type": "application/json",
            "Prefer": "wait=30",
        }},
    )
    return urllib.request.urlopen(request)

answer = json.load(ask("{path}", {dict(call)!r}))
while "progress" in answer:  # a job: wait until it has a result
    job = json.load(ask("jobs/" + answer["id"]))
    answer = job["result"] or job["error"] or job'''


def _python_download(name: str) -> str:
    return f"""with open({name!r}, "wb") as file:
    file.write(ask("files/download/" + answer["output"]).read())"""


# The command line, which knows codecs and no presets


def _command(made_with: Algorithm, result: Result, name: str) -> str:
    algorithm, level, params = settings_of(made_with, result.level, result.params)
    words = ["python", "manage.py", result.operation, "-a", algorithm]
    if result.operation == Operation.COMPRESS:
        words += level_words(level)
        for key, value in params.items():
            words += ["-p", f"{key}={json.dumps(value)}"]
    return shlex.join([*words, "-o", name, result.file_name])


def settings_of(
    algorithm: Algorithm, level: int | None, params: Mapping[str, Any]
) -> tuple[str, int | None, dict[str, Any]]:
    """Return codec, level and parameters, in the words of the engine, of which a call was made."""
    if algorithm.composition is not None:
        return algorithm.composition["algorithm"], level, dict(params)
    return algorithm.name, level, changed(algorithm, params)


def level_words(level: int | None) -> list[str]:
    """Return the arguments for a level; a negative one must not look like an option."""
    return [] if level is None else ([f"--level={level}"] if level < 0 else ["-l", str(level)])
