"""What the page of components shows in its components: examples of layout, no figures of this platform."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from math import sin
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone

from core.tables import Column

GROUPS = [
    ("c1", "LZ: zstd, lz4, gzip"),
    ("c2", "LZMA: xz"),
    ("c3", "dynamic pipelines"),
    ("c4", "block sorting: bzip2, bzip3"),
    ("c5", "specialised"),
    ("c6", "stored"),
]
COLUMNS = [
    Column("name", "Name", sort="name", always=True),
    Column("kind", "Kind", sort="kind"),
    Column("size", "Size", sort="size", number=True),
    Column("created", "Added", sort="created_at"),
    Column("hash", "SHA-256", hidden=True),
]
SNIPPETS = [
    (
        "curl",
        'curl -H "Authorization: Bearer $TOKEN" -F file=@rows.bin -F algorithm=zstd -F level=19 \\\n'
        "     http://localhost:8000/api/v1/compression/compress",
    ),
    (
        "Python",
        'httpx.post(f"{base}/api/v1/compression/compress", headers={"Authorization": f"Bearer {token}"},\n'
        '           files={"file": open("rows.bin", "rb")}, data={"algorithm": "zstd", "level": 19})',
    ),
    ("Command line", "python manage.py compress rows.bin --algorithm zstd --level 19"),
]


@dataclass(frozen=True)
class Row:
    """A row of the example table."""

    id: int
    name: str
    kind: str
    size: int
    age_s: int

    @property
    def created_at(self) -> Any:
        """When the row was made."""
        return timezone.now() - timedelta(seconds=self.age_s)


ROWS = [
    Row(1, "sensor-rows.bin", "data", 890_000, 40),
    Row(2, "access-2026-11.log", "text", 48_210_344, 3_700),
    Row(3, "holiday.jpg", "image", 3_114_020, 90_000),
    Row(4, "talk.flac", "audio", 61_004_882, 700_000),
    Row(
        5, "a-very-long-name-that-does-not-end-where-one-would-like-it-to-end.tar.zst", "archive", 0, 800_000
    ),
]


def _option(name: str, family: str, note: str, colour: str, *levels: int) -> dict[str, Any]:
    """Return an algorithm as a choice; `levels` are the lowest, the highest and the usual one, if it has any."""
    data = dict(zip(("level-min", "level-max", "level-default"), levels, strict=False))
    return {"value": name, "label": name, "group": family, "note": note, "colour": colour, "data": data}


OPTIONS = [
    _option("zstd", "LZ family", "fast both ways", "c1", -7, 22, 3),
    _option("lz4", "LZ family", "fastest", "c1", 0, 16, 0),
    _option("gzip", "LZ family", "read everywhere", "c1", 1, 9, 6),
    _option("snappy", "LZ family", "no levels", "c1"),
    _option("xz", "LZMA family", "small, slow", "c2", 0, 9, 6),
    _option("bzip3", "Block sorting", "small for text", "c4"),
]
POINTS = [
    {"label": "zstd 3", "group": "c1", "x": 612, "y": 1.62, "pareto": True},
    {"label": "zstd 19", "group": "c1", "x": 560, "y": 2.14, "pareto": True},
    {"label": "gzip 6", "group": "c1", "x": 248, "y": 1.71},
    {"label": "lz4", "group": "c1", "x": 1420, "y": 1.31, "pareto": True},
    {"label": "xz 6", "group": "c2", "x": 66, "y": 1.99},
    {"label": "xz 9", "group": "c2", "x": 61, "y": 2.05},
    {"label": "bzip2", "group": "c4", "x": 31, "y": 1.84},
    {"label": "bzip3", "group": "c4", "x": 24, "y": 2.11},
    {"label": "fields + search", "group": "c3", "x": 22, "y": 3.11, "pareto": True},
    {
        "label": "records → zstd",
        "group": "c3",
        "x": 169,
        "x_low": 150,
        "x_high": 188,
        "y": 3.02,
        "y_low": 2.9,
        "y_high": 3.1,
        "pareto": True,
        "chosen": True,
    },
]
BARS = [
    {"label": "original", "value": 890_000, "text": "890,000 bytes", "group": "c6"},
    {"label": "xz 9", "value": 446_755, "text": "446,755 bytes", "group": "c2", "note": "−50 %"},
    {
        "label": "records → zstd",
        "value": 294_702,
        "text": "294,702 bytes",
        "group": "c3",
        "note": "−67 %",
        "highlighted": True,
    },
]

LINES = [
    {"name": "all", "label": "all cores", "token": "--accent"},
    {"name": "one", "label": "core 0", "token": "--c4", "dash": "6 3"},
    {"name": "wait", "label": "waiting", "token": "--c6", "dash": "2 3", "hidden": True},
]


def _minutes() -> list[dict[str, Any]]:
    """Return an hour of the example of series: buckets of a minute, ten of which are missing."""
    begin = datetime(2026, 1, 1, 13, tzinfo=UTC)

    def values(minute: int) -> list[dict[str, float] | None]:
        means = [40 + 25 * sin(minute / 6), 30 + 20 * sin(minute / 4), 4.0]
        spike = 30 if minute == 20 else 4
        return [{"low": mean - 4, "mean": mean, "high": mean + spike} for mean in means]

    return [
        {"t": begin + timedelta(minutes=minute), "values": values(minute)}
        for minute in range(60)
        if not 34 < minute < 45
    ]


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(min_length=3, max_length=40, help_text="Letters, digits and dashes.")
    password = forms.CharField(widget=forms.PasswordInput, min_length=12)
    chunk = forms.IntegerField(min_value=1, max_value=64, initial=8, label="Block size")
    objective = forms.ChoiceField(
        choices=[("ratio", "Smallest"), ("balanced", "Balanced"), ("speed", "Fastest")], label="What matters"
    )
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    source = forms.FileField(label="File", required=False)
    verify = forms.BooleanField(
        label="Decode the result and compare", help_text="Takes as long as one decompression.", initial=True
    )
    order = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("asc", "Oldest first"), ("desc", "Newest first")], initial="desc"
    )


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the page of components needs."""
    return {
        "title": "Components",
        "form": ExampleForm(),
        "wrong_form": ExampleForm(
            {"name": "a", "chunk": "900", "objective": "ratio", "order": "desc"}, auto_id="id_wrong_%s"
        ),
        "groups": GROUPS,
        "columns": COLUMNS,
        "page": Paginator(ROWS, 3).get_page(request.GET.get("page")),
        "no_rows": Paginator([], 3).get_page(1),
        "bulk": [
            {"label": "Compress", "url": ""},
            {"label": "Delete", "url": "", "danger": True, "confirm": "Delete the picked files?"},
        ],
        "filters": [
            {
                "name": "kind",
                "label": "Kind",
                "value": request.GET.get("kind", ""),
                "options": [("", "Any kind"), ("text", "Text"), ("image", "Image")],
            },
            {"name": "since", "label": "From", "value": request.GET.get("since", ""), "type": "date"},
        ],
        "options": OPTIONS,
        "snippets": SNIPPETS,
        "single_snippet": SNIPPETS[:1],
        "points": POINTS,
        "bars": BARS,
        "lines": LINES,
        "minutes": _minutes(),
        "blocks": [
            {"group": group, "label": f"16 KiB packed as {group}"}
            for group in islice(cycle(["c6", "c1", "c1", "c5", "c1", "c1", "c1", "c3", "c1", "c1"]), 54)
        ],
        "log_lines": [
            f"block {number}: fields → zstd 19, {4000 + number * 37} bytes" for number in range(1, 2001)
        ],
        "facts": [
            ("Original", "890,000 bytes"),
            ("Compressed", "294,702 bytes"),
            ("Compress · decompress", "41 · 169 MB/s"),
        ],
        "field_errors": [{"field": "level", "detail": "must be at most 22"}],
        "moment": timezone.now() - timedelta(minutes=3),
        "account": {"username": "ada"},
        "account_links": [{"label": "Profile", "url": "#", "icon": "user"}],
    }
