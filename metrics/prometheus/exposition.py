"""All metrics of the endpoint, in the format that is asked for. A part that fails is missing, and says so."""

import logging
from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder

from metrics.prometheus import counters, gauges
from metrics.prometheus.text import encoded

log = logging.getLogger(__name__)

OPEN_METRICS = "application/openmetrics-text"

PARTS: dict[str, Callable[[], Iterator[Metric]]] = {
    "requests": counters.requests,
    "outcomes": counters.outcomes,
    "jobs": counters.jobs,
    "open_jobs": gauges.open_jobs,
    "database": gauges.database,
    "sampled": gauges.sampled,
}


def collect() -> Iterator[Metric]:
    """Yield the families of every part; one that fails costs nobody the others."""
    success = GaugeMetricFamily(
        "dynacomp_scrape_success", "Whether a part of this page could be had.", labels=["part"]
    )
    for name, part in PARTS.items():
        try:
            found = list(part())
        except Exception:
            log.exception("no metrics of %s", name)
            found = []
        success.add_metric([name], float(bool(found)))
        yield from found
    yield success


def render(accept: str) -> tuple[bytes, str]:
    """Return the page and its content type: OpenMetrics where that is accepted, else text 0.0.4."""
    try:
        _, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is none
        content_type = CONTENT_TYPE_PLAIN_0_0_4
    return encoded(collect(), open_metrics=content_type.startswith(OPEN_METRICS)), content_type
