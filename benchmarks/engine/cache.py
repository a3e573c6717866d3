"""What peers made, kept by the SHA-256 of the content: they are slow and do not change, the engine does."""

import json
from pathlib import Path
from typing import Any


class Cache:
    """A JSON file of results; nothing is kept where there is no path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            self._known = json.loads(path.read_text())

    def of(self, sha256: str) -> dict[str, Any]:
        """The results for a content, by peer."""
        return dict(self._known.get(sha256, {}))

    def keep(self, sha256: str, results: dict[str, Any]) -> None:
        """Write down what is new; results that are wrong are measured again next time."""
        sound = {peer: result for peer, result in results.items() if not result.get("error")}
        self._known[sha256] = {**self._known.get(sha256, {}), **sound}
        if self._path is not None:
            partial = self._path.with_suffix(".partial")
            partial.write_text(json.dumps(self._known))
            partial.replace(self._path)
