"""“Copy as”: how a program makes a batch again and takes what it gives."""

import json
from collections.abc import Sequence
from math import ceil
from typing import Any

from compression.batch.archive import Paths, method_labels
from compression.batch.models import Batch, BatchItem
from compression.choices import Operation
from compression.models import Algorithm
from compression.snippets import Settings, settings_of
from core import snippets
from core.snippets import COMMAND, CURL, PYTHON, Snippet

SHOWN_FILES = 50
"""The ids of more files are asked of the API."""
PAGE = 200

PATH = "compression/batch"
TARGET, ORIGINALS, COMPRESSED = "batch.zip", "originals", "compressed"


def for_batch(batch: Batch, base: str) -> list[Snippet]:
    """Return snippets that make the same batch again at the platform at `base`, and take its outputs.

    The files are those that are still there. The command line compresses a folder of them, with one call a method.
    """
    found = batch.items.filter(method=0, file__isnull=False, file__deleted_at=None).select_related("file")
    items = list(found.order_by("position")[: SHOWN_FILES + 1])
    methods = _methods(batch)
    command = (COMMAND, "\n".join([*_fetched(items, base), *_commands(batch, methods)]))
    if not items:
        return [command]
    wishes = [one.wish for one in methods]
    curl, python = _of_many if len(items) > SHOWN_FILES else _of_few
    return [
        (CURL, f"{curl(batch, items, wishes, base)}\n{snippets.curl_result(base, 'archive', TARGET)}"),
        (PYTHON, f'{_python(base, *python(batch, items, wishes))}\nsave(answer["archive"], "{TARGET}")'),
        command,
    ]


def _methods(batch: Batch) -> list[Settings]:
    names = {method["algorithm"] for method in batch.methods}
    known = Algorithm.objects.in_bulk(names, field_name="name")
    return [
        settings_of(known[method["algorithm"]], method["level"], method["params"])
        for method in batch.methods
        if method["algorithm"] in known
    ]


Wishes = list[dict[str, Any]]


def _python(base: str, before: str, call: str) -> str:
    parts = [snippets.python_ask(base), snippets.PYTHON_SAVE, before, snippets.python_call(PATH, call)]
    return "\n\n".join(filter(None, parts))


# Few files: their ids stand in the call


def _few(items: Sequence[BatchItem], wishes: Wishes) -> dict[str, Any]:
    return {"files": [str(item.file_id) for item in items], "algorithms": wishes}


def _curl_of_few(batch: Batch, items: Sequence[BatchItem], wishes: Wishes, base: str) -> str:
    return snippets.curl_ask(base, PATH, _few(items, wishes))


def _python_of_few(batch: Batch, items: Sequence[BatchItem], wishes: Wishes) -> tuple[str, str]:
    return "", repr(_few(items, wishes))


_of_few = (_curl_of_few, _python_of_few)


# Many files: their ids come from the list of the batch's items, which has each once for every method


def _listed(batch: Batch) -> str:
    return f"compression/batches/{batch.pk}/items?page_size={PAGE}"


def _curl_of_many(batch: Batch, items: Sequence[BatchItem], wishes: Wishes, base: str) -> str:
    page = snippets.curl_shown(base, f'"{_listed(batch)}&page=$page"')
    body = f'{{"files": [$files], "algorithms": {json.dumps(wishes)}}}'
    return f"""files=$(for page in $(seq {ceil(batch.count / PAGE)}); do
  {page}
done | grep -o '"file":"[^"]*"' | cut -d : -f 2 | sort -u | paste -s -d , -)
{snippets.curl_ask_with(base, PATH, body)}"""


def _python_of_many(batch: Batch, items: Sequence[BatchItem], wishes: Wishes) -> tuple[str, str]:
    before = f"""files, page = [], "{_listed(batch)}"
while page:
    found = json.load(ask(page))
    files += [item["file"] for item in found["results"] if item["file"] and item["file"] not in files]
    page = (found["next"] or "").removeprefix(API)"""
    return before, f'{{"files": files, "algorithms": {wishes!r}}}'


_of_many = (_curl_of_many, _python_of_many)


# The command line


def _fetched(items: Sequence[BatchItem], base: str) -> list[str]:
    """Shell that puts the originals into a folder; of many it says that they belong there."""
    if not items or len(items) > SHOWN_FILES:
        return [f"# the files of the batch are in the folder {ORIGINALS}"]
    paths = Paths()
    lines = []
    for item in items:
        path = paths.free(f"{ORIGINALS}/{snippets.local_path(item.path)}")
        lines.append(snippets.curl_file(base, item.file_id, snippets.word(path), folders=True))
    return lines


def _commands(batch: Batch, methods: Sequence[Settings]) -> list[str]:
    lines = []
    labels = method_labels(batch)
    for place, (label, method) in enumerate(zip(labels, methods, strict=False), 1):
        words, before = method.words(Operation.COMPRESS, f"-{place}")
        target = f"{COMPRESSED}/{label}" if len(methods) > 1 else COMPRESSED
        lines += [*before, snippets.command(*words, options={"--into": target}, files=[ORIGINALS])]
    return lines
