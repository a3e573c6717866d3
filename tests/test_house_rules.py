"""Rules of the house that a machine can check: sizes, where things are, what services must do, what tests must know."""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.forms import BaseForm
from django.urls import URLPattern, URLResolver, get_resolver

from core import audit, clock, health
from core.events import Event, catalogue
from core.jobs.kinds import kinds
from core.seeds import seeds
from core.sockets.topics import topics

ROOT = Path(__file__).resolve().parents[1]
APPS = sorted(config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT)
PACKAGES = ["config", *APPS]
FILE_LINES, FUNCTION_LINES, BODY_STATEMENTS = 400, 50, 3


def sources(*folders: str) -> list[Path]:
    """Return the Python files of the folders, without migrations."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


PRODUCT = sources(*PACKAGES)
EVERYTHING = [*PRODUCT, *sources("tests", "benchmarks")]


def ids(value: Any) -> str:
    """Name a case by its path or name."""
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else getattr(value, "__name__", str(value))


@cache
def tree(path: Path) -> ast.Module:
    """Return the file, parsed."""
    return ast.parse(path.read_text(), str(path))


# Sizes


@pytest.mark.parametrize("path", EVERYTHING, ids=ids)
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= FILE_LINES
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES, node.name


@pytest.mark.parametrize("path", PRODUCT, ids=ids)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)) or not path.read_text().strip()


def test_nothing_prints_but_commands_and_the_supervisor() -> None:
    speaks = {ROOT / "config/services", ROOT / "compression/cli", *ROOT.glob("*/management/commands")}
    found = [
        f"{ids(path)}:{node.lineno}"
        for path in PRODUCT
        if not speaks & set(path.parents)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


# Services


def service_modules() -> list[ModuleType]:
    """Return every module of services."""
    found = [path for path in sources(*APPS) if path.stem == "services" or path.parent.name == "services"]
    return [importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in found]


def public_functions(module: ModuleType) -> list[Callable[..., Any]]:
    """Return the functions that the module itself makes and offers."""
    return [
        value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and not name.startswith("_") and value.__module__ == module.__name__
    ]


def called(function: Callable[..., Any]) -> Iterator[Any]:
    """Yield what the function's source calls, as far as names lead there."""
    plain = inspect.unwrap(function)
    parsed = ast.parse(textwrap.dedent(inspect.getsource(plain)))
    names = vars(importlib.import_module(plain.__module__))
    for node in ast.walk(parsed):
        target = node.func if isinstance(node, ast.Call) else None
        if isinstance(target, ast.Name):
            yield names.get(target.id)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            yield getattr(names.get(target.value.id), target.attr, None)


def audits(function: Callable[..., Any], seen: set[Any]) -> bool:
    """Say whether the function, or one of ours that it calls, writes an audit row."""
    for target in called(function):
        if target in (audit.record, audit.record_many):
            return True
        own = inspect.isfunction(target) and target.__module__.split(".")[0] in APPS
        if own and target not in seen and audits(target, seen | {target}):
            return True
    return False


SERVICES = [function for module in service_modules() for function in public_functions(module)]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: f"{service.__module__}.{service.__name__}")
def test_every_service_audits_or_says_why_not(service: Any) -> None:
    reason = getattr(service, "unaudited", "")
    assert reason or audits(service, {service}), "call audit.record, or mark it @audit.unaudited(why)"
    assert service.__doc__


def test_there_are_services_to_look_at() -> None:
    assert len(SERVICES) > 20
    assert audits(importlib.import_module("core.jobs.services").job_cancel, set())
    assert not audits(importlib.import_module("core.jobs.services").push, set())


# Where things are


def views() -> Iterator[tuple[str, str]]:
    """Yield name and module of each view of ours."""

    def walk(resolver: Any) -> Iterator[Any]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern)
            elif isinstance(pattern, URLPattern):
                yield getattr(pattern.callback, "cls", pattern.callback)

    for view in walk(get_resolver()):
        if view.__module__.split(".")[0] in APPS:
            yield view.__name__, view.__module__


def subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    """Yield every class below `cls` that is ours."""
    for below in cls.__subclasses__():
        yield from subclasses(below)
        if below.__module__.split(".")[0] in APPS:
            yield below


def homes() -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what is registered, the module it is in, and the names that this module may have."""
    found: list[tuple[str, str, tuple[str, ...]]] = []
    found += [(name, module, ("views", "_views", "docs")) for name, module in views()]
    found += [(model.__name__, model.__module__, ("models", "ledger")) for model in subclasses(models.Model)]
    found += [(name, event.__module__, ("events",)) for name, event in catalogue.items()]
    found += [(name, kind.body.__module__, ("jobs", "kinds")) for name, kind in kinds.items()]
    found += [(name, duty.function.__module__, ("duties",)) for name, duty in clock.duties.items()]
    found += [(name, seed.function.__module__, ("seeds",)) for name, seed in seeds.items()]
    found += [(name, check.__module__, ("health",)) for name, check in health.checks.items()]
    found += [(name, topic.may_follow.__module__, ("sockets",)) for name, topic in topics.items()]
    found += [(form.__name__, form.__module__, ("forms",)) for form in subclasses(BaseForm)]
    found += [
        (type(desk).__name__, type(desk).__module__, ("admin",))
        for desk in admin.site._registry.values()
        if type(desk).__module__.split(".")[0] in APPS
    ]
    return [entry for entry in found if entry[1].split(".")[0] in APPS]


# What has a home of its own, and why.
ELSEWHERE = {
    "accounts.back_office": "the site of the back office brings its own views",
    "pages.showroom": "shows every component, the fields of a form among them",
}


@pytest.mark.parametrize(("what", "module", "allowed"), homes(), ids=lambda value: str(value)[:60])
def test_each_kind_of_thing_is_in_the_file_of_its_name(
    what: str, module: str, allowed: tuple[str, ...]
) -> None:
    assert module in ELSEWHERE or module.rsplit(".", 1)[-1].endswith(allowed)


# Files that read another app's models while they run; the list may only get shorter.
READ_FOREIGN_MODELS = {
    "compression/calls.py",
    "compression/selectors.py",
    "compression/services.py",
    "compression/sources.py",
    "files/seeds.py",
    "files/selectors.py",
    "files/services.py",
}


def foreign_models(path: Path) -> bool:
    """Say whether the file imports the models of another app but the kernel's, outside of TYPE_CHECKING."""
    own = path.relative_to(ROOT).parts[0]
    quiet = {
        id(inner)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").endswith(".models")
        and (node.module or "").split(".")[0] in set(APPS) - {own, "core"}
        and id(node) not in quiet
        for node in ast.walk(tree(path))
    )


def test_no_app_reads_the_models_of_another() -> None:
    found = {ids(path) for path in sources(*APPS) if foreign_models(path)}
    assert found == READ_FOREIGN_MODELS


# Events, jobs and migrations


@pytest.mark.parametrize("event", [event for event in subclasses(Event) if "kind" in vars(event)], ids=ids)
def test_every_event_is_frozen_and_in_the_catalogue(event: Any) -> None:
    assert event.__dataclass_params__.frozen
    assert catalogue.get(event.kind).__qualname__ == event.__qualname__
    assert event.__doc__


@pytest.mark.parametrize("name", list(kinds))
def test_the_body_of_every_job_is_a_call(name: str) -> None:
    kind = kinds.get(name)
    if not kind.body.__module__.startswith("tests."):
        function: Any = ast.parse(textwrap.dedent(inspect.getsource(kind.body))).body[0]
        assert ast.get_docstring(function)
        assert len(function.body) - 1 <= BODY_STATEMENTS


@pytest.mark.django_db
def test_every_migration_can_be_taken_back_or_says_why_not() -> None:
    found = MigrationLoader(None).disk_migrations
    for (label, name), migration in found.items():
        if apps.get_app_config(label).name in APPS:
            path = Path(str(inspect.getfile(type(migration))))
            fixed = [operation for operation in migration.operations if not operation.reversible]
            assert not fixed or "irreversible:" in path.read_text(), f"{label}.{name}: {fixed}"


# Tests that look for missing tests


@cache
def all_tests() -> str:
    """Return all tests in one."""
    return "\n".join(path.read_text() for path in sources("tests"))


@pytest.mark.parametrize("name", [name for name in kinds if not name.startswith("test.")])
def test_every_kind_of_job_has_a_test(name: str) -> None:
    assert f'"{name}"' in all_tests() or f"/{name}" in all_tests()


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/management/commands/[a-z]*.py")), ids=ids)
def test_every_command_has_a_test(path: Path) -> None:
    assert f'"{path.stem}"' in all_tests() or f"manage.py {path.stem}" in all_tests()
