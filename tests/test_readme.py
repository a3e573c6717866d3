"""The examples of the README work as they are pasted."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

README = (Path(__file__).parents[1] / "README.md").read_text()


def example(language: str, mark: str) -> str:
    """The block of the README that has `mark` in it."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [block for block in blocks if mark in block]
    return str(found)


@pytest.fixture
def folder(stack: Stack, tmp_path: Path) -> Path:
    """A folder as the README takes it for granted: the data are in `var`."""
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "var").mkdir()
    (tmp_path / "var/admin-password").write_text(stack.password)
    return tmp_path


def here(code: str, stack: Stack) -> str:
    return code.replace("http://127.0.0.1:8000", stack.url)


def test_curl(stack: Stack, folder: Path) -> None:
    code = here(example("sh", "/auth/login"), stack)
    done = subprocess.run(["bash", "-e"], input=code, cwd=folder, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert '"operation":"decompress"' in done.stdout
    packed = ["zstd", "-dc", str(folder / "README.md.zst")]
    assert subprocess.run(packed, capture_output=True, check=True).stdout == README.encode()


def test_python(stack: Stack, folder: Path) -> None:
    code = here(example("python", "urllib.request"), stack)
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=folder, text=True, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1] == "True"
