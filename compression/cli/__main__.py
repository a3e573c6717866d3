"""`python -m compression.cli`: what `dynacomp` calls."""

import sys

try:
    from compression.cli.main import run

    code = run(sys.argv[1:], prog="dynacomp")
except KeyboardInterrupt:  # before there was anything to leave behind
    code = 130
sys.exit(code)
