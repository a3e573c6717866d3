"""`python -m compression.cli`: what `dynacomp` calls."""

import sys

from compression.cli.main import run

sys.exit(run(sys.argv[1:], prog="dynacomp"))
