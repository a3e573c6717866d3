"""The sample files: the same everywhere, given once."""

import hashlib
import random

from django.utils import timezone

from files.choices import Kind, Origin
from files.models import File, Usage
from files.rules import UNDO_FOR
from files.samples import SAMPLES
from files.seeds import sample_files
from files.services import files_purge

KINDS = {
    "shop-access.log": Kind.LOG,
    "weather-stations.csv": Kind.CSV,
    "orders.jsonl": Kind.NDJSON,
    "trades-32-byte-records.bin": Kind.BINARY,
    "chord.wav": Kind.AUDIO,
}


def test_the_first_administrator_gets_them_once(mia, ada):
    said: list[str] = []
    sample_files(said.append)
    assert said == ["5 sample files made"]
    files = File.objects.filter(owner=mia, origin=Origin.SAMPLE)
    assert {file.name: file.kind for file in files} == KINDS
    assert 1_000_000 < Usage.objects.get(owner=mia).bytes < 10_000_000
    files.update(deleted_at=timezone.now() - UNDO_FOR)
    files_purge()
    sample_files(said.append)
    assert len(said) == 1
    assert not File.objects.exists()


def test_without_an_administrator_there_is_nobody_to_give_them_to(ada):
    sample_files(print)
    assert not File.objects.exists()


def test_they_are_the_same_each_time():
    def digest(name: str) -> str:
        return hashlib.sha256(b"".join(SAMPLES[name](random.Random(name)))).hexdigest()

    assert [digest(name) for name in SAMPLES] == [digest(name) for name in SAMPLES]
