"""`python -m compression.engine.kernels`: compile all kernels, for set-up."""

from compression.engine.kernels import warm

warm()
