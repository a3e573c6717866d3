"""Desks of the compression app."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet

from accounts.http import SignedInRequest
from compression import services
from compression.algorithms import calls
from compression.choices import AlgorithmStatus
from compression.learning import admin as learning_desks
from compression.models import Algorithm, HistoryEntry, Optimisation, Result, Strategy
from compression.optimising import strategies
from compression.optimising.desk_forms import StrategyForm
from core.desks import Desk, ReadOnly
from core.models import Job

assert learning_desks  # registering is what its import does


@admin.register(Algorithm)
class AlgorithmAdmin(Desk):
    """Algorithms: what they are follows from the engine; whether they are used is decided here."""

    list_display = ("name", "title", "family", "status", "available", "version", "runs")
    list_filter = ("status", "family", "kind", "available")
    search_fields = ("name", "title", "description")
    actions = ("test", "activate", "deprecate", "disable")
    readonly_fields = [field.name for field in Algorithm._meta.fields]

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Algorithm]:
        """Count the results beside each row, in the same query."""
        found: QuerySet[Algorithm] = super().get_queryset(request).annotate(_runs=Count("results"))
        return found

    def has_add_permission(self, request: SignedInRequest) -> bool:
        """Codecs come from the engine."""
        return False

    def has_delete_permission(self, request: SignedInRequest, obj: Any = None) -> bool:
        """Results refer to them for ever."""
        return False

    @admin.display(description="Results", ordering="_runs")
    def runs(self, algorithm: Any) -> int:
        """How many results were made with it."""
        count: int = algorithm._runs
        return count

    @admin.action(description="Test this algorithm", permissions=["change"])
    def test(self, request: SignedInRequest, queryset: QuerySet[Algorithm]) -> None:
        """Run the conformance set and say what came of it."""
        for algorithm in queryset:
            done = calls.run_test(request.user, algorithm)
            if isinstance(done, Job):
                self.message_user(request, f"{algorithm.name} is being tested by a worker.", messages.INFO)
                continue
            failed = [case for case in done["cases"] if not case["passed"]]
            words = (
                f"{algorithm.name}: {len(done['cases']) - len(failed)} of {len(done['cases'])} cases passed."
            )
            for case in failed:
                words += f" {case['name']}: {case['error']}."
            self.message_user(request, words, messages.ERROR if failed else messages.SUCCESS)

    @admin.action(description="Activate", permissions=["change"])
    def activate(self, request: SignedInRequest, queryset: QuerySet[Algorithm]) -> None:
        """Let it take new work."""
        self._set(request, queryset, AlgorithmStatus.ACTIVE)

    @admin.action(description="Deprecate", permissions=["change"])
    def deprecate(self, request: SignedInRequest, queryset: QuerySet[Algorithm]) -> None:
        """Say that there are better ones; it still works."""
        self._set(request, queryset, AlgorithmStatus.DEPRECATED)

    @admin.action(description="Disable", permissions=["change"])
    def disable(self, request: SignedInRequest, queryset: QuerySet[Algorithm]) -> None:
        """Refuse new work with it."""
        self._set(request, queryset, AlgorithmStatus.DISABLED)

    def _set(self, request: SignedInRequest, queryset: QuerySet[Algorithm], status: AlgorithmStatus) -> None:
        def act(algorithm: Algorithm) -> object:
            return services.algorithm_set_status(algorithm=algorithm, status=status, actor=request.user)

        self.each(request, queryset, act, done=f"{status.label} now")


@admin.register(Result)
class ResultAdmin(ReadOnly):
    """Results."""

    list_display = (
        "created_at",
        "owner",
        "operation",
        "algorithm",
        "level",
        "file_name",
        "original_size",
        "verified",
    )
    list_filter = ("operation", "algorithm", "verified", "created_at")
    list_select_related = ("owner", "algorithm")
    search_fields = ("file_name", "owner__username", "checksum")


@admin.register(HistoryEntry)
class HistoryAdmin(ReadOnly):
    """The ledger of outcomes."""

    list_display = (
        "created_at",
        "operation",
        "algorithm",
        "level",
        "content_kind",
        "original_size",
        "succeeded",
    )
    list_filter = ("operation", "algorithm", "content_kind", "succeeded", "created_at")
    search_fields = ("content_sha256", "algorithm")


@admin.register(Strategy)
class StrategyAdmin(Desk):
    """How optimisations go about it; a disabled one takes no new work."""

    form = StrategyForm
    list_display = (
        "title",
        "name",
        "objective",
        "rounds",
        "max_trials",
        "plain_share",
        "enabled",
        "position",
    )
    list_filter = ("enabled", "objective")
    search_fields = ("name", "title", "description")

    def save_model(self, request: SignedInRequest, obj: Strategy, form: Any, change: Any) -> None:
        """Save by the service, which audits."""
        strategies.strategy_save(strategy=obj, actor=request.user, is_new=not change)

    def delete_model(self, request: SignedInRequest, obj: Strategy) -> None:
        """Delete by the service."""
        strategies.strategy_delete(strategy=obj, actor=request.user)

    def delete_queryset(self, request: SignedInRequest, queryset: QuerySet[Strategy]) -> None:
        """Delete several by the service."""
        for strategy in queryset:
            strategies.strategy_delete(strategy=strategy, actor=request.user)


@admin.register(Optimisation)
class OptimisationAdmin(ReadOnly):
    """Optimisations."""

    list_display = (
        "created_at",
        "owner",
        "file_name",
        "objective",
        "strategy",
        "trials",
        "ending",
        "seconds",
    )
    list_filter = ("objective", "strategy", "ending", "created_at")
    list_select_related = ("owner",)
    search_fields = ("file_name", "owner__username", "content_sha256")
    exclude = ("pipeline",)
