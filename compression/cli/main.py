"""Arguments, verbs and exit codes."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from compression.cli.places import PIPE, WrongUse
from compression.cli.report import Report
from compression.engine.errors import EngineError

DONE, FAILED, WRONG_USE, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143

VERBS = {
    "compress": "compress files, folders or a pipe",
    "decompress": "get back what was compressed or archived",
    "compare": "measure algorithms on files, folders or a pipe",
    "analyze": "say what files are made of, and show their fields or columns",
    "recommend": "say what to compress files with, what to expect, and why",
    "optimize": "search for the best way to compress files, and compress them",
    "learn": "measure whether learning from outcomes makes choices better",
    "formats": "list what can be written and read",
}

# Only the module of the verb that is asked for is imported: the start takes a third of the time that all would take.
_MODULES = {
    "compress": "compressing",
    "decompress": "decompressing",
    "compare": "comparing",
    "analyze": "analyzing",
    "recommend": "recommending",
    "optimize": "optimizing",
    "learn": "learning",
    "formats": "listing",
}

EPILOG = """exit codes: 0 all is done, 1 something failed (the rest is done), 2 the call is wrong, 130 interrupted,
143 terminated"""


class Terminated(KeyboardInterrupt):
    """Somebody ends the process: it tidies up as after an interrupt."""


def parser(prog: str, verb: str) -> argparse.ArgumentParser:
    """Return the parser of one verb."""
    made = argparse.ArgumentParser(
        prog=prog, description=VERBS[verb], epilog=EPILOG, conflict_handler="resolve"
    )
    made.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    made.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    _module(verb).arguments(made)
    return made


def overview(prog: str) -> argparse.ArgumentParser:
    """Return a parser that knows the verbs by name alone, for help and for what is no verb."""
    made = argparse.ArgumentParser(
        prog=prog, description="Dynamic compression on local files.", epilog=EPILOG
    )
    verbs = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, words in VERBS.items():
        verbs.add_parser(name, help=words)
    return made


def run(arguments: Sequence[str], *, prog: str, verb: str = "") -> int:
    """Do what the arguments ask; return the exit code. Wrong ones end the process with 2, as argparse does."""
    if not verb:
        verb, *arguments = arguments or [""]
        if verb not in VERBS:
            overview(prog).parse_args([verb, *arguments] if verb else [])
            return WRONG_USE
        prog = f"{prog} {verb}"
    options = parser(prog, verb).parse_args(arguments)
    data_there = getattr(options, "output", None) == PIPE  # they have standard output for themselves
    report = Report(as_json=options.json is True and not data_there, quiet=options.quiet)
    try:
        with _terminable():
            done = _module(verb).run(options, report)
    except KeyboardInterrupt as interrupt:
        terminated = isinstance(interrupt, Terminated)
        word = "terminated" if terminated else "interrupted"
        report.error(f"{word}; nothing half-written was left")
        return TERMINATED if terminated else INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more. Python would write what it still holds at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except WrongUse as error:
        report.error(str(error))
        return WRONG_USE
    except EngineError as error:
        report.error(str(error))
        return WRONG_USE if error.code in ("invalid_params", "unknown_codec") else FAILED
    finally:
        report.close()
    return DONE if done else FAILED


@contextmanager
def _terminable() -> Iterator[None]:
    """Have the signal of `kill` raise Terminated, once; who ignores it goes on ignoring it."""
    before = signal.getsignal(signal.SIGTERM)
    if before is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise Terminated


def _module(verb: str) -> ModuleType:
    return import_module(f"compression.cli.{_MODULES[verb]}")
