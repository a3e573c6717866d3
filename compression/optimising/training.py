"""An algorithm trained on sample files: searched on some of them, judged on others."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compression import planning
from compression.engine import errors as engine
from compression.engine.isolation import client
from compression.engine.isolation import optimise as isolated
from compression.engine.isolation.optimise import Note, Weighed, Wishes
from compression.errors import translate
from compression.optimising import algorithms
from compression.selectors import input_of_job
from core import audit
from core.errors import Unprocessable
from core.jobs import JobContext, enqueue
from files import services as files

if TYPE_CHECKING:
    from accounts.models import User
    from core.models import Job
    from files.models import File

KIND = "train_algorithm"
PLAIN = {"id": "zstd", "level": 19}
PLAIN_WORDS = "zstd 19"
MOST_FILES = 100
MOST_SEARCHED = 8
"""Files of the training set that are searched; all of them are weighed."""
WORTH = 0.99
"""An algorithm is kept where its output is at most this part of what the plain codec makes."""
JOINT_BYTES = 8 * 1024 * 1024
NOTES_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """One file with its part in the training, and what the candidates and the plain codec make of it, in bytes."""

    file: "File"
    is_test: bool
    size: int
    packed: tuple[int, ...]
    plain: int


@audit.unaudited("the algorithm is audited where it is kept")
def training_request(
    *,
    owner: "User",
    sources: Sequence["File"],
    name: str,
    title: str = "",
    description: str = "",
    objective: str = "ratio",
    budget_s: float = 30.0,
    test_share: float = 0.3,
    seed: int = 0,
) -> "Job":
    """Have a worker find the pipeline that does best on a part of the files, and judge it on the rest."""
    if not 2 <= len(sources) <= MOST_FILES:
        raise Unprocessable(
            f"Choose 2 to {MOST_FILES} files; these are {len(sources)}.", code="number_of_files"
        )
    return enqueue(
        KIND,
        owner=owner,
        title=f"Train {name} on {len(sources)} files",
        params={
            "files": [str(source.pk) for source in sources],
            "name": name,
            "title": title,
            "description": description,
            "objective": objective,
            "budget_s": budget_s,
            "test_share": test_share,
            "seed": seed,
        },
        total=len(sources),
        unit="files",
    )


@audit.unaudited("the algorithm is audited where it is kept")
def training_run(ctx: JobContext) -> None:
    """Do the work of a `train_algorithm` job."""
    sources = [input_of_job(pk, ctx.owner) for pk in ctx.params["files"]]
    try:
        report, pipeline = Training(ctx, sources).go()
    except engine.Stopped:
        ctx.check()
        raise
    except engine.EngineError as error:
        raise translate(error) from error
    with ctx.completing() as done:
        made = algorithms.algorithm_keep(
            actor=ctx.owner,
            name=ctx.params["name"],
            pipeline=pipeline,
            objective=ctx.params["objective"],
            title=ctx.params["title"],
            description=ctx.params["description"],
            report=report,
        )
        done.result = {"algorithm": made.name, "version": made.version, **report}


class Training:
    """One training: candidates from the files of the training set, the best total of them, figures of both sets."""

    def __init__(self, ctx: JobContext, sources: Sequence["File"]) -> None:
        self._ctx = ctx
        self._train, self._test = split(sources, ctx.params["test_share"], ctx.params["seed"])

    def go(self) -> tuple[dict[str, Any], bytes]:
        """Return the report and the packed pipeline; Unprocessable where none does better than the plain codec."""
        candidates = self._candidates()
        self._ctx.progress(0, len(self._train) + len(self._test), unit="files", message="weighing")
        samples = [self._weigh(file, candidates, is_test=False) for file in self._train]
        totals = [sum(column) for column in zip(*(one.packed for one in samples), strict=True)]
        best = min(range(len(candidates)), key=totals.__getitem__)
        if totals[best] > WORTH * sum(one.plain for one in samples):
            raise Unprocessable(
                f"No pipeline does better on these files than {PLAIN_WORDS}: nothing was kept.",
                code="no_gain",
            )
        chosen = candidates[best]
        tested = [self._weigh(file, [chosen], is_test=True) for file in self._test]
        return report_of(samples, best, tested), chosen

    def _candidates(self) -> list[bytes]:
        """The best pipeline for each of some files, and for all of them one after the other."""
        searched = sorted(self._train, key=lambda file: -file.size)[:MOST_SEARCHED]
        each_s = self._ctx.params["budget_s"] / (len(searched) + 1)
        found: dict[str, bytes] = {}
        with client.memory_file() as joint:
            for number, file in enumerate(searched):
                self._ctx.check()
                self._ctx.progress(number, len(searched) + 1, unit="searches", message=file.name)
                with files.file_on_disk(file) as source:
                    self._search(source.fileno(), each_s, found)
                    source.seek(0)
                    joint.write(source.read(JOINT_BYTES // len(searched)))
            joint.seek(0)
            self._search(joint.fileno(), each_s, found)
        return list(found.values())

    def _search(self, source_fd: int, budget_s: float, found: dict[str, bytes]) -> None:
        best: list[Note] = []
        report = isolated.optimise(
            source_fd,
            Wishes(
                objective=self._ctx.params["objective"],
                budget_s=budget_s,
                rounds=1,
                seed=self._ctx.params["seed"],
                plain=[PLAIN],
            ),
            planning.limits(room=NOTES_BYTES),
            on_notes=lambda notes: best.extend(note for note in notes if note.best),
            should_stop=self._ctx.stopping,
        )
        self._ctx.add_cpu_seconds(report.cpu_seconds)
        if best and best[-1].best is not None:
            found[best[-1].best.name] = best[-1].best.pipeline

    def _weigh(self, file: "File", candidates: Sequence[bytes], *, is_test: bool) -> Sample:
        """What each candidate makes of a file; where it does not take it, the codec falls back to the plain one."""
        self._ctx.check()
        with files.file_on_disk(file) as source:
            weighed: Weighed = isolated.weigh(
                source.fileno(),
                candidates,
                planning.limits(room=NOTES_BYTES),
                plain=[PLAIN],
                should_stop=self._ctx.stopping,
            )
        self._ctx.add_cpu_seconds(weighed.cpu_seconds)
        plain = weighed.found[-1]["size"] if weighed.found[-1] else weighed.size
        packed = tuple(one["size"] if one else plain for one in weighed.found[:-1])
        return Sample(file, is_test, weighed.size, packed, plain)


def split(sources: Sequence["File"], test_share: float, seed: int) -> tuple[list["File"], list["File"]]:
    """Return the training and the test set, by chance from the seed; of two or more files each has one at least."""
    mixed = list(sources)
    random.Random(seed).shuffle(mixed)
    tests = round(len(mixed) * test_share)
    if len(mixed) > 1 and test_share > 0:
        tests = min(max(tests, 1), len(mixed) - 1)
    return mixed[tests:], mixed[:tests]


def report_of(train: Sequence[Sample], best: int, tests: Sequence[Sample]) -> dict[str, Any]:
    """Return the figures of both sets, and of each file."""
    rows = [*((one, one.packed[best]) for one in train), *((one, one.packed[0]) for one in tests)]
    return {
        "kind": "training",
        "plain": PLAIN_WORDS,
        "train": _totals([row for row in rows if not row[0].is_test]),
        "test": _totals([row for row in rows if row[0].is_test]),
        "files": [
            {
                "file": str(one.file.pk),
                "name": one.file.name,
                "set": "test" if one.is_test else "train",
                "size": one.size,
                "compressed_size": packed,
                "plain_size": one.plain,
            }
            for one, packed in rows
        ],
    }


def _totals(rows: Sequence[tuple[Sample, int]]) -> dict[str, Any]:
    size, packed = sum(one.size for one, _ in rows), sum(packed for _, packed in rows)
    plain = sum(one.plain for one, _ in rows)
    return {
        "files": len(rows),
        "size": size,
        "compressed_size": packed,
        "ratio": round(size / packed, 4) if packed else None,
        "plain_size": plain,
        "plain_ratio": round(size / plain, 4) if plain else None,
    }
