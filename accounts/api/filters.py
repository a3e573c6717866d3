"""Filters of the lists of accounts."""

from django_filters import rest_framework as filters

from accounts.choices import TokenState
from accounts.models import Token
from accounts.querysets import TokenQuerySet
from core.api.filters import CreatedFilters, after, before


class TokenFilter(CreatedFilters):
    """`state` says whether a token opens anything now."""

    expires_after = after("expires_at")
    expires_before = before("expires_at")
    last_used_after = after("last_used_at")
    last_used_before = before("last_used_at")
    state = filters.ChoiceFilter(choices=TokenState.choices, method="in_state")

    class Meta:
        model = Token
        fields = ("name", "scope")

    def in_state(self, queryset: TokenQuerySet, name: str, value: str) -> TokenQuerySet:
        """Keep the tokens in the state `value`."""
        return queryset.in_state(value)
