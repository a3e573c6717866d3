"""Desks of files and of the bytes under them."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RangeNumericFilter,
)

from accounts.http import SignedInRequest
from core import formatting
from core.desks import Desk, ReadOnly
from files import services
from files.choices import Damage
from files.models import File, StoredObject


@admin.register(File)
class FileDesk(ReadOnly, Desk):
    """Files of all accounts."""

    list_display = ("name", "owner", "kind", "shown_size", "origin", "created_at", "deleted_at")
    list_select_related = ("owner",)
    list_filter = (
        ("owner", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
        ("origin", ChoicesDropdownFilter),
        ("size", RangeNumericFilter),
        ("created_at", RangeDateTimeFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    list_filter_submit = True
    search_fields = ("name", "folder", "=object__sha256", "owner__username")
    ordering = ("-created_at",)
    show_full_result_count = False
    actions = ("check_bytes", "delete_files")
    readonly_fields: ClassVar[Any] = [field.name for field in File._meta.fields]

    def has_remove_permission(self, request: SignedInRequest) -> bool:
        """Whether the account may delete what belongs to others, as `deletable_by` has it."""
        return request.user.is_superuser

    @admin.display(description="Size", ordering="size")
    def shown_size(self, file: File) -> str:
        """Size with its unit."""
        return formatting.size(file.size)

    @admin.action(description="Check the bytes", permissions=["view"])
    def check_bytes(self, request: HttpRequest, rows: QuerySet[File]) -> None:
        """Read what is stored and compare the hash."""
        check(self, request, StoredObject.objects.filter(files__in=rows).distinct())

    @admin.action(description="Delete", permissions=["remove"])
    def delete_files(self, request: SignedInRequest, rows: QuerySet[File]) -> None:
        """Delete as the owners would."""
        self.each(
            request, rows, lambda file: services.file_delete(file=file, actor=request.user), done="Deleted"
        )


@admin.register(StoredObject)
class StoredObjectDesk(ReadOnly):
    """Stored bytes, and how many files share them."""

    list_display = ("sha256", "shown_size", "references", "created_at", "checked_at", "damage")
    list_filter = (
        ("damage", ChoicesDropdownFilter),
        ("size", RangeNumericFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("sha256__startswith",)
    ordering = ("-created_at",)
    show_full_result_count = False
    actions = ("check_bytes",)
    readonly_fields: ClassVar[Any] = [field.name for field in StoredObject._meta.fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoredObject]:
        """Count the files beside each object, in the same query."""
        mine = File.objects.filter(object=OuterRef("pk")).order_by().values("object")
        counted = Subquery(mine.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
        found: QuerySet[StoredObject] = (
            super().get_queryset(request).annotate(_references=Coalesce(counted, 0))
        )
        return found

    @admin.display(description="Size", ordering="size")
    def shown_size(self, stored: StoredObject) -> str:
        """Size with its unit."""
        return formatting.size(stored.size)

    @admin.display(description="Files", ordering="_references")
    def references(self, stored: Any) -> int:
        """How many files share the bytes."""
        count: int = stored._references
        return count

    @admin.action(description="Check the bytes", permissions=["view"])
    def check_bytes(self, request: HttpRequest, rows: QuerySet[StoredObject]) -> None:
        """Read what is stored and compare the hash."""
        check(self, request, rows)


def check(desk: Any, request: HttpRequest, rows: QuerySet[StoredObject]) -> None:
    """Check the objects and say what was found."""
    sound = 0
    for stored in rows:
        found = services.object_check(stored=stored)
        sound += found == Damage.NONE
        if found != Damage.NONE:
            desk.message_user(request, f"{stored}: {found.label.lower()}", messages.ERROR)
    if sound:
        desk.message_user(request, f"Sound: {sound}", messages.SUCCESS)
