"""“Copy as”: every snippet is run as it is, in an empty folder, against the running product."""

import base64
import hashlib
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from compression.choices import Operation
from compression.engine import codecs
from compression.snippets import Settings
from compression.streaming.snippets import for_stream
from core.snippets import COMMAND, CURL, PYTHON, local_name, word
from core.snippets import LANGUAGES as LANGUAGES_OF
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

API = "/api/v1"
LANGUAGES = ("curl", "python", "command_line")
TEXT = b"one potato, two potato, three potato, four. " * 300
TABLE = "".join(f"{n},2024-01-{1 + n % 28:02d},{n / 8:.3f}\n" for n in range(800)).encode()
NAMES = [
    "a b.txt",
    'it\'s "quoted".txt',
    "$HOME `id` $(id) ${TOKEN}.txt",
    "-rf",
    "--output",
    "-",
    "größe 見本 🙂.txt",
    "#1 {a,b}[1-3] ;&|<>*?!~%s.txt",
    "x" * 255,
    "見" * 200 + ".csv",
    "line\u2028next\u0085.txt",
    "END",
    "'; exit 1; '.txt",
    '"output":"0", "ended_at":null',
]


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    return stack.token()


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `dynacomp`."""
    folder = tmp_path_factory.mktemp("bin")
    subprocess.run(["scripts/install-cli.sh", folder], capture_output=True, timeout=60, check=True)
    return folder


Ask = Callable[..., Any]
Run = Callable[[str, Iterable[str]], Path]
Upload = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(stack: Stack, token: str) -> Ask:
    """Call the API; return the body of a good answer."""

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        status, found, _ = stack.call(method, f"{API}/{path}", body, token=token, headers=headers)
        assert status < 300, found
        return found

    return call


@pytest.fixture
def upload(ask: Ask) -> Upload:
    """Store a file under any name and return it."""

    def store(name: str, data: bytes, folder: str = "") -> dict[str, Any]:
        fields = {"folder": folder, **({"name": name} if len(name) > 100 else {})}
        parts = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in fields.items()
        )
        named = f"filename*=UTF-8''{quote(name[:100])}"
        parts += f'--x\r\nContent-Disposition: form-data; name="file"; filename="x"; {named}\r\n\r\n'
        body = parts.encode() + data + b"\r\n--x--\r\n"
        kind = {"Content-type": "multipart/form-data; boundary=x"}
        found: dict[str, Any] = ask("POST", "files/upload", body, **kind)
        return found

    return store


@pytest.fixture
def run(token: str, bin_folder: Path, tmp_path: Path) -> Run:
    """Run snippets after each other, in an empty folder, and return the folder."""

    def go(language: str, codes: Iterable[str]) -> Path:
        folder = tmp_path / uuid4().hex
        folder.mkdir()
        script = tmp_path / f"{folder.name}.script"
        script.write_text("\n".join(codes))
        program = ["python3", "-I"] if language == "python" else ["sh", "-eu"]
        env = {"TOKEN": token, "PATH": f"{bin_folder}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
        done = subprocess.run(
            [*program, str(script)],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{script.read_text()}\n{done.stdout}{done.stderr}"
        return folder

    return go


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def written(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()) for path in files}


def zipped(path: Path) -> list[str]:
    """Return the SHA-256 of every member of a ZIP."""
    with zipfile.ZipFile(path) as archive:
        return sorted(sha256(archive.read(name)) for name in archive.namelist())


def codes(ask: Ask, path: str) -> dict[str, str]:
    """Return the snippets by language."""
    return {one["language"]: one["code"] for one in ask("GET", f"{path}/snippets")}


def result_of(ask: Ask, found: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a call, also where it became a job."""
    while "progress" in found and not found["ended_at"]:
        found = ask("GET", f"jobs/{found['id']}", Prefer="wait=30")
    result: dict[str, Any] = found["result"] if "progress" in found else found
    assert result, found
    return result


def made(ask: Ask, operation: str, **call: Any) -> dict[str, Any]:
    return result_of(ask, ask("POST", f"compression/{operation}", call, Prefer="wait=30"))


def check(ask: Ask, run: Run, results: list[dict[str, Any]]) -> None:
    """Run the snippets of the results in each language; each must write the very outputs."""
    outputs = [ask("GET", f"files/info/{result['output']}")["sha256"] for result in results]
    snippets = [codes(ask, f"compression/results/{result['id']}") for result in results]
    for language in LANGUAGES:
        wrote = written(run(language, [one[language] for one in snippets]))
        assert set(outputs) <= set(wrote.values()), language
        if language != "command_line":  # which needs the input, and maybe a dictionary
            assert len(wrote) == len(outputs)
    for output, one in zip(outputs, snippets, strict=True):
        assert all(f"# SHA-256 {output}" in code for code in one.values())


def test_every_algorithm_there_and_back(ask: Ask, run: Run, upload: Upload) -> None:
    file = upload("potato.txt", TEXT)
    there = [made(ask, "compress", file=file["id"], algorithm=name) for name in sorted(codecs.all_codecs())]
    check(ask, run, there)
    back = [
        made(ask, "decompress", file=result["output"], algorithm=result["algorithm"]) for result in there[:3]
    ]
    check(ask, run, back[:1])


def test_any_name(ask: Ask, run: Run, upload: Upload) -> None:
    stored = [upload(name, TEXT + name.encode()) for name in NAMES]
    check(ask, run, [made(ask, "compress", file=file["id"], algorithm="lz4") for file in stored])
    of_files = [codes(ask, f"files/info/{file['id']}") for file in stored]
    for language in LANGUAGES:
        wrote = written(run(language, [one[language] for one in of_files]))
        assert {file["sha256"] for file in stored} <= set(wrote.values()), language


def test_levels_parameters_and_dictionaries(ask: Ask, run: Run, upload: Upload) -> None:
    file = upload("potato.txt", TEXT)
    dictionary = base64.b64encode(os.urandom(100_000) + TEXT[:1000]).decode()
    settings: list[dict[str, Any]] = [
        {"algorithm": "zstd", "level": -5, "params": {"checksum": False, "window_log": 12}},
        {"algorithm": "zstd", "level": 19, "params": {"dictionary": dictionary}},
        {"algorithm": "gzip", "level": 1, "params": {"strategy": "huffman_only"}},
    ]
    for call in settings:
        check(ask, run, [made(ask, "compress", file=file["id"], **call)])
    packed = made(ask, "compress", file=file["id"], **settings[1])
    params = {"dictionary": dictionary}
    back = made(ask, "decompress", file=packed["output"], algorithm="zstd", params=params)
    assert back["checksum"] == sha256(TEXT)
    check(ask, run, [back])


def test_a_preset_by_its_name_and_after_a_change_by_its_settings(ask: Ask, run: Run, upload: Upload) -> None:
    name = f"potatoes-{uuid4().hex[:8]}"
    params = {"checksum": False}
    ask("POST", "compression/algorithms", {"name": name, "algorithm": "zstd", "level": 7, "params": params})
    ask("PUT", f"compression/algorithms/{name}", {"status": "testing"})
    file = upload("potato.txt", TEXT)
    result = made(ask, "compress", file=file["id"], algorithm=name)
    assert f'"algorithm": "{name}"' in codes(ask, f"compression/results/{result['id']}")["curl"]
    check(ask, run, [result])
    ask("PUT", f"compression/algorithms/{name}", {"level": 1})
    assert name not in codes(ask, f"compression/results/{result['id']}")["curl"]
    check(ask, run, [result])


def test_a_result_of_a_job(ask: Ask, run: Run, upload: Upload) -> None:
    file = upload("numbers.txt", " ".join(map(str, range(1_500_000))).encode())
    result = made(ask, "compress", file=file["id"], algorithm="xz", level=0)
    assert result["job"]
    check(ask, run, [result])


def test_the_files_of_an_archive(ask: Ask, run: Run, upload: Upload) -> None:
    members = {"a b/$HOME 'x'.txt": b"1", "-rf": b"2", "größe/ 見本": b"3", "deep/er/y": b"4"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    file = upload("the bundle's.zip", packed.getvalue())
    result = made(ask, "decompress", file=file["id"])
    snippets = codes(ask, f"compression/results/{result['id']}")
    expected = {f"the bundle's/{path}": sha256(data) for path, data in members.items()}
    for language in LANGUAGES:
        wrote = written(run(language, [snippets[language]]))
        wrote.pop("the bundle's.zip", None)
        assert wrote == expected, language


def test_a_batch(ask: Ask, run: Run, upload: Upload) -> None:
    names = [("a 'b'.txt", "logs"), ("a 'b'.txt", "logs"), ("-x", ""), ("$y", "größe/$z")]
    stored = [upload(name, TEXT + bytes([place]), folder) for place, (name, folder) in enumerate(names)]
    methods = [
        {"algorithm": "zstd", "level": -3, "params": {"dictionary": base64.b64encode(TEXT[:500]).decode()}},
        {"algorithm": "xz", "level": 1},
    ]
    call = {"files": [file["id"] for file in stored], "algorithms": methods}
    batch = result_of(ask, ask("POST", "compression/batch", call))
    outputs = sorted(
        ask("GET", f"files/info/{item['result']['output']}")["sha256"] for item in batch["items"]
    )
    snippets = codes(ask, f"compression/batches/{batch['id']}")
    for language in ("curl", "python"):
        assert zipped(run(language, [snippets[language]]) / "batch.zip") == outputs
    wrote = written(run("command_line", [snippets["command_line"]]) / "compressed")
    assert sorted(wrote.values()) == outputs


def test_a_batch_of_many_files(ask: Ask, run: Run, upload: Upload) -> None:
    stored = [upload(f"{number}.txt", b"%d" % number) for number in range(55)]
    call = {"files": [file["id"] for file in stored], "algorithms": [{"algorithm": "store"}]}
    batch = result_of(ask, ask("POST", "compression/batch", call))
    snippets = codes(ask, f"compression/batches/{batch['id']}")
    for language in ("curl", "python"):
        assert zipped(run(language, [snippets[language]]) / "batch.zip") == sorted(
            file["sha256"] for file in stored
        )
    originals = "mkdir originals; for n in 1 2 3; do printf $n > originals/$n.txt; done"
    wrote = written(run("command_line", [originals, snippets["command_line"]]) / "compressed")
    assert sorted(wrote.values()) == sorted(file["sha256"] for file in stored[1:4])


@pytest.mark.parametrize("budget_s", [0.5, 3])  # answered at once, and a job
def test_a_comparison(ask: Ask, run: Run, upload: Upload, tmp_path: Path, budget_s: float) -> None:
    file = upload("potato 'n'.txt", TEXT)
    dictionary = base64.b64encode(TEXT[:500]).decode()
    wishes = [
        {"algorithm": "zstd", "level": -5, "params": {"dictionary": dictionary, "checksum": False}},
        {"algorithm": "zstd", "level": 3, "params": {"dictionary": dictionary}},
        "xz",
        "store",
    ]
    call = {"file": file["id"], "algorithms": wishes, "budget_s": budget_s, "repetitions": 1, "seed": 7}
    found = result_of(ask, ask("POST", "compression/compare", call))
    sizes = [row["compressed_size"] for row in found["results"]]
    snippets = codes(ask, f"compression/compare/{found['id']}")
    for language in ("curl", "python"):
        again = json.loads((run(language, [snippets[language]]) / "comparison.json").read_text())
        assert [row["compressed_size"] for row in again["results"]] == sizes
        assert (again["seed"], again["file"]) == (7, file["id"])
    lines = (run("command_line", [snippets["command_line"]]) / "comparison.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["compressed_size"] for line in lines) == sorted(sizes)


def test_an_optimisation(ask: Ask, run: Run, upload: Upload) -> None:
    file = upload("a b's.csv", TABLE)
    # So many trials and searches, and time for all of them: the same comes out each time.
    call = {"file": file["id"], "strategy": "repeatable", "iterations": 1, "seed": 7, "time_budget_s": 120}
    found = made(ask, "enhanced/optimize-iterative", **call)
    output = ask("GET", f"files/info/{found['output']}")["sha256"]
    for language, code in codes(ask, f"compression/optimizations/{found['id']}").items():
        assert written(run(language, [code]))["a b's.csv.dcz"] == output, language


def test_an_analysis(ask: Ask, run: Run, upload: Upload) -> None:
    file = upload("a b's.csv", TABLE)
    found = ask("POST", "compression/enhanced/analyze", {"file": file["id"]})
    for language, code in codes(ask, f"compression/enhanced/analyze/{found['id']}").items():
        wrote = written(run(language, [f"{code} > said"]) if language != "python" else run(language, [code]))
        assert wrote.get("a b's.csv", file["sha256"]) == file["sha256"], language


def test_of_a_deleted_input_there_is_the_command_line_for_a_copy(ask: Ask, run: Run, upload: Upload) -> None:
    file = upload("potato.txt", TEXT)
    result = made(ask, "compress", file=file["id"], algorithm="xz")
    ask("DELETE", f"files/delete/{file['id']}")
    snippets = codes(ask, f"compression/results/{result['id']}")
    assert list(snippets) == ["command_line"]
    copy = f"base64 -d > potato.txt <<'END'\n{base64.b64encode(TEXT).decode()}\nEND"
    wrote = written(run("command_line", [copy, snippets["command_line"]]))
    assert wrote["potato.txt.xz"] == ask("GET", f"files/info/{result['output']}")["sha256"]


def test_what_is_refused_is_said(ask: Ask, run: Run, upload: Upload) -> None:
    file = upload("potato.txt", TEXT)
    result = made(ask, "compress", file=file["id"], algorithm="xz")
    snippets = codes(ask, f"compression/results/{result['id']}")
    ask("DELETE", f"files/delete/{file['id']}")
    for language in ("curl", "python"):
        with pytest.raises(AssertionError, match="There is no such object"):
            run(language, [snippets[language]])


def test_streams(stack: Stack, ask: Ask, run: Run) -> None:
    schema = codecs.get("zstd").schema()["properties"]
    params = {"checksum": False}
    wish = {"algorithm": "zstd", "level": -3, "params": params}
    settings = Settings(wish, "zstd", -3, params, schema)
    for name in ("-a 'b' {c}[1-2].txt", "見" * 200):
        target = f"{name}.zst"
        there = dict(for_stream(Operation.COMPRESS, settings, name, target, stack.url))
        back = dict(for_stream(Operation.DECOMPRESS, None, target, f"{name}.out", stack.url))
        data = TEXT * 3000  # more than the buffers on the way
        given = f"printf '{TEXT.decode()}%.0s' $(seq 3000) > {word(local_name(name))}"
        python = f"open({local_name(name)!r}, 'w').write({TEXT.decode()!r} * 3000)"
        packed = set()
        for language in (CURL, PYTHON, COMMAND):
            begin = python if language == PYTHON else given
            found = written(run(LANGUAGES_OF[language], [begin, there[language], back[language]]))
            assert found[local_name(f"{name}.out")] == sha256(data), language
            packed.add(found[local_name(target)])
        assert len(packed) == 2  # the command line knows how much is to come, and writes it down
