"""Tags and filters of the pages; a builtin library, so templates need not load it.

{% ui "badge" label="verified" tone="good" %}
{% uiblock "card" title="Sizes" %} … {% enduiblock %}
{{ file.size|size }}   {{ result.compress_mb_s|rate }}   {{ job.created_at|when }}
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core import components, formatting

register = template.Library()

for _filter in (
    formatting.significant,
    formatting.count,
    formatting.size,
    formatting.exact_bytes,
    formatting.typed_size,
    formatting.rate,
    formatting.byte_rate,
    formatting.ratio,
    formatting.percent,
    formatting.change,
    formatting.duration,
):
    register.filter(_filter.__name__, _filter)

_TONES = {
    "good": "succeeded verified passed ready done active enabled healthy ok better chosen online",
    "accent": "running pausing uploading",
    "warn": "paused waiting undecided degraded expiring stale skipped",
    "bad": "failed corrupt error denied expired revoked unhealthy offline refused",
}
_icons: dict[str, SafeString] = {}
_TONE_OF = {word: tone for tone, words in _TONES.items() for word in words.split()}


@register.simple_tag(takes_context=True)
def ui(context: template.Context, name: str, /, **variables: Any) -> SafeString:
    """Render a component; its header says which variables it takes."""
    return components.render(context, name, variables)


@register.simple_block_tag(takes_context=True)
def uiblock(context: template.Context, content: str, name: str, /, **variables: Any) -> SafeString:
    """Render a component around the block's body, which it finds as `content`."""
    return components.render(context, name, {**variables, "content": content})


@register.simple_tag(takes_context=True)
def icon(context: template.Context, name: str, /, **variables: Any) -> SafeString:
    """Render an icon of the sprite: `{% icon "upload" %}`. A page has a hundred: each is made once."""
    if variables:
        return components.render(context, "icon", {"name": name, **variables})
    if name not in _icons:
        _icons[name] = components.render(context, "icon", {"name": name})
    return _icons[name]


@register.filter
def tone(state: object) -> str:
    """Return the tone of a state's name: good, accent, warn, bad, or nothing for a quiet one."""
    return _TONE_OF.get(str(state or "").lower(), "")


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """Return `<time>` that says how long ago, with the exact UTC time for machines and on hover."""
    if moment is None:
        return formatting.DASH
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        moment.isoformat(),
        f"{moment:%-d %b %Y, %H:%M:%S} UTC",
        formatting.relative(moment, timezone.now()),
    )


@register.filter
def marked(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Return pieces of text, those that are marked within `<mark>`: `{{ found.pieces|marked }}`."""
    escaped = ((escape(text), is_marked) for text, is_marked in pieces)
    shown = (f"<mark>{text}</mark>" if is_marked else text for text, is_marked in escaped)
    return mark_safe("".join(shown))  # noqa: S308 - each piece is escaped


@register.filter
def as_data(value: float | None, text: str) -> SafeString | str:
    """Return `<data>` with the exact value beside its rounded text: `{{ n|as_data:shown }}`."""
    if value is None:
        return formatting.DASH
    return format_html('<data value="{}">{}</data>', value, text)


@register.filter
def undo_url(extra_tags: str) -> str:
    """Return the address in a message's tag `undo:<url>`, or nothing."""
    return next((word[5:] for word in (extra_tags or "").split() if word.startswith("undo:")), "")


@register.simple_tag
def progress_figures(done: Any, total: Any, unit: str, rate: Any, eta: Any, message: str) -> str:
    """Say how far something is, after what it does now."""
    figures = formatting.progress(done, total, unit or "", rate, eta)
    return " · ".join(part for part in (message, figures) if part)


@register.simple_tag
def shares(rows: Iterable[Any], maximum: float | str | None) -> list[tuple[Any, str]]:
    """Return each row with its value as a percentage of `maximum` (else of the largest value)."""
    listed = list(rows)
    values = [float(row["value"] if isinstance(row, dict) else row.value) for row in listed]
    whole = float(maximum or max(values, default=0)) or 1.0
    return [
        (row, f"{max(0.0, min(1.0, value / whole)) * 100:.2f}")
        for row, value in zip(listed, values, strict=True)
    ]


@register.simple_tag
def interval_band(low: float, high: float, point: float | str | None) -> dict[str, str]:
    """Return where the interval and its point lie on a scale twice as wide, in per cent of the scale."""
    marks = [low, high, *([float(point)] if point not in (None, "") else [])]
    margin = (max(marks) - min(marks)) / 2
    if margin <= 0:
        return {}
    start, width = min(marks) - margin, max(marks) - min(marks) + 2 * margin

    def place(value: float) -> str:
        return f"{(value - start) / width * 100:.2f}"

    band = {"start": place(low), "width": f"{(high - low) / width * 100:.2f}"}
    return band | ({"mark": place(marks[2])} if len(marks) == 3 else {})
