"""The command line on files, folders and pipes, as its users call it: in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.conf import settings
from django.core.management import execute_from_command_line

from compression.cli import decompressing
from compression.engine import codecs
from compression.engine.limits import MiB

TEXT = b"the quick brown fox jumps over the lazy dog, again and again. " * 2000


ENV = {**os.environ, "PYTHONPATH": os.getcwd()}
COMMAND = [sys.executable, "-P", "-m", "compression.cli"]


def call(
    *arguments: str, data: bytes = b"", cwd: Path | None = None, stdin: BinaryIO | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Call `dynacomp` with these arguments; `data` comes through a pipe, `stdin` is a file."""
    given: dict[str, Any] = {"stdin": stdin} if stdin else {"input": data}
    return subprocess.run(
        [*COMMAND, *arguments], **given, capture_output=True, cwd=cwd, env=ENV, timeout=60, check=False
    )


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
    assert call("decompress", data=packed.stdout).stdout == TEXT  # its first bytes show the format
    unknown = call("decompress", data=b"some text")
    assert (unknown.returncode, unknown.stdout) == (1, b"")
    assert b"name it with -a" in unknown.stderr


def test_more_than_a_pipe_holds_goes_through_one() -> None:
    data = os.urandom(5_000_000)
    packed = call("compress", "-a", "zstd", data=data).stdout
    assert call("decompress", data=packed).stdout == data


def test_nothing_at_all_becomes_a_stream_too(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    of_file = call("compress", "-c", str(tmp_path / "empty")).stdout
    with Path("/dev/null").open("rb") as null:
        for made in (call("compress", "-"), call("compress", "-c"), call("compress", stdin=null)):
            assert (made.returncode, made.stdout) == (0, of_file)
    assert subprocess.run(["zstd", "-dc"], input=of_file, capture_output=True, check=True).stdout == b""


def test_standard_input_may_be_a_file(tmp_path: Path, text: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr("good.txt", TEXT)
    with (tmp_path / "bundle.zip").open("rb") as file:
        done = call("decompress", "--into", "out", stdin=file, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/good.txt").read_bytes() == TEXT
    piped = call("decompress", "--into", "out", data=(tmp_path / "bundle.zip").read_bytes(), cwd=tmp_path)
    assert piped.returncode == 1
    assert b"cannot be read from a pipe" in piped.stderr


def test_a_tar_archive_may_come_through_a_pipe(tmp_path: Path, text: Path) -> None:
    packed = subprocess.run(["tar", "c", "-C", tmp_path, "fox.txt"], capture_output=True, check=True).stdout
    assert call("decompress", "--into", "out", data=packed, cwd=tmp_path).returncode == 0
    assert (tmp_path / "out/fox.txt").read_bytes() == TEXT


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


def test_what_is_skipped_in_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").write_bytes(TEXT)
    (tmp_path / "data/gone").symlink_to("nowhere")
    (tmp_path / "data/linked").symlink_to("/etc", target_is_directory=True)
    os.mkfifo(tmp_path / "data/pipe")
    done = call("compress", "data", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.decode().splitlines()[:3] == [
        "data/gone: skipped: It is a link",
        "data/linked: skipped: It is a link",
        "data/pipe: skipped: It is not a file",
    ]
    done = call("compress", "--json", "-f", "data", cwd=tmp_path)
    assert done.stderr == b""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[1] == {"input": "data/linked", "skipped": "It is a link"}
    assert [line["output"] for line in lines if "output" in line] == [
        "data/a.txt.zst",
        "data/a.txt.zst.zst",
    ]
    piped = call("compress", "--json", "-c", "-a", "store", "data", cwd=tmp_path)
    assert piped.stdout.startswith(TEXT)


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


def test_names_in_an_archive_cannot_command_the_terminal(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr("\x1b[2Jgone\nall is well\u202etxt.exe", b"x")
    done = call("decompress", "bundle.zip", cwd=tmp_path)
    assert done.returncode == 1
    assert b"\\x1b[2Jgone\\nall is well\\u202etxt.exe" in done.stderr
    assert done.stderr.count(b"\n") == 2


@pytest.mark.parametrize(("name", "algorithm"), [("bundle.tar.zst", "zstd"), ("bundle.tgz", "gzip")])
def test_a_compressed_tar_becomes_a_folder(tmp_path: Path, name: str, algorithm: str) -> None:
    (tmp_path / "a b").write_bytes(TEXT)
    subprocess.run(["tar", "cf", "bundle.tar", "a b"], cwd=tmp_path, check=True)
    assert call("compress", "-a", algorithm, "-o", name, "bundle.tar", cwd=tmp_path).returncode == 0
    done = call("decompress", "--json", name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["output"], facts["files"], facts["original_size"]) == ("bundle", 1, len(TEXT))
    assert (tmp_path / "bundle/a b").read_bytes() == TEXT


def test_a_7z_archive_becomes_a_folder_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    shutil.copy("tests/golden/archives/lzma2.7z", tmp_path)
    done = call("decompress", "--json", "lzma2.7z", cwd=tmp_path)
    assert done.returncode == 1
    facts = json.loads(done.stdout)
    files = [path for path in (tmp_path / "lzma2").rglob("*") if path.is_file()]
    assert (facts["files"], facts["original_size"]) == (
        len(files),
        sum(path.stat().st_size for path in files),
    )
    assert facts["failed"] == [{"member": "folder/link", "error": "It is a link."}]


def test_of_a_compressed_tar_the_tar_can_be_had(tmp_path: Path, text: Path) -> None:
    subprocess.run(["tar", "cf", "bundle.tar", "fox.txt"], cwd=tmp_path, check=True)
    assert call("compress", "bundle.tar", cwd=tmp_path).returncode == 0
    done = call("decompress", "--keep-archive", "--into", "kept", "bundle.tar.zst", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "kept/bundle.tar").read_bytes() == (tmp_path / "bundle.tar").read_bytes()


def test_a_damaged_member_costs_itself_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("bad.txt", b"0123456789" * 10)
        archive.writestr("good.txt", TEXT)
    whole = (tmp_path / "bundle.zip").read_bytes()
    (tmp_path / "bundle.zip").write_bytes(whole.replace(b"0123456789", b"0123x56789", 1))
    done = call("decompress", "--json", "bundle.zip", cwd=tmp_path)
    assert done.returncode == 1
    facts = json.loads(done.stdout)
    assert (facts["files"], [one["member"] for one in facts["failed"]]) == (1, ["bad.txt"])
    assert [path.name for path in (tmp_path / "bundle").iterdir()] == ["good.txt"]


def test_a_damaged_file_leaves_nothing_and_the_others_are_done(text: Path) -> None:
    assert call("compress", "-a", "gzip", str(text)).returncode == 0
    whole = text.with_name("fox.txt.gz").read_bytes()
    text.with_name("cut.gz").write_bytes(whole[:-20])
    text.unlink()
    done = call("decompress", "cut.gz", "fox.txt.gz", cwd=text.parent)
    assert done.returncode == 1
    assert b"cut.gz" in done.stderr
    assert sorted(path.name for path in text.parent.iterdir()) == ["cut.gz", "fox.txt", "fox.txt.gz"]


@pytest.fixture
def bomb(tmp_path: Path) -> Path:
    """Nothing but zeros, thousands of times smaller."""
    path = tmp_path / "bomb.zst"
    path.write_bytes(codecs.codec_from({"id": "zstd", "level": 1}).encode(bytes(257 * MiB)))
    return path


def test_a_bomb_is_refused_and_leaves_nothing(bomb: Path) -> None:
    assert decompressing.MAX_RATIO == settings.DECODED_RATIO_LIMIT
    done = call("decompress", "--json", "bomb.zst", "-o", "large", cwd=bomb.parent)
    assert done.returncode == 1
    said = (
        "The output is more than 1000 times the input; if it is to be trusted, --max-ratio 0 lifts the limit"
    )
    assert done.stderr.decode() == f"dynacomp: bomb.zst: {said}\n"
    assert json.loads(done.stdout) == {"input": "bomb.zst", "error": said}
    assert [path.name for path in bomb.parent.iterdir()] == ["bomb.zst"]


def test_a_bomb_in_an_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large", bytes(257 * MiB))
    done = call("decompress", "--max-ratio", "900", "bomb.zip", cwd=tmp_path)
    assert done.returncode == 1
    assert b"more than 900 times the input; if it is to be trusted" in done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".zip"]


def test_the_limit_for_bombs_can_be_lifted(bomb: Path) -> None:
    command = [*COMMAND, "decompress", "-c", "--max-ratio", "0", str(bomb)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=ENV) as process:
        assert process.stdout is not None
        count = 0
        while piece := process.stdout.read(MiB):
            count += len(piece)
    assert (process.returncode, count) == (0, 257 * MiB)


def test_what_is_missing_is_said_once(text: Path) -> None:
    done = call("compress", "--json", "nothing.txt", text.name, cwd=text.parent)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == ["dynacomp: nothing.txt: No such file or directory"]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0] == {"input": "nothing.txt", "error": "No such file or directory"}
    assert lines[1]["output"] == "fox.txt.zst"


NAMES = ["-l", "a b", "$HOME", "'\"`", "größe 見本", "%s{0}#1", "\n", "x" * 250]


def test_names_of_any_sort(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes(TEXT + name.encode())
    packed = call("compress", "--into=packed", "--", *NAMES, cwd=tmp_path)
    assert packed.returncode == 0, packed.stderr
    assert call("decompress", "--into=.", "-f", "packed", cwd=tmp_path).returncode == 0
    for name in NAMES:
        assert (tmp_path / "packed" / name).read_bytes() == TEXT + name.encode()
    dash = call("compress", "-o", "./-l.zst", "./-l", cwd=tmp_path)
    assert dash.returncode == 0, dash.stderr
    (tmp_path / ("y" * 253)).write_bytes(TEXT)
    too_long = call("compress", "y" * 253, cwd=tmp_path)
    assert (too_long.returncode, too_long.stderr.count(b"\n")) == (1, 1)
    assert b"File name too long" in too_long.stderr
    assert (tmp_path / "-l.zst").read_bytes() == (tmp_path / "packed" / "-l.zst").read_bytes()


def test_mode_and_time_stay(text: Path) -> None:
    text.chmod(0o640)
    os.utime(text, (1e9, 1e9))
    assert call("compress", str(text)).returncode == 0
    text.unlink()
    packed = text.with_name("fox.txt.zst")
    assert call("decompress", str(packed)).returncode == 0
    for path in (packed, text):
        assert (path.stat().st_mode & 0o777, path.stat().st_mtime) == (0o640, 1e9)


def test_a_dictionary_comes_from_a_file(text: Path) -> None:
    text.with_name("words").write_bytes(TEXT[:500])
    small = text.with_name("small.txt")
    small.write_bytes(TEXT[200:400])
    given = ["-p", "dictionary=@words"]
    assert call("compress", *given, "small.txt", cwd=text.parent).returncode == 0
    assert text.with_name("small.txt.zst").stat().st_size < 40
    small.unlink()
    assert call("decompress", "small.txt.zst", cwd=text.parent).returncode == 1
    assert not small.exists()
    assert call("decompress", *given, "small.txt.zst", cwd=text.parent).returncode == 0
    assert small.read_bytes() == TEXT[200:400]


def test_several_frames_at_a_time_and_none(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(TEXT * 320)
    for threads in "0", "1", "3":
        made = call("compress", "--threads", threads, "-l", "1", "-o", threads, "large", cwd=tmp_path)
        assert made.returncode == 0, made.stderr
    stream, one, three = ((tmp_path / name).read_bytes() for name in "013")
    assert one == three != stream
    assert call("decompress", data=three).stdout == call("decompress", data=stream).stdout == TEXT * 320


@pytest.mark.parametrize(
    "arguments",
    [
        ("compress", "-a", "nothing", "x"),
        ("compress", "-o", "y", "x", "z"),
        ("compress", "-o", "y", "--into", "z", "x"),
        ("compress", "-p", "dictionary=@nothing", "x"),
        ("decompress", "-a", "nothing", "x"),
        ("decompress", "-a", "zstd", "-p", "colour=3", "x"),
        ("decompress", "--max-ratio", "-1", "x"),
        ("compare", "-a", "zstd:fast", "x"),
        ("--json", "compress", "x"),
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


def test_formats_lists_what_can_be_written_and_read() -> None:
    rows = {row["name"]: row for row in map(json.loads, call("formats", "--json").stdout.splitlines())}
    assert rows["zstd"]["levels"] == {"minimum": -7, "maximum": 22, "default": 3}
    assert (rows["xz"]["write"], rows["7z"]["write"]) == (True, False)


@pytest.mark.parametrize(
    "verb", ["compress", "decompress", "compare", "analyze", "recommend", "optimize", "formats"]
)
def test_the_same_verbs_by_manage_py(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", verb, "--help"])
    assert ended.value.code in (None, 0)
    assert f"manage.py {verb}" in capsys.readouterr().out


def test_manage_py_compresses(text: Path) -> None:
    made = subprocess.run(
        [sys.executable, "manage.py", "compress", text], capture_output=True, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr
    assert text.with_name("fox.txt.zst").exists()


def test_it_is_installed_as_a_command(tmp_path: Path, text: Path) -> None:
    subprocess.run(["scripts/install-cli.sh", tmp_path / "bin"], capture_output=True, timeout=60, check=True)
    text.with_name("json.py").write_text("raise SystemExit(9)")  # not ours, and not to be run
    text.with_name("compression").mkdir()
    text.with_name("compression").joinpath("__init__.py").write_text("raise SystemExit(9)")
    done = subprocess.run(
        [tmp_path / "bin/dynacomp", "compress", "fox.txt"], cwd=text.parent, timeout=60, check=False
    )
    assert done.returncode == 0
    assert text.with_name("fox.txt.zst").exists()
