"""The benchmark of the engine: on a tiny folder, and what it says of results that are made up."""

import hashlib
import json
import platform
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.engine import __main__ as command
from benchmarks.engine import judging, openzl_peer, own, plain, references, results
from benchmarks.engine.results import Result, round_trip

CSV = b"".join(b"%d,%d,name-%d\n" % (n, n * n % 977, n % 7) for n in range(1500))
NUMBERS = np.arange(0, 90_000, 9, dtype="<u4").tobytes()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Four files; the manifest knows the kind of one."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "table.csv").write_bytes(CSV)
    (folder / "numbers.u32").write_bytes(NUMBERS)
    (folder / "short.txt").write_bytes(b"a few words")
    (folder / "empty").write_bytes(b"")
    (folder / "MANIFEST.csv").write_text("name,kind\nnumbers.u32,numeric-int32\n")
    return folder


def ran(corpus: Path, *more: str, code: int = 0) -> dict[str, Any]:
    """The report of a run with two plain codecs and whatever `more` asks for."""
    output = corpus.parent / "report.json"
    asked = [
        "--corpus", str(corpus), "--budget", "0.2", "--json", str(output), "--peers", "zstd-3", "xz-9e", *more
    ]  # fmt: skip
    assert command.main(asked) == code
    report: dict[str, Any] = json.loads(output.read_text())
    return report


def test_every_file_is_measured_judged_and_drawn(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = ran(corpus, "--picture", str(tmp_path / "report.svg"))
    rows = {row["name"]: row for row in report["files"]}
    assert set(rows) == {"table.csv", "numbers.u32", "short.txt", "empty"}
    assert rows["numbers.u32"]["kind"] == "numeric-int32"
    assert rows["table.csv"]["kind"] == "csv"
    row = rows["table.csv"]
    assert row["bytes"] == len(CSV)
    assert row["sha256"] == hashlib.sha256(CSV).hexdigest()
    assert set(row["peers"]) == {"zstd-3", "xz-9e"}
    assert row["best_plain"] in row["peers"]
    assert row["oracle"] in {*row["peers"], "engine"}
    own_result = row["engine"]
    assert 0 < own_result["size"] < len(CSV)
    assert own_result["budget_s"] == own.LEAST_BUDGET_S
    assert own_result["encode_s"] > 0
    assert own_result["decode_s"] > 0
    assert own_result["pipelines"]
    assert row["saving"] == pytest.approx(1 - own_result["size"] / row["peers"][row["best_plain"]]["size"])
    assert [item["saving"] for item in report["files"]] == sorted(item["saving"] for item in report["files"])
    assert report["totals"]["bytes"] == len(CSV) + len(NUMBERS) + 11
    assert report["errors"] == report["references"] == []
    text = capsys.readouterr().out
    assert "table.csv" in text
    assert "losses" in text
    assert ET.parse(tmp_path / "report.svg").getroot().tag.endswith("svg")


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="there are no wheels of OpenZL"
)
def test_openzl_is_measured_and_only_once_where_that_is_asked_for(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = ("openzl", "--files", "numbers*", "--cache", str(tmp_path / "peers.json"))
    (row,) = ran(corpus, *more)["files"]
    assert row["cached"] == []
    assert row["peers"]["openzl"]["crashed"] == []
    best = judging.result_of(row, row["best_openzl"])
    assert best is not None
    assert 0 < best["size"] < row["peers"]["xz-9e"]["size"]

    def refuse(*_: Any) -> Any:
        raise AssertionError("measured again")

    monkeypatch.setattr(plain, "measure", refuse)
    monkeypatch.setattr(openzl_peer, "measure", refuse)
    (again,) = ran(corpus, *more)["files"]
    assert again["cached"] == ["zstd-3", "xz-9e", "openzl"]
    assert again["peers"] == row["peers"]


def test_a_wrong_byte_fails_the_run(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        plain, "measure", lambda name, data: round_trip(data, bytes, lambda packed: packed[:-1] + b"\0")
    )
    report = ran(corpus, "--files", "short*", code=1)
    (row,) = report["files"]
    assert row["best_plain"] is None
    assert len(report["errors"]) == 2
    assert "FAILED short.txt: zstd-3: WRONG BYTES" in capsys.readouterr().out


def test_an_engine_that_breaks_fails_the_run(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "Compressing", lambda _: None)
    report = ran(corpus, "--files", "short*", code=1)
    assert report["files"][0]["defect"]
    assert "AttributeError" in report["errors"][0]


def test_a_folder_without_such_files_is_refused(corpus: Path) -> None:
    assert command.main(["--corpus", str(corpus), "--files", "*.nothing"]) == 2


def test_a_graph_that_crashes_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(_: Path, without: list[str]) -> tuple[list[dict[str, Any]], bool]:
        asked.append(list(without))
        begun = [{"began": name} for name in ("a", "b", "c") if name not in without]
        return ([*begun, {"graph": "c", "size": 1}], True) if without else (begun[:2], False)

    monkeypatch.setattr(openzl_peer, "_run", run)
    found = openzl_peer.measure(Path("any"))
    assert asked == [[], ["b"]]
    assert found["crashed"] == ["b"]
    assert [graph["graph"] for graph in found["graphs"]] == ["c"]


def row_of(size: int, peers: dict[str, Result], engine: Result) -> dict[str, Any]:
    """Results that are made up."""
    results = {name: result.config() for name, result in peers.items()}
    return {"name": "a", "bytes": size, "peers": results, "engine": {**engine.config(), "search_s": 1.0}}


def test_the_oracle_is_the_best_for_the_objective() -> None:
    peers = {"zstd-19": Result(500_000, 1, 0.002), "bzip3": Result(300_000, 0.1, 0.1)}
    row = row_of(1_000_000, peers, Result(400_000, 0.1, 0.004))
    judging.judge(row, "ratio")
    assert (row["best_plain"], row["oracle"], row["defect"]) == ("bzip3", "bzip3", True)
    assert row["regret"] == pytest.approx(1 / 3)
    judging.judge(row, "decode")
    assert (row["best_plain"], row["oracle"], row["defect"]) == ("zstd-19", "engine", False)
    assert row["saving"] == pytest.approx(0.2)
    assert row["regret"] == 0
    judging.judge(row, "balanced")
    assert row["saving"] == pytest.approx(1 - (0.02 + 0.104 / 1.25) / (0.015 + 0.2 / 1.25))


def test_too_slow_is_a_defect_however_small() -> None:
    row = row_of(1_000_000, {"lz4": Result(500_000, 1, 0.001)}, Result(100_000, 1, 0.02))
    judging.judge(row, "decode")
    assert row["late"] > 1
    assert row["defect"]
    assert (row["saving"], row["oracle"]) == (pytest.approx(0.8), "lz4")
    judging.judge(row, "ratio")
    assert not row["defect"]


def test_a_container_more_is_no_defect() -> None:
    for more, defect in ((96, False), (97, True)):
        row = row_of(10_000, {"xz-9e": Result(1000, 1, 1)}, Result(1000 + more, 1, 1))
        judging.judge(row, "ratio")
        assert row["defect"] is defect
        assert row["saving"] < 0


def test_figures_from_elsewhere_are_for_the_same_size_only() -> None:
    row = {**row_of(215_760, {}, Result(8_000, 1, 0.001)), "name": "diamonds_price.i32"}
    (found,) = references.compared([row])
    assert found["smaller"]
    assert found["engine_decode_mb_s"] == pytest.approx(215.76)
    assert references.compared([{**row, "bytes": 215_761}]) == []


@pytest.mark.parametrize(("least_s", "runs"), [(0.0, 1), (60.0, results.MOST_RUNS)])
def test_what_is_fast_is_run_again(monkeypatch: pytest.MonkeyPatch, least_s: float, runs: int) -> None:
    monkeypatch.setattr(results, "LEAST_S", least_s)
    done: list[int] = []
    value, seconds = results.timed(lambda: done.append(1))
    assert len(done) == runs
    assert value is None
    assert seconds < 1
