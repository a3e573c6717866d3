"""Outcomes of a folder's files: every chunk with all actions, in as many processes as there are cores."""

import csv
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import NamedTuple

from compression.engine.learning.calibration import machine
from compression.engine.learning.measuring import outcome_of, places
from compression.engine.learning.outcomes import Outcome, fault

MANIFEST = "MANIFEST.csv"
BESIDE = frozenset({MANIFEST, "README.md"})
MOST = 16
"""Chunks of one file, at most."""


class Task(NamedTuple):
    """A chunk to measure: where it is, the SHA-256 of its file (whatever it is called), and its kind."""

    path: Path
    offset: int
    length: int
    group: str
    kind: str


def gathered(
    folder: Path, wanted: int, keep: Path | None = None, tell: Callable[[int, int], None] = lambda *_: None
) -> list[Outcome]:
    """The outcomes of a folder, `wanted` of them where it has so much content; in order of names.

    With `keep` they are added to a file of JSON lines as they come, and those in it are not measured again.
    """
    tasks = chunks(folder, wanted)
    known = {outcome.content: outcome for outcome in kept(keep)} if keep else {}
    found: list[Outcome] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting = [_again(known.get(_digest(task)), task) or pool.submit(_measured, task) for task in tasks]
        for number, one in enumerate(waiting, 1):
            if isinstance(one, Outcome):
                found.append(one)
            else:
                found.append(one.result())
                if keep:
                    with keep.open("a") as lines:
                        lines.write(json.dumps(found[-1].config()) + "\n")
            tell(number, len(tasks))
    return list({outcome.content: outcome for outcome in found}.values())


def _again(outcome: Outcome | None, task: Task) -> Outcome | None:
    """What was measured before, in the file and of the kind that it is now; None where it cannot be used."""
    if outcome is None or fault(outcome):
        return None
    return replace(outcome, group=task.group, kind=task.kind)


def kept(path: Path) -> Iterator[Outcome]:
    """The outcomes in a file of JSON lines; a last line that is not whole is passed over."""
    if not path.exists():
        return
    for line in path.read_text().split("\n")[:-1]:
        yield Outcome.from_config(json.loads(line))


def chunks(folder: Path, wanted: int) -> list[Task]:
    """The chunks to measure: few of every file before many of some, as many as are wanted where there are so many."""
    kinds = _kinds(folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in BESIDE)
    files = [(path, _file_digest(path)) for path in paths]
    most, tasks = 0, list[Task]()
    while len(tasks) < wanted and most < MOST:
        most += 1
        tasks = [
            Task(path, *place, group, kinds.get(path.name) or _kind(path, folder))
            for path, group in files
            for place in places(path.stat().st_size, most)
        ]
    return tasks


def _kinds(folder: Path) -> dict[str, str]:
    """The kind of each file by its name, where the folder says it."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return {}
    with manifest.open(newline="") as rows:
        return {row["name"]: row["kind"] for row in csv.DictReader(rows)}


def _kind(path: Path, folder: Path) -> str:
    """The folder it lies in, or the ending of its name."""
    if path.parent != folder:
        return str(path.parent.relative_to(folder))
    return path.suffix.lstrip(".").lower() or "none"


def _read(task: Task) -> bytes:
    with task.path.open("rb") as file:
        file.seek(task.offset)
        return file.read(task.length)


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _digest(task: Task) -> str:
    return sha256(_read(task)).hexdigest()


def _measured(task: Task) -> Outcome:
    return outcome_of(_read(task), task.kind, task.group, machine())
