"""Files of accounts, the bytes under them, and what each account uses."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.models import Owned
from files import rules, usage
from files.batch import models as batch_models
from files.choices import Damage, Kind, Origin
from files.querysets import FileQuerySet, FileTextQuerySet, StoredObjectQuerySet
from files.search import triggers as search_triggers
from files.search.fields import FoldedField, Pairs

assert usage  # registering its triggers is what its import does
assert search_triggers
assert batch_models  # a part of this app's models

PENDING_KB = 256
"""What a GIN index may collect before it is sorted in: every search reads it through."""


class StoredObject(models.Model):
    """Bytes in storage, under their own hash. They never change; the last file that goes takes them along."""

    sha256 = rules.SHA256.model_field(primary_key=True, editable=False)
    size = rules.SIZE.model_field(editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    damage = rules.DAMAGE.model_field(default=Damage.NONE, blank=True, editable=False)

    objects: ClassVar[Any] = StoredObjectQuerySet.as_manager()

    class Meta:
        db_table = "stored_objects"
        ordering = ["-created_at"]
        constraints = [
            rules.SHA256.constraint("stored_objects", "sha256"),
            rules.SIZE.constraint("stored_objects", "size"),
            rules.DAMAGE.constraint("stored_objects", "damage"),
        ]
        indexes = [
            models.Index(fields=["checked_at"], name="stored_objects_checked"),
            models.Index(fields=["damage"], name="stored_objects_bad", condition=~Q(damage="")),
        ]

    def __str__(self) -> str:
        return self.sha256


class File(Owned):
    """A file of an account: a name and what is known of the bytes. Several files may share the same bytes.

    `deleted_at` set means deleted, with the bytes kept for a while so that it can be undone.
    """

    name = rules.NAME.model_field()
    folder = rules.FOLDER.model_field(default="")
    object = models.ForeignKey(
        StoredObject, on_delete=models.PROTECT, related_name="files", db_column="sha256", editable=False
    )
    size = rules.SIZE.model_field(editable=False)  # the object's own: lists and quotas need no join
    media_type = rules.MEDIA_TYPE.model_field()
    kind = rules.KIND.model_field(default=Kind.BINARY)
    tags = rules.TAGS.model_field()
    origin = rules.ORIGIN.model_field(default=Origin.UPLOAD, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    folded = FoldedField(default="", db_default="", editable=False)

    objects: ClassVar[Any] = FileQuerySet.as_manager()

    class Meta:
        db_table = "files"
        ordering = ["-created_at"]
        constraints = [
            rules.NAME.constraint("files", "name"),
            rules.FOLDER.constraint("files", "folder"),
            rules.SIZE.constraint("files", "size"),
            rules.MEDIA_TYPE.constraint("files", "media_type"),
            rules.KIND.constraint("files", "kind"),
            rules.TAGS.constraint("files", "tags"),
            rules.ORIGIN.constraint("files", "origin"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="files_owner_created"),
            models.Index(fields=["owner", "name"], name="files_owner_name"),
            models.Index(fields=["owner", "size"], name="files_owner_size"),
            models.Index(fields=["owner", "kind", "-created_at"], name="files_owner_kind"),
            models.Index(fields=["-created_at"], name="files_created"),
            GinIndex(fields=["tags"], name="files_tags"),
            GinIndex(Pairs("folded"), name="files_folded", gin_pending_list_limit=PENDING_KB),
            models.Index(fields=["deleted_at"], name="files_deleted", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("files:detail", kwargs={"pk": self.pk})

    @property
    def icon(self) -> str:
        """Icon of its kind."""
        return Kind(self.kind).icon

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return str(self.object_id)

    @property
    def path(self) -> str:
        """Name with the folder before it."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class Usage(models.Model):
    """What an account's files take, kept by a trigger so that no way of writing files can forget it."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    bytes = models.BigIntegerField(default=0, db_default=0)
    files = models.BigIntegerField(default=0, db_default=0)
    sampled_at = models.DateTimeField(null=True, help_text="When the account was given the sample files.")

    class Meta:
        db_table = "file_usage"
        constraints = [models.CheckConstraint(condition=Q(bytes__gte=0, files__gte=0), name="file_usage_sum")]

    def __str__(self) -> str:
        return f"{self.files} files, {self.bytes} bytes"


class FileText(models.Model):
    """The beginning of a text file's content, and its words with those of name and folder, to be searched in.

    A trigger makes the row with the file; `read_at` says when the content was read. What turns out to be no text, or
    is not there any more, has no words.
    """

    file = models.OneToOneField(File, primary_key=True, on_delete=models.CASCADE, related_name="text")
    body = models.TextField(default="", db_default="", blank=True)
    words = SearchVectorField(null=True)
    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    objects: ClassVar[Any] = FileTextQuerySet.as_manager()

    class Meta:
        db_table = "file_texts"
        indexes = [
            GinIndex(fields=["words"], name="file_texts_words", gin_pending_list_limit=PENDING_KB),
            models.Index(fields=["file"], name="file_texts_waiting", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"text of {self.file_id}"


class SavedSearch(Owned):
    """A search that somebody wants to make again: a name, and what `POST /files/search` takes."""

    name = rules.SEARCH_NAME.model_field()
    criteria = models.JSONField(default=dict)

    class Meta:
        db_table = "saved_searches"
        ordering = ["name"]
        constraints = [
            rules.SEARCH_NAME.constraint("saved_searches", "name"),
            models.UniqueConstraint(fields=["owner", "name"], name="saved_searches_name_once"),
            models.CheckConstraint(condition=~Q(criteria={}), name="saved_searches_criteria_some"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address that leads to what it finds."""
        return reverse("files:search-open", kwargs={"pk": self.pk})
