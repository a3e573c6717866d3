"""Reads pages of the endpoint."""

from collections.abc import Iterator
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(page: bytes | str) -> Values:
    """Return every sample of a page by name and labels; two of the same are a mistake."""
    found: Values = {}
    for name, labels, value in samples(page):
        key = (name, frozenset(labels.items()))
        assert key not in found, key
        found[key] = value
    return found


def samples(page: bytes | str) -> Iterator[tuple[str, dict[str, str], float]]:
    """Yield name, labels and value of every sample."""
    text = page.decode() if isinstance(page, bytes) else page
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def total(page: Any, name: str, **labels: str) -> float:
    """Return the sum of the samples of that name which have these labels."""
    return sum(
        value
        for found, have, value in samples(page)
        if found == name and all(have.get(label) == wanted for label, wanted in labels.items())
    )
