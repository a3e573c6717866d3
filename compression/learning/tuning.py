"""Writes of settings and weights by administrators."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from compression.learning.models import LearningSettings, ObjectiveWeight
from core import audit
from core.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def settings_save(*, settings: LearningSettings, actor: "User") -> LearningSettings:
    """Change what is switched on; what is under way goes on to its next step."""
    settings.save()
    detail = {field.name: getattr(settings, field.name) for field in LearningSettings._meta.fields}
    audit.record("learning_settings.changed", actor=actor, detail=detail)
    return settings


@transaction.atomic
def weight_save(*, weight: ObjectiveWeight, actor: "User") -> ObjectiveWeight:
    """Change how much an objective counts; Conflict where none would count any more."""
    weight.save()
    if not ObjectiveWeight.objects.aggregate(sum=Sum("weight"))["sum"]:
        raise Conflict("One objective has to count: give another one a weight first.", code="no_weight")
    detail = {"objective": weight.objective, "weight": weight.weight}
    audit.record("objective_weight.changed", actor=actor, detail=detail)
    return weight
