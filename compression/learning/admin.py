"""Desks of learning."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from unfold.admin import TabularInline

from accounts.http import SignedInRequest
from compression.learning import selectors, states, tuning
from compression.learning.desk_forms import LearningSettingsForm, ObjectiveWeightForm
from compression.learning.models import (
    HeldOut,
    LearningNotice,
    LearningSettings,
    LearningState,
    ObjectiveWeight,
    Outcome,
    OutcomeTrial,
)
from core.desks import Desk, ReadOnly
from core.formatting import duration, significant


@admin.register(LearningState)
class LearningStateAdmin(Desk):
    """States: what they say never changes; which of them serves is decided here."""

    list_display = ("number", "status", "outcomes", "reason", "created_at", "served_at")
    list_filter = ("status", "created_at")
    search_fields = ("name", "reason")
    actions = ("promote", "retire")
    exclude = ("packed",)
    readonly_fields = [field.name for field in LearningState._meta.fields if field.name != "packed"]

    def get_queryset(self, request: SignedInRequest) -> QuerySet[LearningState]:
        """Without the packed forms."""
        return selectors.states()

    def has_add_permission(self, request: SignedInRequest) -> bool:
        """States come of trainings."""
        return False

    def has_delete_permission(self, request: SignedInRequest, obj: Any = None) -> bool:
        """It stays known what served when."""
        return False

    @admin.action(description="Have this state serve", permissions=["change"])
    def promote(self, request: SignedInRequest, queryset: QuerySet[LearningState]) -> None:
        """Serve, or serve again."""

        def act(state: LearningState) -> object:
            return states.state_promote(state=state, actor=request.user)

        self.each(request, queryset, act, done="Serves now")

    @admin.action(description="Retire: have the state before serve again", permissions=["change"])
    def retire(self, request: SignedInRequest, queryset: QuerySet[LearningState]) -> None:
        """Go back; a candidate is refused."""

        def act(state: LearningState) -> object:
            return states.state_retire(state=state, actor=request.user)

        self.each(request, queryset, act, done="Serves no more")


class TrialInline(TabularInline):
    """What was tried, to look at."""

    model = OutcomeTrial
    fields = readonly_fields = (
        "action",
        "scope",
        "content_bytes",
        "size",
        "ratio",
        "predicted_ratio",
        "compress",
        "decompress",
        "error",
    )
    extra = max_num = 0
    can_delete = False

    def has_add_permission(self, request: SignedInRequest, obj: Any = None) -> bool:
        """Only the platform writes them."""
        return False

    def has_change_permission(self, request: SignedInRequest, obj: Any = None) -> bool:
        """They never change."""
        return False

    def ratio(self, trial: OutcomeTrial) -> str:
        """What came."""
        return significant(trial.content_bytes / trial.size) if trial.size else "–"

    def predicted_ratio(self, trial: OutcomeTrial) -> str:
        """What was predicted, with its interval of 90 %."""
        if not trial.predicted:
            return "–"
        value, low, high = map(significant, trial.predicted["ratio"])
        return f"{value} ({low} to {high})"

    def compress(self, trial: OutcomeTrial) -> str:
        """CPU time to compress."""
        return duration(trial.encode_s)

    def decompress(self, trial: OutcomeTrial) -> str:
        """CPU time to decompress."""
        return duration(trial.decode_s)


@admin.register(Outcome)
class OutcomeAdmin(ReadOnly):
    """The ledger of outcomes that is learned from."""

    list_display = ("created_at", "origin", "content_kind", "size", "chosen", "state", "cpu")
    list_filter = ("origin", "content_kind", "created_at")
    list_select_related = ("state",)
    search_fields = ("content_sha256", "source_sha256", "chosen")
    inlines = (TrialInline,)

    @admin.display(description="CPU time", ordering="cpu_seconds")
    def cpu(self, outcome: Outcome) -> str:
        """What it took to measure it."""
        return duration(outcome.cpu_seconds)


@admin.register(HeldOut)
class HeldOutAdmin(ReadOnly):
    """Contents on which states are judged, and that no state is trained on."""

    list_display = ("created_at", "source_sha256")
    search_fields = ("source_sha256",)


@admin.register(LearningNotice)
class LearningNoticeAdmin(ReadOnly):
    """What staff were told."""

    list_display = ("created_at", "kind", "state", "text")
    list_filter = ("kind", "created_at")
    list_select_related = ("state",)


@admin.register(LearningSettings)
class LearningSettingsAdmin(Desk):
    """What of learning is switched on."""

    form = LearningSettingsForm
    list_display = ("__str__", "harvest", "audits", "training", "promotion", "drift_notices")

    def has_add_permission(self, request: SignedInRequest) -> bool:
        """There is one row."""
        return not LearningSettings.objects.exists()

    def has_delete_permission(self, request: SignedInRequest, obj: Any = None) -> bool:
        """It stays."""
        return False

    def save_model(self, request: SignedInRequest, obj: LearningSettings, form: Any, change: Any) -> None:
        """Save by the service, which audits."""
        tuning.settings_save(settings=obj, actor=request.user)


@admin.register(ObjectiveWeight)
class ObjectiveWeightAdmin(Desk):
    """How much each objective counts where states are judged."""

    form = ObjectiveWeightForm
    list_display = ("objective", "weight")

    def has_add_permission(self, request: SignedInRequest) -> bool:
        """They come with the installation."""
        return False

    def has_delete_permission(self, request: SignedInRequest, obj: Any = None) -> bool:
        """An objective that does not count has a weight of 0."""
        return False

    def save_model(self, request: SignedInRequest, obj: ObjectiveWeight, form: Any, change: Any) -> None:
        """Save by the service, which audits."""
        tuning.weight_save(weight=obj, actor=request.user)
