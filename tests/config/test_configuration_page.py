"""The page of the settings names each of them, as the code reads them."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = frozenset({"text", "secret", "integer", "flag", "choice", "items", "path"})
ROW = re.compile(r"^\| `([A-Z0-9_]+)`( \(file\))? \| ([^|]*) \|", re.M)


def read_by_the_code() -> dict[str, list[tuple[str, object]]]:
    """Return how each variable is read: by which function, with which default where that is a plain value."""
    found: dict[str, list[tuple[str, object]]] = {}
    for path in (ROOT / "config").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_reader(node.func):
                name, *rest = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
                found.setdefault(str(name), []).append((node.func.attr, rest[0] if rest else None))
    return found


def _is_reader(called: ast.Attribute) -> bool:
    return isinstance(called.value, ast.Name) and called.value.id == "env" and called.attr in READERS


def test_each_setting_is_on_the_page_and_nothing_else() -> None:
    rows = {name: (is_file, default) for name, is_file, default in ROW.findall(_page())}
    code = read_by_the_code()
    assert len(code) > 40
    assert rows.keys() == code.keys()
    for name, reads in code.items():
        is_file, told = rows[name]
        assert bool(is_file) == any(reader == "secret" for reader, _ in reads), name
        for _, default in reads:
            if isinstance(default, int | str) and default:
                assert str(default) in told.replace("`", ""), name


def _page() -> str:
    return (ROOT / "docs" / "configuration.md").read_text()
