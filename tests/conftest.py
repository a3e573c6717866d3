"""What all tests share; the services themselves start in `tests.services`."""

pytest_plugins = [
    "tests.cast",
    "tests.database",
    "tests.passwords",
    "tests.stack",
    "tests.work",
    "tests.crews",
    "tests.dialling",
]
