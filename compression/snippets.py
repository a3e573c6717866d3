"""“Copy as”: how a program does again what a result shows."""

import json
import shlex

from compression.choices import Operation
from compression.models import Result


def for_result(result: Result, base: str) -> list[tuple[str, str]]:
    """Return pairs of language and code that make this result again, from the platform at `base`."""
    body = {"file": str(result.file_id), "algorithm": result.algorithm.name}
    call: dict[str, object] = dict(body)
    if result.operation == Operation.COMPRESS:
        if result.level is not None:
            call["level"] = result.level
        if changed := _changed(result):
            call["params"] = changed
    url = f"{base}/api/v1/compression/{result.operation}"
    return [("curl", _curl(url, call)), ("Python", _python(url, call))]


def _changed(result: Result) -> dict[str, object]:
    """The parameters that differ from their defaults."""
    declared = result.algorithm.params_schema.get("properties", {})
    return {
        name: value for name, value in result.params.items() if declared.get(name, {}).get("default") != value
    }


def _curl(url: str, call: dict[str, object]) -> str:
    return (
        f'curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\\n'
        f"     -d {shlex.quote(json.dumps(call))} \\\n     {url}"
    )


def _python(url: str, call: dict[str, object]) -> str:
    return f'''import json, os, urllib.request

request = urllib.request.Request(
    "{url}",
    data=json.dumps({call!r}).encode(),
    headers={{
        "Authorization": "Bearer " + os.environ["TOKEN"],
        "Content-Type": "application/json",
    }},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))'''
