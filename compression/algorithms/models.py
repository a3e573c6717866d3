"""Algorithms: codecs of the engine and what is composed of them, with the versions of these."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from compression import rules
from compression.choices import USABLE, AlgorithmKind, AlgorithmStatus
from core.ids import uuid7
from core.states import Machine
from core.triggers import guard_states

ALGORITHM_MACHINE = guard_states(
    Machine.of(
        "compression_algorithms",
        initial=[AlgorithmStatus.DRAFT, AlgorithmStatus.ACTIVE],
        transitions={
            AlgorithmStatus.DRAFT: [AlgorithmStatus.TESTING, AlgorithmStatus.DISABLED],
            AlgorithmStatus.TESTING: [
                AlgorithmStatus.DRAFT,
                AlgorithmStatus.ACTIVE,
                AlgorithmStatus.DISABLED,
            ],
            AlgorithmStatus.ACTIVE: [AlgorithmStatus.DEPRECATED, AlgorithmStatus.DISABLED],
            AlgorithmStatus.DEPRECATED: [AlgorithmStatus.ACTIVE, AlgorithmStatus.DISABLED],
            AlgorithmStatus.DISABLED: [AlgorithmStatus.TESTING, AlgorithmStatus.ACTIVE],
        },
    )
)


class AlgorithmQuerySet(models.QuerySet["Algorithm"]):
    """Algorithms are everybody's to see but for those that somebody keeps for themselves; only staff see drafts."""

    def visible_to(self, user: Any) -> "AlgorithmQuerySet":
        """Return the algorithms that `user` may know of."""
        return self if user.is_staff else self._open_to(user).exclude(status=AlgorithmStatus.DRAFT)

    def _open_to(self, user: Any) -> "AlgorithmQuerySet":
        return self.filter(Q(shared=True) | Q(owner_id=user.pk))

    def usable(self) -> "AlgorithmQuerySet":
        """Return those that take new work of everybody."""
        return self.filter(status__in=sorted(USABLE), shared=True)

    def usable_by(self, user: Any) -> "AlgorithmQuerySet":
        """Return those that take new work of `user`: staff may try what is being tested."""
        states = USABLE | {AlgorithmStatus.TESTING} if user.is_staff else USABLE
        return self._open_to(user).filter(status__in=sorted(states), available=True)


class Algorithm(models.Model):
    """A way to compress. The rows of codecs mirror the engine's registry; `status` is the operators' word.

    A dynamic one is made here: its `config` names the codec and fixes all settings, so it has neither levels nor
    parameters. What it makes is in the codec's own format. Each of its versions stays in `versions`.

    One that came of an optimisation has an `owner`, and is theirs alone until operators have it `shared`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = rules.ALGORITHM_NAME.model_field(unique=True)
    title = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    family = models.CharField(max_length=64)
    colour = models.CharField(max_length=8)
    kind = rules.ALGORITHM_KIND.model_field(default=AlgorithmKind.CODEC)
    status = rules.ALGORITHM_STATUS.model_field(default=AlgorithmStatus.ACTIVE)
    version = models.PositiveIntegerField(default=1)
    config = models.JSONField(null=True)
    # What the last conformance test gave: {at, version, passed, cases}.
    last_test = models.JSONField(null=True)
    params_schema = models.JSONField(default=dict)
    level_min = models.SmallIntegerField(null=True)
    level_max = models.SmallIntegerField(null=True)
    level_default = models.SmallIntegerField(null=True)
    streaming = models.BooleanField(default=True)
    lossless = models.BooleanField(default=True)
    file_extension = models.CharField(max_length=16)
    media_type = models.CharField(max_length=100)
    # The engine of this installation knows it; one that left the engine stays for its results.
    available = models.BooleanField(default=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    shared = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AlgorithmQuerySet.as_manager()

    class Meta:
        db_table = "compression_algorithms"
        ordering = ["name"]
        constraints = [
            rules.ALGORITHM_NAME.constraint("compression_algorithms", "name"),
            rules.ALGORITHM_STATUS.constraint("compression_algorithms", "status"),
            rules.ALGORITHM_KIND.constraint("compression_algorithms", "kind"),
            models.CheckConstraint(
                name="compression_algorithms_levels",
                condition=Q(level_min__isnull=True, level_max__isnull=True, level_default__isnull=True)
                | Q(level_min__lte=F("level_default"), level_max__gte=F("level_default")),
            ),
            models.CheckConstraint(
                name="compression_algorithms_composed",
                condition=Q(kind=AlgorithmKind.CODEC, config__isnull=True)
                | Q(kind=AlgorithmKind.DYNAMIC, config__isnull=False, name__contains="-"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The algorithm's page."""
        return reverse("compression:algorithm", kwargs={"name": self.name})

    @property
    def is_dynamic(self) -> bool:
        """Whether it was made here, of a codec and its settings."""
        return self.kind == AlgorithmKind.DYNAMIC

    @property
    def composition(self) -> dict[str, Any] | None:
        """What a dynamic one is made of, in the shape of the API."""
        if self.config is None:
            return None
        params = dict(self.config)
        return {"algorithm": params.pop("id"), "level": params.pop("level", None), "params": params}

    @property
    def tested(self) -> bool:
        """Whether the version that is served has passed the conformance test."""
        return bool(self.last_test and self.last_test["passed"] and self.last_test["version"] == self.version)

    @property
    def tested_at(self) -> datetime | None:
        """When it was tested last."""
        return datetime.fromisoformat(self.last_test["at"]) if self.last_test else None

    @property
    def enabled(self) -> bool:
        """Whether new work may use it."""
        return self.available and self.status in USABLE

    def is_open_to(self, user: Any) -> bool:
        """Whether `user` may know of it, whatever its status."""
        return self.shared or (user is not None and (user.is_staff or self.owner_id == user.pk))

    def takes_work_of(self, user: Any = None) -> bool:
        """Whether new work of `user` may use it: staff may try what is being tested."""
        tried = self.status == AlgorithmStatus.TESTING and user is not None and user.is_staff
        return self.available and (self.status in USABLE or tried)

    @property
    def levels(self) -> dict[str, int] | None:
        """The range of levels in the shape of the API."""
        if self.level_min is None or self.level_max is None or self.level_default is None:
            return None
        return {"min": self.level_min, "max": self.level_max, "default": self.level_default}


class AlgorithmVersion(models.Model):
    """The settings that a dynamic algorithm had in one of its versions; they never change.

    `report` says where they came from: of an optimisation, or of a training with its figures.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    algorithm = models.ForeignKey(Algorithm, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    config = models.JSONField()
    report = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "compression_algorithm_versions"
        ordering = ["algorithm_id", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["algorithm", "version"], name="compression_algorithm_versions_once"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.version}"
