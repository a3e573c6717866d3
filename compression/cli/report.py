"""What the command line says: lines for people on standard error, or JSON for programs on standard output."""

import json
import sys
import time
from typing import Any

BAR = 24
DRAW_S = 0.1


class Report:
    """Progress on a terminal, one line a file, errors. Standard output may be taken by the data itself."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self._json, self._quiet = as_json, quiet
        self._terminal = sys.stderr.isatty() and not quiet and not as_json
        self._drawn, self._began = 0.0, time.monotonic()

    def begin(self) -> None:
        """Note that the next input begins."""
        self._began = time.monotonic()

    def progress(self, label: str, done: int, total: int | None, unit: str = "") -> None:
        """Draw the bar, some times a second and on a terminal only; without a `unit` bytes are counted."""
        now = time.monotonic()
        if not self._terminal or now - self._drawn < DRAW_S:
            return
        self._drawn = now
        figures = f"{done} of {total} {unit}" if unit else self._speed(done, total, now)
        sys.stderr.write(f"\r\x1b[K{label[:40]}  {_bar(done, total)}{figures}")
        sys.stderr.flush()

    def _speed(self, done: int, total: int | None, now: float) -> str:
        rate = done / 1e6 / max(now - self._began, 1e-6)
        if not total:
            return f"{size(done)}  {rate:.0f} MB/s"
        left = f"{(total - done) / 1e6 / rate:.0f} s left" if rate else ""
        return f"{100 * done // total:3d} %  {rate:.0f} MB/s  {left}"

    def done(self, line: str, facts: dict[str, Any]) -> None:
        """Say what came of one input."""
        self._wipe()
        if self._json:
            print(json.dumps(facts), flush=True)
        elif not self._quiet:
            print(line, file=sys.stderr)

    def table(self, rows: list[dict[str, Any]], lines: list[str]) -> None:
        """Print what was asked for."""
        self._wipe()
        for text in [json.dumps(row) for row in rows] if self._json else lines:
            print(text)

    def skipped(self, label: str, reason: str) -> None:
        """Say what was passed over."""
        self.done(f"{readable(label)}: skipped: {reason}", {"input": label, "skipped": reason})

    def error(self, line: str, facts: dict[str, Any] | None = None) -> None:
        """Say what failed."""
        self._wipe()
        print(f"dynacomp: {line}", file=sys.stderr)
        if self._json and facts is not None:
            print(json.dumps(facts), flush=True)

    def close(self) -> None:
        """Leave the terminal's line clean."""
        self._wipe()

    def _wipe(self) -> None:
        if self._terminal and self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def readable(text: str) -> str:
    """Return what an archive says with everything escaped that a terminal would obey or that turns text around."""
    shown = (letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
    return "".join(shown)


def _bar(done: int, total: int | None) -> str:
    if not total:
        return ""
    filled = min(BAR, BAR * done // total)
    return f"[{'#' * filled}{'.' * (BAR - filled)}] "


def size(count: int) -> str:
    """Return a number of bytes for people."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} TB"
