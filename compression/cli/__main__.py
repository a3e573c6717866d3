"""`python -m compression.cli`, or as a program of its own, as `dynacomp` has it: first of all, before even the
installed packages can be found, an interrupt shall end it without a word; there is nothing yet to leave behind."""

import _signal  # type: ignore[import-not-found]  # built in: `signal` would load files before it does anything
import sys

_interruptible = (
    _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler
)  # else it runs in the background
if _interruptible:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
_signal.pthread_sigmask(_signal.SIG_UNBLOCK, {_signal.SIGINT})  # `dynacomp` holds it back until here
if sys.flags.no_site:
    import site

    site.main()

from compression.cli.main import run  # noqa: E402 what comes before has to be first

try:
    if _interruptible:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    code = run(sys.argv[1:], prog="dynacomp")
except KeyboardInterrupt:
    code = 130
sys.exit(code)
