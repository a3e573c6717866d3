"""Why something is recommended, in words for people: from features, findings, trials and what was asked for."""

from compression.engine.describing import printable
from compression.engine.learning.actions import ACTIONS, Features, period
from compression.engine.learning.predicting import Prediction
from compression.engine.learning.recommended import Sampled
from compression.engine.limits import KiB
from compression.engine.searching.objective import Aim

TEXT_SHARE, REPEATS = 0.95, 0.05
MANY = 100.0
"""Figures from here on are told without decimals."""
UNTRIED = "not tried: predicted from content like it"
_BY_ROWS = {
    "columns-xz": "rows turned into columns",
    "columns-zstd": "rows turned into columns, fast to read",
    "row-delta-bzip3": "differences from the row before",
}
_BEFORE = {"delta-2": "lanes_2", "delta-4": "lanes_4", "delta-8": "lanes_8", "bits-2": "lanes_2"}


def content_words(features: Features, size: int) -> str:
    """What the content is, by its features."""
    if not size:
        return "nothing"
    bits = f"{features['entropy_0']:.1f} bits a byte"
    if features["ascii"] >= TEXT_SHARE:
        return f"text, {bits}"
    lag = int(features["match_lag"])
    if features["match_rate"] >= REPEATS and lag > 1:
        return f"repeats at {lag} bytes, {bits}"
    return f"bytes, {bits}"


def what_it_does(name: str, features: Features) -> str:
    """What an action does to this content."""
    if name in _BY_ROWS:
        return f"repeats at {period(features)} bytes: {_BY_ROWS[name]}"
    words = ACTIONS[name].words
    lanes = next((lanes for prefix, lanes in _BEFORE.items() if name.startswith(prefix)), "")
    if lanes:
        before, after = features[lanes], features[f"{lanes}_delta"]
        return f"{words}: {after:.1f} bits a byte instead of {before:.1f}" if after < before else words
    return f"{content_words(features, 1)}: {words}"


def of_trial(tried: Sampled, size: int, count: int) -> str:
    """What a trial gave, of so many that were made."""
    where = "all of it" if tried.bytes >= size else amount(tried.bytes)
    best = f"; first of {count} tried" if tried.best and count > 1 else ""
    return f"tried on {where}: {figure(tried.ratio)}×{best}"


def misses(found: Prediction, aim: Aim) -> dict[str, str]:
    """By the name of each constraint that a prediction does not keep to: how."""
    encode, decode = aim.floors
    most = aim.constraints.max_memory_bytes
    told = {}
    if encode and found.compress_mb_s.value < encode:
        speed = figure(found.compress_mb_s.value)
        told["min_compress_mb_s"] = f"compresses at {speed} MB/s: slower than the {figure(encode)} asked for"
    if decode and found.decompress_mb_s.value < decode:
        speed = figure(found.decompress_mb_s.value)
        told["min_decompress_mb_s"] = f"reads at {speed} MB/s: slower than the {figure(decode)} asked for"
    if most and found.memory_bytes.high > most:
        told["max_memory_bytes"] = (
            f"takes {amount(found.memory_bytes.high)}: more than the {amount(most)} allowed"
        )
    return told


def keeps(found: Prediction, aim: Aim) -> list[str]:
    """What a prediction keeps to, of what was asked for."""
    encode, decode = aim.floors
    told = []
    if encode and found.compress_mb_s.value >= encode:
        told.append(f"compresses at {figure(found.compress_mb_s.value)} MB/s: faster than asked for")
    if decode and found.decompress_mb_s.value >= decode:
        told.append(f"reads at {figure(found.decompress_mb_s.value)} MB/s: faster than asked for")
    return told


def finding(reason: str) -> str:
    """The words of a finding: they may quote the content."""
    shown = printable(reason)
    return shown if shown[1:2].isupper() else shown[:1].lower() + shown[1:]


def figure(number: float) -> str:
    """A number with two or three digits that count."""
    if number >= MANY:
        return f"{float(f'{number:.3g}'):.0f}"
    return f"{number:.{1 if number >= 10 else 2}f}".rstrip("0").rstrip(".")


def amount(count: float) -> str:
    """Bytes in words."""
    for unit in ("bytes", "KiB", "MiB"):
        if count < KiB:
            return f"{figure(count)} {unit}" if unit != "bytes" else f"{count:.0f} bytes"
        count /= KiB
    return f"{figure(count)} GiB"
