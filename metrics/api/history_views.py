"""Endpoints of what was measured: series over time, as a file, and what ran at a moment. For staff."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from compression.history import export
from core.api.views import ApiView
from core.errors import Invalid, NotFound
from core.handoff import PiecesHandoff
from metrics import names
from metrics.api.history_asking import Asked, ExportIn, MachineIn, MomentIn, WindowIn, asked, kept_since
from metrics.api.history_serializers import ExportedPointOut, HistoriesOut, HistoryOut, KnownOut, MomentOut
from metrics.api.moment_jobs import with_titles
from metrics.models import Machine
from metrics.storage import moments, reading, seen
from metrics.types import Point

# What one answer holds; more comes as a file.
MOST_POINTS = 50_000
PAGE = 1000


class History(ApiView):
    """Any series over any period."""

    @extend_schema(
        parameters=[WindowIn],
        responses=PolymorphicProxySerializer("History", [HistoryOut, HistoriesOut], None),
    )
    def get(self, request: ApiRequest) -> Response:
        """Return series over a window at a resolution that fits, up to the second of the call.

        One metric by its name is answered with `{metric, unit, resolution, points}`; a list of them, or a pattern such
        as `system.core_percent.*`, with `{machine, resolution, series: [{metric, unit, points}]}`. Points are whole
        buckets: the first may begin before `from`, the last go on after `to`, and grow until it is over. What has no
        value has no point. At most 50,000 points in all, and buckets to look at; more come by `GET /metrics/export`.
        """
        form = WindowIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        wanted = asked(form)
        series = [
            {"metric": metric, "unit": _unit(metric), "points": points}
            for metric, points in _collected(wanted)
        ]
        if wanted.several:
            return Response(
                {"machine": wanted.machine, "resolution": wanted.resolution.value, "series": series}
            )
        return Response(series[0] | {"resolution": wanted.resolution.value})


class Export(ApiView):
    """Series as a file."""

    any_accept = True  # `format` says what is wanted

    @extend_schema(
        parameters=[ExportIn],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/json"): ExportedPointOut(many=True),
        },
    )
    def get(self, request: ApiRequest) -> PiecesHandoff:
        """Send every point of the series over the window, however many there are, as it is read.

        A line is a point of one series: `t, metric, unit, min, avg, max, count`.
        """
        form = ExportIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        return export.answer_pages(
            request._request,
            _pages(asked(form)),
            lambda page: page,
            name="metrics",
            format_=form.validated_data["format"],
        )


class SeriesList(ApiView):
    """The series that there are."""

    @extend_schema(parameters=[MachineIn], responses=KnownOut)
    def get(self, request: ApiRequest) -> Response:
        """Return the series of a machine with what they mean, all machines, and since when what is kept."""
        form = MachineIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        machine = reading.machine_of(form.validated_data.get("machine"))
        name = machine.name if machine else None
        known = {
            "machine": name,
            "machines": list(Machine.objects.values_list("name", flat=True)),
            "kept": kept_since(),
            "series": [_described(one) for one in (seen.seen_series(name) if name else [])],
        }
        return Response(KnownOut(known).data)


class AtMoment(ApiView):
    """What ran at a moment."""

    @extend_schema(parameters=[MomentIn], responses=MomentOut)
    def get(self, request: ApiRequest) -> Response:
        """Return the jobs and the processes that were active in the second `t`; 404 where nothing was sampled then.

        With `resolution`, `t` is a point of a history at that resolution, and the second is the one in which `metric`
        was highest: what a spike in a minute, an hour or a day was made of.
        """
        form = MomentIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        found = moments.moment(
            given["t"],
            given.get("machine"),
            resolution=given["resolution"],
            metric=given["metric"],
        )
        if found is None:
            raise NotFound("Nothing was sampled then.")
        return Response(MomentOut(replace(found, jobs=with_titles(found.jobs))).data)


def _collected(wanted: Asked) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Return the points of each series; Invalid where there are too many for one answer."""
    points: list[list[dict[str, Any]]] = [[] for _ in wanted.metrics]
    total = 0
    for looked_at, (t, row) in enumerate(wanted.rows, 1):
        at = _iso(t)
        for place, point in enumerate(row):
            if point is not None:
                points[place].append({"t": at} | _figures(point))
                total += 1
        if max(total, looked_at) > MOST_POINTS:  # nor are rows without any of the series for nothing
            raise Invalid.field(
                "resolution",
                f"These are more than {MOST_POINTS:,} points, or buckets to look at."
                " Choose a coarser resolution, or GET /metrics/export.",
                "too_many_points",
            )
    return zip(wanted.metrics, points, strict=True)


def _pages(wanted: Asked) -> Iterator[list[dict[str, Any]]]:
    heads = [{"metric": metric, "unit": _unit(metric)} for metric in wanted.metrics]
    page: list[dict[str, Any]] = []
    for t, row in wanted.rows:
        at = {"t": _iso(t)}
        page += [
            at | head | _figures(point) for head, point in zip(heads, row, strict=True) if point is not None
        ]
        if len(page) >= PAGE:
            yield page
            page = []
    if page:
        yield page


def _figures(point: Point) -> dict[str, Any]:
    return {"min": point.low, "avg": point.mean, "max": point.high, "count": point.count}


def _iso(t: datetime) -> str:
    return t.isoformat().replace("+00:00", "Z")


def _unit(metric: str) -> str:
    family = names.find(metric)
    return family.unit if family else ""


def _described(one: seen.Seen) -> dict[str, Any]:
    family = names.find(one.name)
    return {
        "name": one.name,
        "unit": family.unit if family else "",
        "title": family.title if family else "",
        "first": one.first,
        "last": one.last,
    }
