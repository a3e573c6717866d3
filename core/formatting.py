"""Figures as people read them: units always, three significant digits, decimal prefixes (1 MB = 10^6 bytes).

Every function takes None (or what is not a number) and answers a dash, so that a page need not ask first.
"""

import math
from datetime import datetime
from typing import SupportsFloat

Figure = SupportsFloat | str | None  # a template gives "" for a variable that it does not have
DASH = "–"
SPACE = "\u00a0"  # a figure and its unit stay on one line
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def significant(value: Figure, digits: int = 3) -> str:
    """Return `value` rounded to `digits` significant digits, thousands grouped: 0.412, 41.3, 1,210."""
    number = _number(value)
    if number is None:
        return DASH
    if number == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    rounded = round(number, decimals)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{decimals}f}".replace("-", "−")


def count(value: Figure) -> str:
    """Return a whole number with its thousands grouped: 12,345."""
    number = _number(value)
    return DASH if number is None else f"{round(number):,}".replace("-", "−")


def size(value: Figure) -> str:
    """Return a number of bytes in the fitting unit: 890 bytes, 295 kB, 1.21 GB."""
    number = _number(value)
    if number is None:
        return DASH
    if abs(number) < 1000:
        return exact_bytes(number)
    step = min(int(math.log10(abs(number)) // 3), len(_UNITS) - 1)
    scaled = number / 1000**step
    if abs(round(scaled)) >= 1000 and step + 1 < len(_UNITS):  # 999,999 bytes are 1.00 MB, not 1,000 kB
        step, scaled = step + 1, scaled / 1000
    return f"{significant(scaled)}{SPACE}{_UNITS[step]}"


def exact_bytes(value: Figure) -> str:
    """Return a number of bytes to the last one: 294,702 bytes."""
    number = _number(value)
    if number is None:
        return DASH
    return f"{count(number)}{SPACE}{'byte' if abs(number) == 1 else 'bytes'}"


def typed_size(value: Figure) -> str:
    """Return a number of bytes as one would type it, to the last byte: 10 MB, 9999; nothing for none."""
    number = _number(value)
    if number is None:
        return ""
    step = max(step for step in range(len(_UNITS) - 1) if number % 1000**step == 0) if number else 0
    return f"{round(number / 1000**step)} {_UNITS[step]}" if step else str(round(number))


def rate(value: Figure) -> str:
    """Return a speed given in MB/s: 41.2 MB/s."""
    return DASH if _number(value) is None else f"{significant(value)}{SPACE}MB/s"


def byte_rate(value: Figure) -> str:
    """Return a speed given in bytes per second, in MB/s."""
    number = _number(value)
    return DASH if number is None else rate(number / 1e6)


def ratio(value: Figure) -> str:
    """Return a compression ratio (original / compressed): 3.02, 11.4, 120; of nothing there is none."""
    return significant(value) if _number(value) else DASH


def percent(value: Figure) -> str:
    """Return a share of one as a percentage: 0.64 is 64 %."""
    number = _number(value)
    if number is None:
        return DASH
    decimals = 0 if abs(number) >= 0.1 or number == 0 else 1
    return f"{number * 100:.{decimals}f}{SPACE}%".replace("-", "−")


def change(value: Figure) -> str:
    """Return a relative change with its sign: -0.34 is −34 %."""
    number = _number(value)
    if number is None:
        return DASH
    return f"+{percent(number)}" if number > 0 else percent(number)


def duration(value: Figure) -> str:
    """Return seconds in the fitting unit: 0.41 ms, 12.3 s, 1 min 12 s, 2 h 5 min, 3 d 4 h."""
    number = _number(value)
    if number is None or number < 0:
        return DASH
    if number < 1:
        return f"{significant(number * 1000)}{SPACE}ms" if number else f"0{SPACE}s"
    if number < 59.95:
        return f"{significant(number)}{SPACE}s"
    seconds = round(number)
    for unit, length, next_unit, next_length in (("d", 86400, "h", 3600), ("h", 3600, "min", 60)):
        if seconds >= length:
            return _two(seconds // length, unit, seconds % length // next_length, next_unit)
    return _two(seconds // 60, "min", seconds % 60, "s")


def whole_seconds(value: float) -> str:
    """Return a time that goes on: 12 s, 1 min 12 s."""
    seconds = round(value)
    return f"{seconds}{SPACE}s" if seconds < 60 else duration(seconds)


def progress(
    done: Figure,
    total: Figure,
    unit: str = "",
    per_second: Figure = None,
    seconds_left: Figure = None,
) -> str:
    """Return how far something is: 64 % · 38.1 MB/s · 12 s left, or 12 of 80 files."""
    parts = []
    whole, part, speed = _number(total), _number(done), _number(per_second)
    if whole and part is not None:
        share = percent(part / whole)
        parts.append(share if unit in ("", "bytes") else f"{count(part)} of {count(whole)}{SPACE}{unit}")
    elif part:
        parts.append(size(part) if unit == "bytes" else f"{count(part)}{SPACE}{unit}")
    if speed:
        parts.append(byte_rate(speed) if unit == "bytes" else f"{significant(speed)}{SPACE}{unit}/s")
    if (left := _number(seconds_left)) is not None:
        parts.append(f"{whole_seconds(max(1, left))} left")
    return " · ".join(parts)


def relative(moment: datetime, now: datetime) -> str:
    """Return how long ago (or ahead) `moment` is, in its largest unit: 3 minutes ago, in 2 hours."""
    seconds = (now - moment).total_seconds()
    distance = abs(seconds)
    if distance < 10:
        return "just now"
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if distance >= length:
            amount = int(distance // length)
            words = f"{amount} {name}{'' if amount == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


def _two(large: int, unit: str, small: int, next_unit: str) -> str:
    """Return one or two amounts: the small one is left out when it is nothing."""
    first = f"{large}{SPACE}{unit}"
    return f"{first} {small}{SPACE}{next_unit}" if small else first


def _number(value: Figure) -> float | None:
    """Return `value` as a finite float, or None where there is no such number."""
    try:
        number = math.nan if value is None else float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
