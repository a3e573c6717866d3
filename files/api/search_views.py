"""Endpoints of search."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from core.access import get_visible
from core.api.filters import CreatedFilters
from core.api.pagination import Pages
from core.api.parsers import StrictJSONParser
from core.api.views import ApiView, ListView
from core.errors import FieldError, Invalid
from files.api.search_serializers import FoundOut, HitOut, SavedIn, SavedOut, SearchIn
from files.models import File, SavedSearch
from files.search import services
from files.search.criteria import Criteria
from files.search.results import FIELDS, Results

ORDERS = ("score", *FIELDS)
PARAMETERS = [
    OpenApiParameter("page", int, description="From 1."),
    OpenApiParameter("page_size", int, description="At most 200."),
    OpenApiParameter("ordering", str, enum=[f"{sign}{name}" for name in ORDERS for sign in ("", "-")]),
]


class Search(ApiView):
    """Finds files."""

    parser_classes: Any = (StrictJSONParser,)

    @extend_schema(request=SearchIn, parameters=PARAMETERS, responses=FoundOut)
    def post(self, request: ApiRequest) -> Response:
        """Search your files; the best first where words are searched for, else the newest.

        Words are found in names, paths and tags wherever they occur, in the first 256 KiB of texts as words; the last
        one may be the beginning of a word. Where very many files fit, the newest are looked at and `complete` is false.
        """
        form = SearchIn(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        with_facets = values.pop("facets")
        pages = Pages()
        results = Results(
            File.objects.visible_to(request.user),
            Criteria.of(values),
            ordering=_ordering(request),
            window=_window(pages, request),
            with_facets=with_facets,
        )
        page: Any = pages.paginate_queryset(results, request, view=self)
        answer = pages.get_paginated_response(HitOut(page, many=True, context={"request": request}).data)
        found = results.found
        answer.data |= {"complete": found.complete, "facets": found.facets if with_facets else None}
        return answer


class SavedList(ListView):
    """Your saved searches, by name."""

    queryset = SavedSearch.objects.none()  # tells the schema the model
    serializer_class = SavedOut
    filterset_class = CreatedFilters
    search_fields = ("name",)
    ordering_fields = ("name", "created_at")
    ordering = ("name",)
    parser_classes: Any = (StrictJSONParser,)

    def get_queryset(self) -> QuerySet[SavedSearch]:
        """Through the door."""
        found: QuerySet[SavedSearch] = SavedSearch.objects.visible_to(self.request.user)
        return found

    @extend_schema(request=SavedIn, responses={201: SavedOut})
    def post(self, request: ApiRequest) -> Response:
        """Keep a search."""
        form = SavedIn(data=request.data)
        form.is_valid(raise_exception=True)
        values = form.validated_data
        kept = services.search_save(
            owner=request.user, name=values["name"], criteria=Criteria.of(values["criteria"])
        )
        location = reverse("api:files:search-saved", kwargs={"pk": kept.pk})
        return Response(SavedOut(kept).data, status=201, headers={"Location": location})


class SavedDetail(ApiView):
    """One saved search."""

    parser_classes: Any = (StrictJSONParser,)

    @extend_schema(responses=SavedOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return it."""
        return Response(SavedOut(_saved(request, pk)).data)

    @extend_schema(request=SavedIn(partial=True), responses=SavedOut)
    def put(self, request: ApiRequest, pk: UUID) -> Response:
        """Change name or criteria; what is absent stays."""
        kept = _saved(request, pk)
        form = SavedIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        if "criteria" in changes:
            changes["criteria"] = Criteria.of(changes["criteria"])
        return Response(
            SavedOut(services.search_change(search=kept, actor=request.user, changes=changes)).data
        )

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Forget it; the files that it finds stay."""
        services.search_delete(search=_saved(request, pk), actor=request.user)
        return Response(status=204)


def _saved(request: ApiRequest, pk: UUID) -> SavedSearch:
    found: SavedSearch = get_visible(SavedSearch.objects, request.user, pk)
    return found


def _window(pages: Pages, request: ApiRequest) -> tuple[int, int]:
    size, number = pages.get_page_size(request), pages.get_page_number(request, None)
    return (number - 1) * size, number * size


def _ordering(request: ApiRequest) -> str:
    """Return the order that is asked for; Invalid for one, or a parameter, that there is not."""
    known = {"page", "page_size", "ordering"}
    if unknown := sorted(set(request.query_params) - known):
        errors = [FieldError(name, "unknown_parameter", "There is no such parameter.") for name in unknown]
        raise Invalid(
            f"Unknown parameter “{unknown[0]}”. What to search for goes into the body.", errors=errors
        )
    ordering = request.query_params.get("ordering", "")
    if ordering and ordering.removeprefix("-") not in ORDERS:
        raise Invalid.field(
            "ordering", f"Cannot order by “{ordering}”. Known: {', '.join(ORDERS)}.", "unknown_field"
        )
    return ordering
