"""Filters of the lists of accounts."""

from typing import ClassVar

from django_filters import rest_framework as filters

from accounts.choices import TokenState
from accounts.models import Token
from accounts.querysets import TokenQuerySet


class TokenFilter(filters.FilterSet):
    """`state` says whether a token opens anything now."""

    state = filters.ChoiceFilter(choices=TokenState.choices, method="in_state")

    class Meta:
        model = Token
        fields: ClassVar = {
            "name": ["exact"],
            "scope": ["exact"],
            "created_at": ["gte", "lt"],
            "expires_at": ["gte", "lt"],
            "last_used_at": ["gte", "lt"],
        }

    def in_state(self, queryset: TokenQuerySet, name: str, value: str) -> TokenQuerySet:
        """Keep the tokens in the state `value`."""
        return queryset.in_state(value)
