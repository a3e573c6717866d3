"""The engine beside its peers, on the files of a folder. `python -m benchmarks.engine --help` says how."""
