"""Reads of files."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import quota_of
from core.access import get_visible
from core.errors import FieldError, NotFound
from files.models import File, SavedSearch, Usage
from files.search.criteria import Criteria
from files.search.results import Results


def used_bytes(user: User) -> int:
    """Return how many bytes the account's files have together."""
    return Usage.objects.filter(owner=user).values_list("bytes", flat=True).first() or 0


def free_bytes(user: User) -> int:
    """Return how many bytes the account may still store."""
    return max(0, quota_of(user) - used_bytes(user))


def visible_file(user: User, file_id: UUID) -> File | None:
    """Return a file that `user` may see; None for any other."""
    found: File | None = File.objects.visible_to(user).filter(pk=file_id).first()
    return found


def opened_file(user: User, file_id: UUID | str) -> File:
    """Return a file that `user` opens; NotFound for any that they may not see."""
    found: File = get_visible(File.objects, user, file_id)
    return found


def content_of(user: User, file_id: UUID) -> str | None:
    """Return the hash of the bytes of a file that `user` may see; None for any other."""
    found: str | None = (
        File.objects.visible_to(user).filter(pk=file_id).values_list("object_id", flat=True).first()
    )
    return found


def contents_named(user: User, words: str, most: int) -> list[str]:
    """Return the hashes of the contents of files that `user` may see with `words` in their names, the latest first."""
    found = File.objects.visible_to(user).filter(name__icontains=words).order_by("-created_at")
    return list(found.values_list("object_id", flat=True)[:most])


def files_of(user: User, contents: Collection[str]) -> dict[str, File]:
    """Return the latest file with each of these contents, by its hash, that `user` may see."""
    found = File.objects.visible_to(user).filter(object_id__in=contents)
    return {file.sha256: file for file in found.order_by("object_id", "-created_at").distinct("object_id")}


def chosen(user: User, ids: Sequence[UUID]) -> list[File]:
    """Return the files of these ids that `user` may see, in their order, each once; NotFound where one is not there."""
    found = File.objects.visible_to(user).in_bulk(list(dict.fromkeys(ids)))
    missing = [str(file_id) for file_id in ids if file_id not in found]
    if missing:
        errors = [FieldError("files", "not_found", f"There is no file {one}.") for one in missing[:20]]
        raise NotFound("There is no such file, or it is not yours.", errors=errors)
    return [found[file_id] for file_id in dict.fromkeys(ids)]


def own_matching(user: User, criteria: Criteria) -> QuerySet[File]:
    """Return the account's own files that a search finds, by their folders and names."""
    own = File.objects.visible_to(user).filter(owner=user)
    found: QuerySet[File] = Results(own, criteria, with_facets=False).files()
    return found.order_by("folder", "name", "pk")


def saved_search(user: User, search_id: UUID) -> dict[str, Any]:
    """Return the criteria of a saved search as they are kept; NotFound where there is none of the account."""
    search: SavedSearch = get_visible(SavedSearch.objects, user, search_id)
    return dict(search.criteria)


def saved_searches(user: User) -> QuerySet[SavedSearch]:
    """Return the account's own saved searches, by name."""
    own: QuerySet[SavedSearch] = SavedSearch.objects.visible_to(user).filter(owner=user).order_by("name")
    return own


def folders(user: User, most: int = 500) -> list[str]:
    """Return the folders that the account's own files lie in, by name."""
    own = File.objects.visible_to(user).filter(owner=user).exclude(folder="")
    return list(own.values_list("folder", flat=True).distinct().order_by("folder")[:most])


def visible_among(user: User, ids: Sequence[UUID]) -> list[File]:
    """Return those of the ids that `user` may see, in their order; the others are left out."""
    found = File.objects.visible_to(user).in_bulk(list(dict.fromkeys(ids)))
    return [found[file_id] for file_id in dict.fromkeys(ids) if file_id in found]
