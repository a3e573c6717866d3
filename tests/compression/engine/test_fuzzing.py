"""A sample of what `make fuzz` tries: mutated streams and archives give an error or the right bytes, and do no harm."""

from typing import Any

import pytest

from compression.engine.formats import all_formats
from tests.compression.engine.catalogue import VARIANTS
from tests.compression.engine.fuzzing import __main__ as command
from tests.compression.engine.fuzzing import trial
from tests.compression.engine.fuzzing.campaign import Tally, campaign, try_all
from tests.compression.engine.fuzzing.judging import judged, made_of
from tests.compression.engine.fuzzing.leftovers import Leftovers
from tests.compression.engine.fuzzing.mutations import Mutation, mutation
from tests.compression.engine.fuzzing.replay import written
from tests.compression.engine.fuzzing.seeds import Seed, seeds
from tests.compression.engine.hostile import Hostile

SAMPLE = 100
SAMPLES = {"dcz": 1000}
"""A container has far more decoders in it than others."""
each_format = pytest.mark.parametrize("form", list(all_formats()))


@each_format
def test_a_sample_of_mutations_does_no_harm(form: str, hostile_engine_host):
    left = Leftovers(hostile_engine_host.pid)
    count = SAMPLES.get(form, SAMPLE)
    tally = campaign(form, 1, range(count))
    assert tally.wrong == {}
    assert tally.crashes == {}
    assert tally.error + tally.right + tally.other == tally.mutations == count
    assert tally.error > count / 3
    assert left.found() == []


@each_format
def test_what_is_not_mutated_is_right(form: str, hostile_engine_host):
    whole = [
        Mutation(number, seed, seed.data, seed.checks, ()) for number, seed in enumerate(seeds()[form], 1)
    ]
    tally = Tally(form)
    try_all(whole, tally)
    assert tally.wrong == {}
    refused = {one.seed.name for one in whole if one.seed.name.startswith(("encrypted-names", "sparse"))}
    assert tally.right >= len(whole) - len(refused)


def test_every_setting_of_every_codec_is_among_the_seeds():
    for codec_id, variants in VARIANTS.items():
        if codec_id != "store":
            codecs = {seed.codec for seed in seeds()[codec_id]}
            assert len(codecs) >= 1 + len(variants)


def test_a_mutation_can_be_had_again():
    for form in seeds():
        assert mutation(form, 1, 7) == mutation(form, 1, 7)
        assert mutation(form, 1, 7).data != mutation(form, 2, 7).data
        assert (
            sum(mutation(form, 1, number).data != mutation(form, 1, number).seed.data for number in range(50))
            > 40
        )


# What must not be is noticed.


def result_of(one: Mutation, **changes: Any) -> dict[str, Any]:
    """A good result, but for the changes."""
    assert one.seed.codec
    cases = {"codec": one.seed.codec.config(), "name": one.seed.file_name, "all": False}
    return {**trial.run(cases, one.data), **changes}


@pytest.fixture
def whole() -> Mutation:
    """No mutation at all."""
    seed = seeds()["zstd"][0]
    return Mutation(1, seed, seed.data, guarded=True, done=())


def wrong_of(one: Mutation, **changes: Any) -> list[str]:
    """What is wrong with it."""
    return judged(one, result_of(one, **changes)).wrong


def test_wrong_bytes_are_noticed(whole: Mutation):
    other = {"value": trial.shown(b"other")}
    assert wrong_of(whole) == []
    assert any("wrong bytes" in line for line in wrong_of(whole, decode=other, pieces=other))
    assert any("in pieces" in line for line in wrong_of(whole, pieces=other))


def test_errors_that_are_none_of_the_input_are_noticed(whole: Mutation):
    for code in ("engine_error", "host_unavailable", "bug"):
        broken = {"code": code, "message": "broken"}
        assert any(code in line for line in wrong_of(whole, decode=broken))
        assert any("unpack" in line for line in wrong_of(whole, unpack={**broken, "records": ""}))
    assert any("took" in line for line in wrong_of(whole, seconds=60.0))


def test_outputs_beyond_the_limit_are_noticed(whole: Mutation):
    large = {"value": {"size": 1 << 30, "data": None}}
    assert any("gave 1073741824 bytes" in line for line in wrong_of(whole, decode=large, pieces=large))


def test_wrong_members_are_noticed():
    seed = seeds()["7z"][0]
    one = Mutation(1, seed, seed.data, guarded=True, done=())
    good = trial.run({"codec": None, "name": seed.file_name, "all": False}, seed.data)
    assert judged(one, good).wrong == []
    forged = {**good, "unpack": written(("a", b"x"))}
    assert any("wrong bytes in a member" in line for line in judged(one, forged).wrong)


def test_a_bug_in_a_decoder_is_no_error_of_the_input():
    assert trial.outcome(lambda: 1 / 0)["code"] == trial.BUG
    assert trial.outcome(lambda: bytearray(1 << 60))["code"] == "limit_exceeded"


def test_outputs_are_made_of_parts():
    assert made_of(b"abab", [b"ab"])
    assert made_of(b"", [b"ab"])
    assert made_of(b"abcab", [b"ab", b"abc"])
    assert not made_of(b"aba", [b"ab"])


def test_a_crash_is_contained_and_told_by_its_number(hostile_host):
    good = seeds()["gzip"][0]
    bad = Seed("bad", "gzip", good.data, (), checks=False, codec=Hostile("bad decoder"))
    batch = [
        Mutation(number, bad if number in {3, 7} else good, good.data, False, ()) for number in range(10)
    ]
    tally = Tally("gzip")
    try_all(batch, tally)
    assert (tally.mutations, tally.right, tally.crash) == (10, 8, 2)
    assert set(tally.crashes) == {3, 7}
    assert "SIGSEGV" in tally.crashes[3]
    assert tally.wrong == {}
    assert hostile_host.children() == []


def test_the_command_prints_a_table_and_fails_where_something_is_wrong(tmp_path, monkeypatch, capsys):
    saved = tmp_path / "mutated"
    options = ["--format", "gzip", "--jobs", "1", "--seed", "1", "--only", "3", "--save", str(saved)]
    monkeypatch.setattr("sys.argv", ["fuzz", *options])
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert command.main() == 0
    assert saved.read_bytes() == mutation("gzip", 1, 3).data
    said = capsys.readouterr().out
    assert mutation("gzip", 1, 3).seed.name in said
    assert "| gzip | 1 |" in said
    tally = Tally("gzip", crashes={5: "SIGSEGV"}, wrong={4: ["wrong bytes"]})
    monkeypatch.setattr(command, "_run", lambda options: [tally])
    assert command.main() == 1
    said = capsys.readouterr().out
    assert "WRONG --format gzip --seed 1 --only 4: wrong bytes" in said
    assert "contained --format gzip --seed 1 --only 5: SIGSEGV" in said
