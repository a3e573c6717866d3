"""Mutated streams and archives through every decoder: an error or the right bytes, within the limits.

    python -m tests.compression.engine.fuzzing [--format zstd] [--count 10000] [--seed 1] [--only K]

`seeds` are the valid ones, `mutations` what is done to them, `trial` runs them by the hundred in a confined child,
`judging` says what is right, `campaign` puts it together.
"""
