"""Dates and times of a fixed layout as counts of days, hours, minutes, seconds or parts of them, and back.

A layout is a list of items, each with an argument. The calendar is the Gregorian one, the count begins with 1970; what
a layout does not have is that of 2000-01-01 00:00:00 (a date without a year may be the 29th of February).
"""

from typing import Any

import numpy as np

from compression.engine.kernels import helper, kernel
from compression.engine.kernels.moment_items import (
    DAY,
    FRACTION,
    HOUR,
    LITERAL,
    MINUTE,
    MONTH,
    MONTH_NAME,
    PADDED,
    PLAIN,
    SECOND,
    SHORT_YEAR,
    SPACED,
    WEEKDAY,
    YEAR,
)

ZERO, SPACE, NEWLINE = 48, 32, 10


@helper
def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01: years begin with March, so that the day of the leap year is the last."""
    years = year - (1 if month <= 2 else 0)
    era = years // 400
    of_era = years - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@helper
def _date(days: int) -> tuple[int, int, int]:
    """The inverse of `_days`."""
    shifted = days + 719468
    era = shifted // 146097
    day = shifted - era * 146097
    of_era = (day - day // 1460 + day // 36524 - day // 146096) // 365
    of_year = day - (365 * of_era + of_era // 4 - of_era // 100)
    index = (5 * of_year + 2) // 153
    month = index + 3 if index < 10 else index - 9
    return of_era + era * 400 + (1 if month <= 2 else 0), month, of_year - (153 * index + 2) // 5 + 1


@helper
def _length(year: int, month: int) -> int:
    """Days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@helper
def _digits(data: Any, at: int, end: int, count: int, style: int) -> tuple[int, int]:
    """A number of `count` digits and the place behind it; -1 where there is none. Fewer digits are plain or spaced."""
    if style == SPACED and at < end and data[at] == SPACE:
        at += 1
        count, style = 1, PADDED
    elif style == SPACED:
        style = PLAIN
        if at + 1 >= end or not 0 <= data[at + 1] - ZERO <= 9:
            return -1, at
    value = read = 0
    while read < count and at < end and 0 <= data[at] - ZERO <= 9:
        value = value * 10 + data[at] - ZERO
        at += 1
        read += 1
    if read == 0 or (style == PADDED and read < count) or (style == PLAIN and read > 1 and value < 10):
        return -1, at
    return value, at


@helper
def _name(data: Any, at: int, end: int, names: Any, item: int, fields: Any) -> bool:
    """Read the three letters that are here as a month or a day of the week; whether they are one."""
    first, last, field = (0, 12, MONTH) if item == MONTH_NAME else (12, 19, WEEKDAY)
    if at + 3 > end:
        return False
    for n in range(first, last):
        if data[at] == names[3 * n] and data[at + 1] == names[3 * n + 1] and data[at + 2] == names[3 * n + 2]:
            fields[field] = n - first + 1
            return True
    return False


@helper
def _sound(fields: Any) -> Any:
    """Whether there is such a date and time."""
    return (
        fields[YEAR] >= 0
        and 1 <= fields[MONTH] <= 12
        and 1 <= fields[DAY] <= _length(fields[YEAR], fields[MONTH])
        and 0 <= fields[HOUR] < 24
        and 0 <= fields[MINUTE] < 60
        and 0 <= fields[SECOND] < 60
        and fields[FRACTION] >= 0
    )


@helper
def _width(item: int, argument: int) -> int:
    """How many digits an item has; 0 for what is no number."""
    if item in (LITERAL, MONTH_NAME, WEEKDAY):
        return 0
    return 4 if item == YEAR else argument if item == FRACTION else 2


@helper
def _style(item: int, argument: int) -> int:
    """How a number is written."""
    return PADDED if item in (YEAR, FRACTION, SHORT_YEAR) else argument


@helper
def _forms(items: Any, arguments: Any) -> tuple[Any, Any]:
    """The digits of all items, and how they are written."""
    widths, styles = np.zeros(len(items), np.int64), np.zeros(len(items), np.int64)
    for k in range(len(items)):
        widths[k], styles[k] = _width(items[k], arguments[k]), _style(items[k], arguments[k])
    return widths, styles


@helper
def _padded(data: Any, at: int, end: int, count: int) -> int:
    """The number of `count` digits that is here; -1 where there is none."""
    if at + count > end:
        return -1
    value = 0
    for i in range(at, at + count):
        digit = data[i] - ZERO
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@helper
def _counted(days: int, fields: Any, per_day: int, parts: int) -> Any:
    """The day and the time in the fields as parts of the unit; only for years that leave room for the parts."""
    count = days
    if per_day >= 24:
        count = count * 24 + fields[HOUR]
    if per_day >= 1440:
        count = count * 60 + fields[MINUTE]
    if per_day >= 86400:
        count = count * 60 + fields[SECOND]
    return count * parts + fields[FRACTION]


@kernel(
    "int64(uint8[::1], int64[::1], int64[::1], int64[::1], uint8[::1], int64, int64, int64[::1], uint8[::1])"
)
def parse(
    data: Any,
    ends: Any,
    items: Any,
    arguments: Any,
    names: Any,
    per_day: int,
    parts: int,
    values: Any,
    fits: Any,
) -> int:
    """Read the strings that have this layout; how many have.

    `names` are those of the months and of the days of the week from Thursday on, three letters each; there are
    `per_day` (1, 24, 1440 or 86400) of the smallest unit to a day, and `parts` to one of these.
    """
    start = count = 0
    fields = np.zeros(SHORT_YEAR + 1, np.int64)
    widths, styles = _forms(items, arguments)
    for n in range(len(ends)):
        fields[YEAR], fields[MONTH], fields[DAY], at, end = 2000, 1, 1, start, ends[n]
        for k in range(len(items)):
            item, width = items[k], widths[k]
            if width == 0:
                if item == LITERAL:
                    right = at < end and data[at] == arguments[k]
                    at += 1
                else:
                    right = _name(data, at, end, names, item, fields)
                    at += 3
            else:
                if styles[k] == PADDED:
                    fields[item] = _padded(data, at, end, width)
                    at += width
                else:
                    fields[item], at = _digits(data, at, end, width, styles[k])
                right = fields[item] >= 0
            if not right:
                at = -1
                break
            if item == SHORT_YEAR:
                fields[YEAR] = fields[SHORT_YEAR] + (1900 if fields[SHORT_YEAR] >= 70 else 2000)
        fits[n] = 0
        if at == end and _sound(fields) and (parts == 1 or 1700 < fields[YEAR] < 2200):
            days = _days(fields[YEAR], fields[MONTH], fields[DAY])
            values[n] = _counted(days, fields, per_day, parts)
            fits[n] = fields[WEEKDAY] == 0 or fields[WEEKDAY] == days % 7 + 1
        count += fits[n]
        start = end + 1
    return count


@helper
def _numbered(value: int, count: int, style: int, out: Any, at: int) -> int:
    """Write a number of `count` digits; the place behind it."""
    if style != PADDED and value < 10:
        if style == SPACED:
            out[at] = SPACE
            at += 1
        count = 1
    for k in range(count):
        out[at + count - 1 - k] = ZERO + value % 10
        value //= 10
    return at + count


@helper
def _split(value: int, per_day: int, parts: int, fields: Any) -> int:
    """The day of a moment, and its time into the fields."""
    if parts > 1:
        fields[FRACTION] = value % parts
        value //= parts
    if per_day >= 86400:
        fields[SECOND] = value % 60
        value //= 60
    if per_day >= 1440:
        fields[MINUTE] = value % 60
        value //= 60
    if per_day >= 24:
        fields[HOUR] = value % 24
        value //= 24
    return value


@kernel("int64(int64[::1], int64[::1], int64[::1], uint8[::1], int64, int64, uint8[::1])")
def write(values: Any, items: Any, arguments: Any, names: Any, per_day: int, parts: int, out: Any) -> int:
    """Write the moments, each with a line end; the bytes. `out` has room for all items at their greatest lengths."""
    at = day = 0
    fields = np.zeros(SHORT_YEAR + 1, np.int64)
    widths, styles = _forms(items, arguments)
    for value in values:
        value = _split(value, per_day, parts, fields)
        if value != day or at == 0:
            day = value
            fields[YEAR], fields[MONTH], fields[DAY] = _date(day)
            fields[SHORT_YEAR], fields[WEEKDAY] = fields[YEAR], day % 7 + 1
        for k in range(len(items)):
            if widths[k] > 0:
                at = _numbered(fields[items[k]], widths[k], styles[k], out, at)
            elif items[k] == LITERAL:
                out[at] = arguments[k]
                at += 1
            else:
                name = 33 + 3 * fields[WEEKDAY] if items[k] == WEEKDAY else 3 * fields[MONTH] - 3
                out[at], out[at + 1], out[at + 2] = names[name], names[name + 1], names[name + 2]
                at += 3
        out[at] = NEWLINE
        at += 1
    return at
