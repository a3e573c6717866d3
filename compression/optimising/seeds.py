"""The strategies that a new installation is given; what operators changed stays."""

from typing import Any

from compression.optimising.models import Strategy, plain_usual
from core import audit

GIVEN: dict[str, dict[str, Any]] = {
    "thorough": {
        "title": "Thorough",
        "description": "Four plain codecs, then searches at several places of the content, each twice as long as "
        "the one before.",
        "objective": "ratio",
        "rounds": 4,
        "position": 10,
    },
    "quick": {
        "title": "Quick look",
        "description": "Two plain codecs and one search at the front of the content.",
        "objective": "balanced",
        "rounds": 1,
        "plain": [{"id": "zstd"}, {"id": "bzip3"}],
        "plain_share": 0.5,
        "position": 20,
    },
    "structure": {
        "title": "Structure first",
        "description": "Nearly all of the time goes into looking for structure; plain codecs have a tenth of it.",
        "objective": "ratio",
        "rounds": 8,
        "plain": [{"id": "zstd"}],
        "plain_share": 0.1,
        "position": 30,
    },
    "repeatable": {
        "title": "Repeatable",
        "description": "A fixed number of trials, so that the same content and seed give the same pipeline on every "
        "machine, where the time suffices.",
        "objective": "ratio",
        "rounds": 2,
        "max_trials": 400,
        "plain": plain_usual(),
        "position": 40,
    },
}


@audit.unaudited("given with the installation; operators' changes are audited by the desk")
def strategies_give() -> list[str]:
    """Make the strategies that are not there yet; return their names."""
    made = []
    for name, facts in GIVEN.items():
        if Strategy.objects.get_or_create(name=name, defaults=facts)[1]:
            made.append(name)
    return made
