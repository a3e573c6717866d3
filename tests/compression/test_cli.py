"""The command line on files, folders and pipes, as its users call it: in a process of its own."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TEXT = b"the quick brown fox jumps over the lazy dog, again and again. " * 2000


def call(*arguments: str, data: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """Call `dynacomp` with these arguments."""
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-m", "compression.cli", *arguments]
    return subprocess.run(command, input=data, capture_output=True, cwd=cwd, env=env, timeout=60, check=False)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "fox.txt"
    path.write_bytes(TEXT)
    return path


def test_a_file_there_and_back(text: Path) -> None:
    packed = text.with_name("fox.txt.xz")
    done = call("compress", "-a", "xz", "-l", "1", "--json", str(text))
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["algorithm"], facts["original_size"], facts["verified"]) == ("xz", len(TEXT), True)
    assert facts["compressed_size"] == packed.stat().st_size
    assert subprocess.run(["xz", "-dc", packed], capture_output=True, check=True).stdout == TEXT
    text.unlink()
    assert call("decompress", str(packed)).returncode == 0
    assert text.read_bytes() == TEXT
    assert sorted(path.name for path in text.parent.iterdir()) == ["fox.txt", "fox.txt.xz"]


def test_what_is_there_is_not_replaced_unasked(text: Path) -> None:
    text.with_name("fox.txt.zst").write_bytes(b"mine")
    refused = call("compress", str(text))
    assert refused.returncode == 1
    assert b"is there already" in refused.stderr
    assert text.with_name("fox.txt.zst").read_bytes() == b"mine"
    assert call("compress", "--force", str(text)).returncode == 0
    assert text.with_name("fox.txt.zst").read_bytes() != b"mine"


def test_pipes() -> None:
    packed = call("compress", "-a", "gzip", "-", data=TEXT)
    assert packed.returncode == 0, packed.stderr
    assert (
        subprocess.run(["gzip", "-dc"], input=packed.stdout, capture_output=True, check=True).stdout == TEXT
    )
    assert call("decompress", "-a", "gzip", data=packed.stdout).stdout == TEXT
    unknown = call("decompress", data=packed.stdout)
    assert (unknown.returncode, unknown.stdout) == (1, b"")
    assert b"name it with -a" in unknown.stderr


def test_a_folder_keeps_its_structure(tmp_path: Path) -> None:
    for name in ("data/a.txt", "data/deep/b.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TEXT + name.encode())
    (tmp_path / "data/link").symlink_to("/etc/hostname")
    assert call("compress", "data", "--into", "packed", cwd=tmp_path).returncode == 0
    packed = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.zst"))
    assert packed == ["packed/data/a.txt.zst", "packed/data/deep/b.txt.zst"]
    assert call("decompress", "packed", "--into", "back", cwd=tmp_path).returncode == 0
    assert (tmp_path / "back/packed/data/deep/b.txt").read_bytes() == TEXT + b"data/deep/b.txt"


def test_an_archive_becomes_its_files_and_nothing_escapes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/good.txt", TEXT)
        archive.writestr("../evil.txt", b"no")
    done = call("decompress", "bundle.zip", cwd=tmp_path)
    assert done.returncode == 1  # one member was refused, the other is there
    assert (tmp_path / "bundle/inner/good.txt").read_bytes() == TEXT
    assert b"../evil.txt" in done.stderr
    assert not (tmp_path / "evil.txt").exists()
    assert not (tmp_path.parent / "evil.txt").exists()


def test_a_damaged_file_leaves_nothing_and_the_others_are_done(text: Path) -> None:
    assert call("compress", "-a", "gzip", str(text)).returncode == 0
    whole = text.with_name("fox.txt.gz").read_bytes()
    text.with_name("cut.gz").write_bytes(whole[:-20])
    text.unlink()
    done = call("decompress", "cut.gz", "fox.txt.gz", cwd=text.parent)
    assert done.returncode == 1
    assert b"cut.gz" in done.stderr
    assert sorted(path.name for path in text.parent.iterdir()) == ["cut.gz", "fox.txt", "fox.txt.gz"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("compress", "-a", "nothing", "x"),
        ("compress", "-l", "99", "x"),
        ("compress", "-p", "colour=3", "x"),
        ("squeeze", "x"),
        (),
    ],
)
def test_a_wrong_call_ends_with_two(arguments: tuple[str, ...]) -> None:
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr


def test_compare_measures_with_intervals(text: Path) -> None:
    done = call("compare", str(text), "-a", "zstd:1,xz:0,store", "-n", "3", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["algorithm"] for row in rows} == {"zstd", "xz", "store"}
    assert [row["ratio"] for row in rows] == sorted((row["ratio"] for row in rows), reverse=True)
    assert all(row["runs"] == 3 for row in rows)
    assert all(row["compress_mb_s"]["low"] <= row["compress_mb_s"]["high"] for row in rows)


def test_formats_lists_what_can_be_written_and_read() -> None:
    rows = {row["name"]: row for row in map(json.loads, call("formats", "--json").stdout.splitlines())}
    assert rows["zstd"]["levels"] == {"minimum": -7, "maximum": 22, "default": 3}
    assert (rows["xz"]["write"], rows["7z"]["write"]) == (True, False)


def test_the_same_verbs_by_manage_py(text: Path) -> None:
    for verb in ("compress", "decompress", "compare", "formats"):
        shown = subprocess.run(
            [sys.executable, "manage.py", verb, "--help"], capture_output=True, timeout=60, check=True
        )
        assert f"manage.py {verb}".encode() in shown.stdout
    made = subprocess.run(
        [sys.executable, "manage.py", "compress", text], capture_output=True, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr
    assert text.with_name("fox.txt.zst").exists()


def test_it_is_installed_as_a_command(tmp_path: Path, text: Path) -> None:
    subprocess.run(["scripts/install-cli.sh", tmp_path / "bin"], capture_output=True, timeout=60, check=True)
    done = subprocess.run(
        [tmp_path / "bin/dynacomp", "compress", "fox.txt"], cwd=text.parent, timeout=60, check=False
    )
    assert done.returncode == 0
    assert text.with_name("fox.txt.zst").exists()
