"""“Use it by program”: every snippet of an algorithm's page is run against the running product."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from compression.engine.codecs import codec_from
from tests.compression.test_snippets_run import TEXT, Ask, Upload, ask, bin_folder, codes, token, upload

assert ask
assert bin_folder
assert token
assert upload  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


@pytest.fixture
def preset(ask: Ask) -> str:
    """A preset with a level, a parameter and a dictionary; that it is being tested is enough for staff."""
    name = "snip-small"
    params = {"window_log": 20, "dictionary": "b25lIHBvdGF0bywgdHdvIHBvdGF0bywg"}
    ask("POST", "compression/algorithms", {"name": name, "algorithm": "zstd", "level": -5, "params": params})
    ask("PUT", f"compression/algorithms/{name}", {"status": "testing"})
    return name


def run(language: str, code: str, folder: Path, env: dict[str, str]) -> None:
    program = ["python3", "-Ic"] if language == "python" else ["sh", "-euc"]
    done = subprocess.run(
        [*program, code], cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"


def test_every_snippet_compresses(
    ask: Ask, upload: Upload, preset: str, token: str, bin_folder: Path, tmp_path: Path
) -> None:
    given = tmp_path / "a; file, of 'mine'.txt"
    given.write_bytes(TEXT)
    stored: Any = upload("potato.txt", TEXT)
    for name in ("zstd", "blosc2", "store", preset):
        made = ask("GET", f"compression/algorithms/{name}")
        composed = made["composition"] or {"algorithm": name, "level": None, "params": {}}
        codec = codec_from({"id": composed["algorithm"], **composed["params"]})
        found = codes(ask, f"compression/algorithms/{name}")
        assert ("curl_stream" in found) is made["streaming"]
        for language, code in found.items():
            folder = tmp_path / f"{name}-{language}"
            folder.mkdir()
            env = {
                "TOKEN": token,
                "FILE": stored["id"] if language == "python" else str(given),
                "PATH": f"{bin_folder}:{os.environ['PATH']}",
                "LANG": "C.UTF-8",
            }
            run(language, code, folder, env)
            output = folder / f"output{made['file_extension']}"
            assert codec.decode(output.read_bytes()) == TEXT, (name, language)
