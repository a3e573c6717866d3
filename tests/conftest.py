"""What all tests share; the services themselves start in `tests.services`."""

pytest_plugins = [
    "tests.cast",
    "tests.crews",
    "tests.database",
    "tests.passwords",
    "tests.stack",
    "tests.work",
]
