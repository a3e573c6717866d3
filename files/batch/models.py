"""What jobs over many files keep while they run: where their input is, and what became of each file so far."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.models import Job, Owned
from files import rules
from files.choices import Kind


class Batch(Owned):
    """An archive that a job unpacks. It holds on to the archive's bytes, whatever becomes of the file they came from.

    A retry takes over the batch of the job that it repeats, and with it what that job had done.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(
        "files.StoredObject", on_delete=models.PROTECT, related_name="+", db_column="source_sha256"
    )
    size = rules.SIZE.model_field()
    uploaded = models.BooleanField()  # the archive came with the call and is no file of anybody

    class Meta:
        db_table = "file_batches"
        constraints = [rules.SIZE.constraint("file_batches", "size")]

    def __str__(self) -> str:
        return f"batch of {self.job_id}"

    @property
    def sha256(self) -> str:
        """Hash of the archive."""
        return str(self.source_id)


class BatchItem(models.Model):
    """One member of the archive, by its number in it.

    It is kept as a `file`; or refused with an `error`; or its bytes are held as an `object` until all are there, with
    what the file will be.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    seq = models.PositiveIntegerField()
    path = models.CharField(max_length=1024)
    file = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="+")
    object = models.ForeignKey(
        "files.StoredObject", null=True, on_delete=models.PROTECT, related_name="+", db_column="sha256"
    )
    name = models.CharField(max_length=255, blank=True, default="")
    folder = models.CharField(max_length=1024, blank=True, default="")
    size = rules.SIZE.model_field(default=0)
    media_type = models.CharField(max_length=127, blank=True, default="")
    kind = rules.KIND.model_field(default=Kind.BINARY)
    error = models.JSONField(null=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        db_table = "file_batch_items"
        ordering = ["batch_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "seq"], name="file_batch_items_once"),
            rules.SIZE.constraint("file_batch_items", "size"),
            rules.KIND.constraint("file_batch_items", "kind"),
            models.CheckConstraint(
                name="file_batch_items_one_outcome",
                condition=Q(error__isnull=True) | Q(file__isnull=True, object__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.path}"
