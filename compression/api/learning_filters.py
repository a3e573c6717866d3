"""What outcomes to learn from are found by."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from compression.engine.learning.actions import NAMES
from compression.engine.searching.objective import Objective
from compression.learning.choices import Origin
from compression.learning.dashboard import ledger
from compression.learning.dashboard.figures import OBJECTIVES
from compression.learning.models import Outcome
from core.api.filters import CreatedFilters, WholeFilter


class LearningOutcomeFilters(CreatedFilters):
    """By where they come from, kind, action, the state that served, and what was best on them."""

    origin = filters.ChoiceFilter(choices=Origin.choices)
    kind = filters.CharFilter(field_name="content_kind", max_length=32)
    action = filters.CharFilter(field_name="chosen", max_length=64, help_text="What was run.")
    state = WholeFilter(field_name="state__number", min_value=0, max_value=2**31 - 1, help_text="Its number.")
    best = filters.ChoiceFilter(
        method="filter_best",
        choices=[(name, name) for name in NAMES],
        help_text="Of the newest audits those on which this action cost least, for the objective `aim`.",
    )
    aim = filters.ChoiceFilter(
        method="filter_aim",
        choices=[(one.value, one.value) for one in OBJECTIVES],
        help_text="What `best` is about; ratio, where it is left out.",
    )

    class Meta:
        model = Outcome
        fields = ["content_sha256", "source_sha256"]

    def filter_best(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the contents on which an action was the best of all."""
        aim = Objective(self.form.cleaned_data.get("aim") or Objective.RATIO)
        return queryset.filter(pk__in=[win.outcome for win in ledger.wins(aim) if win.action == value])

    def filter_aim(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Nothing by itself."""
        return queryset
