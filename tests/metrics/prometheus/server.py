"""A real Prometheus (Debian's), that scrapes a platform with the example configuration."""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests.core.crew import until
from tests.metrics.prometheus.expressions import ALERTS, MONITORING
from tests.stack import Stack, free_port

# A page takes a while where many tests run at once.
SCRAPE_S = 3


class Prometheus:
    """A server over a folder of its own; used as a context, it ends with the test."""

    def __init__(self, folder: Path, stack: Stack, token: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = folder / "prometheus.log"
        (folder / "token").write_text(token)
        configuration = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
        pace = f"{SCRAPE_S}s"
        configuration["global"] = {
            "scrape_interval": pace,
            "evaluation_interval": pace,
            "scrape_timeout": pace,
        }
        configuration["rule_files"] = [str(ALERTS)]
        (scraped,) = configuration["scrape_configs"]
        scraped["authorization"]["credentials_file"] = str(folder / "token")
        scraped["scrape_timeout"] = pace
        scraped["static_configs"] = [{"targets": [stack.url.removeprefix("http://")]}]
        self.configuration = folder / "prometheus.yml"
        self.configuration.write_text(yaml.safe_dump(configuration))
        self._command = [
            "prometheus",
            f"--config.file={self.configuration}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
        ]

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT)
        until(self._ready)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(40)

    def _ready(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:  # 503 too
            return False

    def ask(self, what: str, **parameters: Any) -> Any:
        """Return what the API answers; what it refuses is an AssertionError with its reason."""
        query = urllib.parse.urlencode(parameters, doseq=True)
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{what}?{query}", timeout=30) as response:
                body = json.load(response)
        except urllib.error.HTTPError as refused:
            raise AssertionError(refused.read().decode()) from None
        assert body["status"] == "success", body
        assert not body.get("warnings"), body
        return body["data"]

    def values(self, expression: str) -> list[Any]:
        """Return the result of an expression now."""
        found: list[Any] = self.ask("query", query=expression)["result"]
        return found

    def found(self, expression: str) -> list[Any]:
        """Return the result of an expression once there is one: a scrape may take too long on a busy machine."""
        return until(lambda: self.values(expression))
