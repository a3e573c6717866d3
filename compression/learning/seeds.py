"""What learning has from the start: its settings, the weights of objectives, and a state that serves."""

from compression.engine.learning.shipped import prior, static
from compression.learning import selectors, states
from compression.learning.choices import StateStatus
from compression.learning.models import LearningSettings, LearningState, ObjectiveWeight
from compression.learning.reading import unpacked
from core import audit

REASON = "It came with the installation."
WEIGHTS = {"ratio": 0.5, "balanced": 0.5, "speed": 0.0, "decode": 0.0}


@audit.unaudited("given with the installation; changes are audited")
def learning_give() -> LearningState | None:
    """Make what is not there yet; return the shipped state where it is new. It serves where no sound state does.

    State 0 is static and begins every curve; the shipped one, which follows, was trained before the installation.
    """
    LearningSettings.objects.get_or_create(pk=1)
    for objective, weight in WEIGHTS.items():
        ObjectiveWeight.objects.get_or_create(objective=objective, defaults={"weight": weight})
    is_first = not LearningState.objects.exists()
    is_new = not LearningState.objects.filter(name=prior().name).exists()
    first = states.state_keep(state=static(), lineage=static().lineage, figures={})
    row = states.state_keep(state=prior(), lineage={**prior().lineage, "shipped": True}, figures={})
    if is_first:
        states.state_promote(state=first, actor=None, reason=REASON)
    if is_first or not _serves():
        states.state_promote(state=row, actor=None, reason=REASON)
    return row if is_new else None


def _serves() -> bool:
    """Whether a state serves that can be read, and is not one that came with an earlier version."""
    serving = selectors.states().filter(status=StateStatus.SERVING).first()
    if serving is None or unpacked(serving.pk) is None:
        return False
    return not serving.lineage.get("shipped") or serving.name == prior().name
