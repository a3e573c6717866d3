"""What Prometheus costs: `python -m benchmarks.scrape [--rows 200000] [--scrapes 60]`.

Starts PostgreSQL and Redis in a temporary folder and fills the ledger and the jobs with `--rows` rows each, of two
months. Measures the first scrape after a start and later ones through the API in this process, what it costs to count
a request, and what the sampler's look at all requests does.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.figures import figures, table
from benchmarks.search import PASSWORD, database

GOAL_MS, GOAL_COUNT_US = 50, 50
ROUTES, COUNTED = 60, 20_000

OUTCOMES = """
INSERT INTO compression_history (id, created_at, operation, algorithm, algorithm_version, params, content_sha256,
  content_kind, media_type, original_size, compressed_size, compress_seconds, decompress_seconds, machine, succeeded,
  error_code)
SELECT gen_random_uuid(), now() - n * interval '26 seconds', (ARRAY['compress', 'compress', 'decompress'])[1 + n % 3],
  (ARRAY['zstd', 'gzip', 'brotli', 'xz', 'bzip2', 'lz4', 'dcz', 'zip', 'zstd+tar', 'mine-' || n])[1 + n % 10], 1, '{}',
  repeat(md5(n::text), 2), (ARRAY['text', 'json', 'csv', 'log', 'image', 'binary', 'xml', ''])[1 + n / 7 % 8], '',
  1000000 + n, 300000 + n, 0.01, 0.005, 'm', n % 50 <> 0, ''
FROM generate_series(1, %s) n
"""
JOBS = """
INSERT INTO jobs (id, owner_id, created_at, kind, queue, status, attempt, max_attempts, fence, worker, timeout_s,
  params, subject_type, title, request_id, progress_done, progress_unit, progress_message, cpu_seconds, started_at,
  ended_at)
SELECT gen_random_uuid(), %s, t, (ARRAY['compress', 'decompress', 'batch', 'compare'])[1 + n % 4], 'cpu',
  (ARRAY['succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled'])[1 + n % 5], 1, 3, 1, 'w', 60,
  '{"algorithm": "zstd"}', 'files', 'Compress', '', 0, '', '', 0.1, t, t + interval '1 second'
FROM generate_series(1, %s) n, LATERAL (SELECT now() - n * interval '26 seconds' AS t) moment
"""


def filled(rows: int) -> Any:
    """Fill the tables; return an operator."""
    from django.db import connection

    from accounts.services import user_register
    from core.access.roles import Role

    owner = user_register(username="bench", email="bench@example.org", password=PASSWORD, role=Role.OPERATOR)
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES.replace("% ", "%% "), [rows])
        cursor.execute("ALTER TABLE jobs DISABLE TRIGGER USER")  # ended from the beginning
        cursor.execute(JOBS.replace("% ", "%% "), [owner.pk, rows])
        cursor.execute("ALTER TABLE jobs ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    return owner


def timed(call: Callable[[], Any]) -> tuple[float, float]:
    """Return how long a call took, and how long it had the processor in this process."""
    before, began = time.process_time(), time.perf_counter()
    call()
    return time.perf_counter() - began, time.process_time() - before


def scraper(owner: Any) -> Callable[[], Any]:
    """Return a function that scrapes."""
    from rest_framework.test import APIClient

    from accounts.services import token_create

    _, secret = token_create(owner=owner, name="bench", scope="read")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

    def scrape() -> Any:
        answer = client.get("/api/v1/metrics/prometheus")
        assert answer.status_code == 200, answer.content
        return answer.content

    return scrape


def count_many() -> float:
    """Count requests to many routes; return the microseconds of the processor that one takes in the middleware."""
    from django.http import HttpResponse
    from django.test import RequestFactory

    from metrics.prometheus.middleware import CountingMiddleware, counting

    for number in range(ROUTES):
        for status in (200, 404):
            for seconds in (0.003, 0.03, 0.3):
                counting().began()
                counting().ended("GET", f"api:some:route-{number}", status, seconds)
    answer = HttpResponse()
    middleware, request = CountingMiddleware(lambda _: answer), RequestFactory().get("/nowhere")
    began = time.process_time()
    for _ in range(COUNTED):
        middleware(request)
    return (time.process_time() - began) / COUNTED * 1e6


def run(rows: int, scrapes: int, folder: Path) -> bool:
    """Fill, measure, print; say whether the goals are reached."""
    with database(folder):
        from metrics.prometheus.middleware import counted

        scrape = scraper(filled(rows))
        first = timed(scrape)[0]
        micros = count_many()
        found = [timed(scrape) for _ in range(scrapes)]
        page = scrape()
        counted().totals()
        looks = [timed(counted().totals)[0] for _ in range(scrapes)]
    passed, had = figures([one[0] for one in found]), figures([one[1] for one in found])
    print(table([{"": "answered", **passed}, {"": "processor of the web process", **had}]))
    lines = page.count(b"\n")
    print(f"\nthe first one: {first * 1000:.0f} ms; the page: {len(page) / 1000:.0f} kB in {lines} lines")
    print(f"to count a request: {micros:.1f} µs; to look at all of them: {figures(looks)['p50_ms']} ms")
    return passed["p50_ms"] < GOAL_MS and micros < GOAL_COUNT_US


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000, help="of the ledger, and of jobs")
    parser.add_argument("--scrapes", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dynacomp-bench-") as folder:
        return 0 if run(options.rows, options.scrapes, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
