"""Batches and their items."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from compression.batch.choices import AGAIN, UNFINISHED, ItemStatus
from core.ids import uuid7
from core.models import Owned
from core.rules import Choice
from core.states import Machine
from core.triggers import guard_states

if TYPE_CHECKING:
    from files.models import File

ITEM_STATUS = Choice(ItemStatus, label="Status")

ITEM_MACHINE = guard_states(
    Machine.of(
        "compression_batch_items",
        initial=[ItemStatus.PENDING],
        transitions={
            # Small items are kept in groups, so that one may succeed without having been seen to run.
            ItemStatus.PENDING: [
                ItemStatus.RUNNING,
                ItemStatus.SUCCEEDED,
                ItemStatus.FAILED,
                ItemStatus.CANCELLED,
            ],
            # Back to waiting: the worker died or stopped.
            ItemStatus.RUNNING: [
                ItemStatus.PENDING,
                ItemStatus.SUCCEEDED,
                ItemStatus.FAILED,
                ItemStatus.CANCELLED,
            ],
            ItemStatus.FAILED: [ItemStatus.PENDING],
            ItemStatus.CANCELLED: [ItemStatus.PENDING],
            ItemStatus.SUCCEEDED: [],
        },
        mutable_when_terminal=["file_id", "result_id"],
    )
)


class Batch(Owned):
    """Files times methods. A method is `{"algorithm", "level", "params"}`; items name theirs by its position.

    `job` is the latest that works at it: a retry is another one. `archive` holds all outputs, when all were tried;
    `archive_error` says why there is none.
    """

    title = models.CharField(max_length=200)
    methods = models.JSONField()
    size = models.BigIntegerField()  # of all items together, in bytes
    count = models.PositiveIntegerField()
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    archive = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="+")
    archive_error = models.JSONField(null=True)

    class Meta:
        db_table = "compression_batches"
        verbose_name_plural = "batches"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(name="compression_batches_size", condition=Q(size__gte=0, count__gte=1)),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="batches_owner_created"),
            models.Index(fields=["job"], name="batches_job"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The batch's page."""
        return reverse("compression:batch", kwargs={"pk": self.pk})


class BatchItem(models.Model):
    """One file with one method. `file_name`, `folder` and `size` are kept from when the batch was asked for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    method = models.PositiveSmallIntegerField()
    algorithm = models.CharField(max_length=64)
    level = models.SmallIntegerField(null=True)
    file = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=255)
    folder = models.CharField(max_length=1024, blank=True)
    size = models.BigIntegerField()
    status = ITEM_STATUS.model_field(default=ItemStatus.PENDING)
    attempt = models.PositiveSmallIntegerField(default=0)
    error = models.JSONField(null=True)
    result = models.ForeignKey("compression.Result", null=True, on_delete=models.SET_NULL, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        db_table = "compression_batch_items"
        ordering = ["batch_id", "position"]
        constraints = [
            ITEM_STATUS.constraint("compression_batch_items", "status"),
            models.UniqueConstraint(fields=["batch", "position"], name="compression_batch_items_in_order"),
            models.CheckConstraint(
                name="compression_batch_items_error",
                condition=Q(status=ItemStatus.FAILED, error__isnull=False)
                | (~Q(status=ItemStatus.FAILED) & Q(error__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "status", "position"], name="batch_items_status"),
            models.Index(fields=["file"], name="batch_items_file"),
            models.Index(fields=["result"], name="batch_items_result"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.algorithm}"

    @property
    def path(self) -> str:
        """Name with the folder before it."""
        return f"{self.folder}/{self.file_name}" if self.folder else self.file_name

    @property
    def has_file(self) -> bool:
        """Whether its file is still there."""
        return self.file is not None and self.file.deleted_at is None

    @property
    def source(self) -> "File":
        """Its file, which must be there."""
        if self.file is None:
            raise ValueError(f"{self} has no file any more")
        return self.file

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits or runs."""
        return self.status in UNFINISHED

    @property
    def can_be_retried(self) -> bool:
        """Whether a retry takes it up again."""
        return self.status in AGAIN
