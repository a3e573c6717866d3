"""How long searches take: `python -m benchmarks.search [--files 100000] [--rounds 40] [--keep FOLDER] [--plans]`.

Starts PostgreSQL in a temporary folder, fills it with so many files of one account and a tenth as many of nine others,
three quarters of them with texts, and sends searches through `POST /api/v1/files/search` (parsing, permission, search,
facets, places of the words, JSON) and through the page of files (the same, as HTML) of a process of its own. Every
search is another one. Beside the time that passed stands the time that process and database had the processor: what
a machine takes that does nothing else. Fails where the 95th percentile of either way is 100 ms or more, or where a
selective search does not go through the indices.

`--keep` keeps the filled database in FOLDER and uses it again.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import figures, table
from config.services import Services

if TYPE_CHECKING:
    from benchmarks.search_material import Vocabulary

GOAL_MS = 100
PASSWORD = "correct horse battery"
VOCABULARY, SEED = 60_000, 7
Body = dict[str, Any]


class Searches:
    """Makes searches of many kinds, each time other ones."""

    def __init__(self, vocabulary: "Vocabulary", rng: random.Random) -> None:
        self._words, self._rng = vocabulary.words, rng

    def common(self) -> str:
        """A word of nearly every text."""
        return self._rng.choice(self._words[:50])

    def usual(self) -> str:
        """A word of some texts and names."""
        return self._rng.choice(self._words[200:5000])

    def rare(self) -> str:
        """A word of few texts."""
        return self._rng.choice(self._words[20_000:])

    def part(self) -> str:
        """The end of a word."""
        return self.usual()[-5:]

    def selective(self) -> dict[str, Body]:
        """Return searches by kind that find little."""
        return {
            "a rare word": {"query": self.rare()},
            "a part of names": {"query": self.part()},
            "two words": {"query": f"{self.usual()} {self.usual()}"},
            "nothing that is there": {"query": f"{self.rare()}{self._rng.random()}"},
        }

    def usual_ones(self) -> dict[str, Body]:
        """Return searches by kind as people make them."""
        from benchmarks.search_material import TITLES

        title, day = self._rng.choice(TITLES), self._rng.randint(1, 28)
        return {
            "a word of some names and texts": {"query": self.usual()},
            "a whole name, half typed": {"query": f"{self.usual()}-{self.usual()}-2025-0"},
            "three words, one of them everywhere": {
                "query": f"{self.common()} {self.usual()} {self.usual()}"
            },
            "a phrase": {"query": f'"{self.common()} {self.usual()}"'},
            "one or the other, not a third": {"query": f"{self.usual()} or {self.usual()} -{self.common()}"},
            "three letters, as typed": {"query": self.usual()[:3]},
            "letters beyond Latin": {"query": f"{title[: self._rng.randint(2, 6)]} {day:02}"},
        }

    def filtered(self) -> dict[str, Body]:
        """Return searches by kind that ask for more than words."""
        from benchmarks.search_material import FOLDERS, TAGS

        tag, folder = self._rng.choice(TAGS), self._rng.choice(FOLDERS)
        return {
            "a word, two kinds, a month": {"query": self.usual(), "kind": ["log", "csv"], "added": "month"},
            "a word, a tag, a size": {"query": self.usual(), "tags": [tag], "size_min": 5000},
            "no words: a kind and a folder": {"kind": [self._rng.choice(("log", "image"))], "folder": folder},
            "nothing: the list as it is": {},
        }

    def broad(self) -> dict[str, Body]:
        """Return searches by kind that find very much."""
        everywhere = self._rng.choice(("2025", "2026", "-", "_", ".", "log", "txt"))
        return {
            "a word of nearly every text": {"query": self.common()},
            "what is in every name": {"query": everywhere},
            "one letter": {"query": self._rng.choice("abcdefghijklmnopqrstuvwxyz")},
        }

    def all(self) -> dict[str, Body]:
        """Return one search of each kind."""
        return self.selective() | self.usual_ones() | self.filtered() | self.broad()


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """Run the services in `folder`, with a migrated database; Django is set up within the block."""
    with Services(folder / "data", durable=False) as services:
        os.environ |= {
            "DATA_DIR": str(services.data),
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "SECRET_KEY": "only-for-benchmarks",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield


def filled(count: int, vocabulary: "Vocabulary") -> Any:
    """Return the account with the files, which are made where they are missing."""
    from django.db import connection

    from accounts.models import User
    from accounts.services import user_register
    from benchmarks.search_material import Collection, fill
    from files.models import File

    known = User.objects.filter(username="bench0").first()
    if known and File.objects.filter(owner=known).count() == count:
        return known
    began, total = time.perf_counter(), 0
    for number in range(10):
        name = f"bench{number}"
        owner = user_register(username=name, email=f"{name}@example.org", password=PASSWORD)
        share = count if number == 0 else count // 90
        total += fill(owner.pk, Collection(vocabulary, number).files(owner.pk, share))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"filled in {time.perf_counter() - began:.0f} s, {total / 1e6:.0f} MB of texts", file=sys.stderr)
    return User.objects.get(username="bench0")


def by_api(owner: Any) -> Callable[[Body], Any]:
    """Return a function that sends a search to the endpoint."""
    from rest_framework.test import APIClient

    from accounts.services import token_create

    _, secret = token_create(owner=owner, name="bench", scope="read")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return lambda body: client.post("/api/v1/files/search", body, format="json")


def by_page(owner: Any) -> Callable[[Body], Any]:
    """Return a function that opens the page of a search."""
    from django.test import Client

    from files.search.criteria import Criteria
    from files.search.narrowing import page_of

    client = Client()
    client.post("/sign-in", {"username": owner.username, "password": PASSWORD})
    return lambda body: client.get(page_of(Criteria.of(body)))


def processor() -> float:
    """Return the seconds that this process and its database had the processor so far."""
    from django.db import connection

    connection.ensure_connection()
    database = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() + int(database.split()[0]) / 1e9


def timed(send: Callable[[Body], Any], body: Body) -> tuple[float, float]:
    """Send one search; return how long the answer took, and how long it had the processor."""
    before, began = processor(), time.perf_counter()
    answer = send(body)
    took = time.perf_counter() - began
    assert answer.status_code == 200, answer.content
    return took, processor() - before


def summed(found: list[tuple[float, float]]) -> dict[str, float]:
    """Return the figures of both times."""
    passed, had = ([one[which] for one in found] for which in (0, 1))
    of_processor = {name.replace("_ms", "_cpu_ms"): value for name, value in figures(had).items()}
    return figures(passed) | {name: of_processor[name] for name in ("p50_cpu_ms", "p95_cpu_ms")}


def measure(send: Callable[[Body], Any], searches: Searches, rounds: int) -> tuple[list[Body], Body]:
    """Return a row of figures for each kind of search, and the figures of all together."""
    latencies: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for turn in range(-1, rounds):
        for kind, body in searches.all().items():
            took = timed(send, body)
            if turn >= 0:  # the first turn warms
                latencies[kind].append(took)
    rows = [{"search": kind, **summed(found)} for kind, found in latencies.items()]
    return rows, summed([one for found in latencies.values() for one in found])


def plans(owner: Any, searches: Searches, *, show: bool) -> list[str]:
    """Return the kinds of selective searches whose plan leaves out the index on names or the one on words."""
    from files.models import File
    from files.search.criteria import Criteria
    from files.search.results import Results

    missing = []
    for kind, body in searches.selective().items():
        results = Results(File.objects.visible_to(owner), Criteria.of(body))
        plan = results.explain()
        if show:
            print(f"{kind}: {results.criteria.query}\n{plan}\n")
        if not ("on files_folded" in plan and "on file_texts_words" in plan):
            missing.append(kind)
    return missing


def run(options: argparse.Namespace, folder: Path) -> bool:
    """Fill, measure, print; say whether the goal is reached."""
    with database(folder):
        from benchmarks.search_material import Vocabulary

        vocabulary = Vocabulary.of(random.Random(SEED), VOCABULARY)
        owner = filled(options.files, vocabulary)
        searches = Searches(vocabulary, random.Random(SEED))
        slowest = 0.0
        for title, send in (("API", by_api(owner)), ("page", by_page(owner))):
            rows, whole = measure(send, searches, options.rounds)
            print(f"By the {title}:\n\n{table([*rows, {'search': '**all**', **whole}])}\n")
            slowest = max(slowest, whole["p95_ms"])
        unplanned = plans(owner, searches, show=options.plans)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process that answers: {peak:.0f} MiB")
    print(f"selective searches past the indices: {', '.join(unplanned) or 'none'}")
    return slowest < GOAL_MS and not unplanned


def main() -> int:
    """Measure and print; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40, help="searches of each kind")
    parser.add_argument("--keep", type=Path, help="keep the filled database in this folder")
    parser.add_argument("--plans", action="store_true", help="print the plans of selective searches")
    options = parser.parse_args()
    if options.keep:
        return 0 if run(options, options.keep) else 1
    with tempfile.TemporaryDirectory(prefix="dynacomp-bench-") as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
