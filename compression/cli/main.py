"""Arguments, verbs and exit codes."""

import argparse
import sys
from collections.abc import Callable, Sequence

from compression.cli import comparing, compressing, decompressing, listing
from compression.cli.report import Report
from compression.engine.errors import EngineError

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

VERBS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], Callable[..., bool]]] = {
    "compress": ("compress files, folders or a pipe", compressing.arguments, compressing.run),
    "decompress": ("get back what was compressed or archived", decompressing.arguments, decompressing.run),
    "compare": ("measure algorithms on a file", comparing.arguments, comparing.run),
    "formats": ("list what can be written and read", listing.arguments, listing.run),
}

EPILOG = """exit codes: 0 all is done, 1 something failed (the rest is done), 2 the call is wrong, 130 interrupted"""


def parser(prog: str, verb: str = "") -> argparse.ArgumentParser:
    """Return the parser of one verb, or of all where none is named."""
    if verb:
        words, arguments, _ = VERBS[verb]
        made = argparse.ArgumentParser(prog=prog, description=words, epilog=EPILOG)
        _common(made)
        arguments(made)
        return made
    top = argparse.ArgumentParser(prog=prog, description="Dynamic compression on local files.", epilog=EPILOG)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (words, arguments, _) in VERBS.items():
        one = verbs.add_parser(name, help=words, description=words, epilog=EPILOG)
        _common(one)
        arguments(one)
    return top


def _common(made: argparse.ArgumentParser) -> None:
    made.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    made.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")


def run(arguments: Sequence[str], *, prog: str, verb: str = "") -> int:
    """Do what the arguments ask; return the exit code. Wrong ones end the process with 2, as argparse does."""
    options = parser(prog, verb).parse_args(arguments)
    report = Report(as_json=options.json, quiet=options.quiet)
    try:
        done = VERBS[verb or options.verb][2](options, report)
    except KeyboardInterrupt:
        report.error("interrupted; nothing half-written was left")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads any more; Python would complain about it at its end
        return FAILED
    except EngineError as error:
        report.error(str(error))
        return WRONG_USE if error.code in ("invalid_params", "unknown_codec") else FAILED
    finally:
        report.close()
    return DONE if done else FAILED
