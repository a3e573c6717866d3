"""“Copy as”: how a program makes a batch again and takes what it gives."""

import json
import shlex
from typing import Any

from compression.batch.models import Batch
from compression.models import Algorithm

SHOWN_FILES = 20
"""A longer list of files is not repeated in a snippet: its place is told."""


def for_batch(batch: Batch, base: str) -> list[tuple[str, str]]:
    """Return pairs of language and code: begin the same batch at the platform at `base`, and download its archive."""
    ids = list(
        batch.items.filter(method=0, file__isnull=False)
        .order_by("position")
        .values_list("file_id", flat=True)[: SHOWN_FILES + 1]
    )
    names = [method["algorithm"] for method in batch.methods]
    schemas = dict(Algorithm.objects.filter(name__in=names).values_list("name", "params_schema"))
    files = [str(pk) for pk in ids] if len(ids) <= SHOWN_FILES else ["… the ids of your files"]
    call = {"files": files, "algorithms": [_method(one, schemas) for one in batch.methods]}
    return [("curl", _curl(base, call)), ("Python", _python(base, call))]


def _method(method: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The method without the parameters that have their defaults."""
    declared = schemas.get(method["algorithm"], {}).get("properties", {})
    params = {
        name: value
        for name, value in method["params"].items()
        if name in declared and declared[name].get("default") != value
    }
    level = {} if method["level"] is None or "level" not in declared else {"level": method["level"]}
    return {"algorithm": method["algorithm"], **level, **({"params": params} if params else {})}


def _curl(base: str, call: dict[str, object]) -> str:
    return f"""batch=$(curl -s -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
     -d {shlex.quote(json.dumps(call, ensure_ascii=False))} \\
     {base}/api/v1/compression/batch)
job=$(printf %s "$batch" | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
until done=$(curl -s -H "Authorization: Bearer $TOKEN" -H "Prefer: wait=30" {base}/api/v1/jobs/$job);
      printf %s "$done" | grep -q '"ended_at":"'; do :; done
archive=$(printf %s "$done" | python3 -c 'import json, sys; print(json.load(sys.stdin)["result"]["archive"])')
curl -s -H "Authorization: Bearer $TOKEN" -o batch.zip {base}/api/v1/files/download/$archive"""


def _python(base: str, call: dict[str, object]) -> str:
    return f'''import json, os, urllib.request

def ask(path, body=None):
    request = urllib.request.Request(
        "{base}/api/v1" + path,
        data=json.dumps(body).encode() if body else None,
        headers={{
            "Authorization": "Bearer " + os.environ["TOKEN"],
            "Content-Type": "application/json",
            "Prefer": "wait=30",
        }},
    )
    return urllib.request.urlopen(request)

answer = json.load(ask("/compression/batch", {call!r}))
while "progress" in answer:  # a job: wait until it has a result
    job = json.load(ask("/jobs/" + answer["id"]))
    answer = job["result"] if job["ended_at"] else job
with open("batch.zip", "wb") as file:
    file.write(ask("/files/download/" + answer["archive"]).read())'''
