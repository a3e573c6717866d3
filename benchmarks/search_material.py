"""A large made-up collection of files for the benchmark of search, written straight into the tables."""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection

from core.ids import uuid7
from files.choices import TEXTS
from files.search.services import BODY_BYTES
from files.search.words import fold, folded_entry, vector, words

KINDS = (
    ("log", "text/plain", "log", 25),
    ("csv", "text/csv", "csv", 20),
    ("json", "application/json", "json", 15),
    ("text", "text/plain", "txt", 10),
    ("markdown", "text/markdown", "md", 5),
    ("image", "image/png", "png", 15),
    ("binary", "application/octet-stream", "bin", 10),
)
TAGS = ("2025", "2026", "draft", "done", "raw", "team a", "team b", "archive", "important", "entwürfe")
TITLES = ("Übersicht", "Größen", "отчёт", "報告書", "résumé", "ελληνικά", "सूची")
FOLDERS = ("reports", "logs", "exports", "sensors", "backups", "projects/alpha", "projects/beta")
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
COMMON_LETTERS = [12, 9, 8, 8, 7, 7, 6, 6, 6, 4, 4, 3, 3, 2, 2, 2, 2, 2, 1, 1.5, 2, 0.8, 0.2, 0.1, 0.2, 0.1]
DAYS = 730
STEP = 1000


@dataclass(frozen=True)
class Vocabulary:
    """Words, as frequent as words are: the first ones are in nearly every text, the last ones in hardly any."""

    words: list[str]
    weights: list[float]

    @classmethod
    def of(cls, rng: random.Random, size: int) -> "Vocabulary":
        """Make one."""
        made = [
            "".join(rng.choices(LETTERS, COMMON_LETTERS, k=min(12, max(2, round(rng.gauss(6.5, 2))))))
            for _ in range(size)
        ]
        weights = itertools.accumulate(1 / (rank + 3) for rank in range(size))
        return cls(list(dict.fromkeys(made)), list(weights)[: len(dict.fromkeys(made))])

    def draw(self, rng: random.Random, count: int) -> list[str]:
        """Return words by their frequency."""
        return rng.choices(self.words, cum_weights=self.weights, k=count)


@dataclass(frozen=True)
class Made:
    """A file's row and, where it is text, its text's."""

    file: tuple[Any, ...]
    text: tuple[Any, ...] | None


class Collection:
    """Makes files; the same ones for the same seed but for their ids."""

    def __init__(self, vocabulary: Vocabulary, seed: int) -> None:
        self._vocabulary, self._rng = vocabulary, random.Random(seed)
        self._now = datetime.now(UTC)

    def files(self, owner: Any, count: int) -> Iterator[Made]:
        """Yield files of an account, oldest first."""
        for number in range(count):
            created = self._now - timedelta(days=DAYS * (1 - number / count))
            yield self._file(owner, number, created)

    def _file(self, owner: Any, number: int, created: datetime) -> Made:
        rng = self._rng
        kind, media_type, extension, _ = rng.choices(KINDS, [one[3] for one in KINDS])[0]
        name = f"{self._title()}-{created:%Y-%m-%d}_{number}.{extension}"
        folder = rng.choice(("", *FOLDERS))
        tags = rng.sample(TAGS, rng.choice((0, 0, 1, 2)))
        size = int(math.exp(rng.gauss(8, 1.3)))
        pk, digest = uuid7(), sha256(f"{owner}{number}".encode()).hexdigest()
        entry = folded_entry(name, folder, tags)
        row = (
            pk,
            owner,
            created,
            name,
            folder,
            digest,
            size,
            media_type,
            kind,
            tags,
            "upload",
            None,
            entry,
        )
        return Made(row, self._text(pk, name, folder, size) if kind in TEXTS else None)

    def _title(self) -> str:
        if self._rng.random() < 0.05:
            return self._rng.choice(TITLES)
        return "-".join(self._vocabulary.draw(self._rng, self._rng.randint(1, 3)))

    def _text(self, pk: Any, name: str, folder: str, size: int) -> tuple[Any, ...]:
        body = " ".join(self._vocabulary.draw(self._rng, min(size, BODY_BYTES) // 7 + 1))
        parts = (("A", words(fold(name))), ("B", words(fold(folder))), ("", words(body)))
        return (pk, body, vector(*parts), self._now, 0)


def fill(owner: Any, made: Iterator[Made]) -> int:
    """Write the files of an account; return the bytes of their texts."""
    total = 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE files DISABLE TRIGGER file_texts_expect")  # the texts come along
        while batch := list(itertools.islice(made, STEP)):
            objects = [(row.file[5], row.file[6], row.file[2], "") for row in batch]
            texts = [row.text for row in batch if row.text]
            _copy(cursor, "stored_objects (sha256, size, created_at, damage)", objects)
            _copy(
                cursor,
                "files (id, owner_id, created_at, name, folder, sha256, size, media_type, kind, tags, origin,"
                " deleted_at, folded)",
                [row.file for row in batch],
            )
            _copy(cursor, "file_texts (file_id, body, words, read_at, attempts)", texts)
            total += sum(len(text[1]) for text in texts)
        cursor.execute("ALTER TABLE files ENABLE TRIGGER file_texts_expect")
    return total


def _copy(cursor: Any, target: str, rows: list[Any]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
