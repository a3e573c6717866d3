"""The form of a batch: any number of methods, each an algorithm with its settings."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property

from compression import planning, rules
from compression.forms import ParamsForm, algorithm_options
from compression.models import Algorithm
from core.errors import AppError
from core.forms import refuse
from files.bulk.forms import ActionForm

if TYPE_CHECKING:
    from accounts.models import User

USUAL = "zstd"

_ROW = re.compile(r"method-(\d{1,3})-algorithm")
_PLACE = re.compile(r"algorithms\.(\d+)\.?(.*)")


class MethodForm(forms.Form):
    """One algorithm and its level."""

    algorithm = rules.ALGORITHM_NAME.form_field()
    level = forms.IntegerField(required=False)


class CompressAllForm(ActionForm):
    """One algorithm and its level, for all of the chosen files."""

    algorithm = rules.ALGORITHM_NAME.form_field(initial=USUAL)
    level = forms.IntegerField(required=False)

    @cached_property
    def chosen(self) -> Algorithm | None:
        """The algorithm as the form has it now."""
        return Algorithm.objects.usable_by(self.user).filter(name=self["algorithm"].value()).first()

    @property
    def level_now(self) -> Any:
        """The level that was sent, or the usual one."""
        sent = self["level"].value()
        return self.chosen.level_default if self.chosen and sent in (None, "") else sent

    @property
    def algorithms(self) -> list[dict[str, Any]]:
        """What can be chosen."""
        return algorithm_options(self.user)

    def clean(self) -> dict[str, Any]:
        """Refuse what no file could be compressed with; an algorithm without levels takes no notice of the slider."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        if self.chosen and not self.chosen.levels:
            cleaned["level"] = None
        try:
            planning.plan(cleaned["algorithm"], cleaned["level"], {}, user=self.user)
        except AppError as error:
            refuse(self, error)
        return cleaned


class Method:
    """One row of the form. Its parameters are those of its algorithm, where the row was sent with them."""

    def __init__(self, place: int, algorithm: Algorithm, data: QueryDict | None = None) -> None:
        self.place, self.algorithm = place, algorithm
        self.prefix = f"method-{place}"
        self.form = MethodForm(data, prefix=self.prefix, initial={"algorithm": algorithm.name})
        own = data is not None and data.get(f"{self.prefix}-params-of") == algorithm.name
        self.params = ParamsForm(algorithm, data if own else None, prefix=f"{self.prefix}-params")

    @property
    def level(self) -> Any:
        """The level that was sent, or the usual one."""
        sent = self.form["level"].value()
        return self.algorithm.level_default if sent in (None, "") else sent

    def is_valid(self) -> bool:
        """Whether all of the row is well formed."""
        return self.form.is_valid() and (not self.params.is_bound or self.params.is_valid())

    def wish(self) -> dict[str, Any]:
        """Return what the row asks for."""
        return {
            "algorithm": self.algorithm.name,
            "level": self.form.cleaned_data["level"] if self.algorithm.levels else None,
            "params": self.params.values(),
        }

    def refuse(self, field: str, detail: str) -> None:
        """Show a refusal where it belongs."""
        name = field.removeprefix("params.")
        if name != field and self.params.is_bound and name in self.params.fields:
            self.params.add_error(name, detail)
        else:
            self.form.add_error(field if field in self.form.fields else None, detail)


def methods_sent(user: "User", data: QueryDict) -> list[Method]:
    """Return the rows that were sent, in order; those whose algorithm is left empty or not known are left out."""
    places = sorted(int(match[1]) for name in data if (match := _ROW.fullmatch(name)))
    names = {place: data.get(f"method-{place}-algorithm", "") for place in places}
    usable = Algorithm.objects.usable_by(user)
    known = {algorithm.name: algorithm for algorithm in usable.filter(name__in=list(names.values()))}
    return [Method(place, known[name], data) for place, name in names.items() if name in known]


def show(error: AppError, methods: Sequence[Method]) -> list[str]:
    """Put a refusal on the rows that it names; return what belongs to none of them."""
    rest = []
    for one in error.errors:
        match = _PLACE.fullmatch(one.field)
        if match and int(match[1]) < len(methods):
            methods[int(match[1])].refuse(match[2], one.detail)
        else:
            rest.append(one.detail)
    return rest if error.errors else [error.detail]


def method_at(user: "User", place: int, name: str = "") -> Method | None:
    """Return a row to fill in: with the named algorithm, or the usual one; None where there is none at all."""
    usable = Algorithm.objects.usable_by(user)
    found = (
        usable.filter(name=name).first()
        or usable.filter(name=USUAL).first()
        or usable.order_by("name").first()
    )
    return Method(place, found) if found else None
