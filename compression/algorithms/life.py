"""The life of an algorithm as its page shows it: the states, where it is, the steps that may follow."""

from dataclasses import dataclass
from typing import Any

from compression.choices import AlgorithmStatus
from compression.models import ALGORITHM_MACHINE, Algorithm

STEPS = {
    AlgorithmStatus.DRAFT: ("Back to draft", "only staff see a draft, and nobody can use it"),
    AlgorithmStatus.TESTING: ("Take to testing", "staff can use it then, others not"),
    AlgorithmStatus.ACTIVE: ("Activate", "everybody can use it then"),
    AlgorithmStatus.DEPRECATED: ("Deprecate", "it still works, and its page says that there are better ones"),
    AlgorithmStatus.DISABLED: ("Disable", "it takes no new work then; what it made stays decodable"),
}


@dataclass(frozen=True)
class Step:
    """One step that may follow: its button, the question it asks first, and why it cannot be taken yet."""

    status: str
    label: str
    question: str
    missing: str

    @property
    def stops(self) -> bool:
        """Whether people can do less with it afterwards."""
        return self.status == AlgorithmStatus.DISABLED


def steps(algorithm: Algorithm) -> list[Step]:
    """Return the steps that the state machine allows from where the algorithm is."""
    following = ALGORITHM_MACHINE.transitions[algorithm.status]
    return [
        Step(
            status=status.value,
            label=label,
            question=f"{label}: {algorithm.name}? {effect[0].upper()}{effect[1:]}.",
            missing=f"Version {algorithm.version} has to pass the test first."
            if lacks_test(algorithm, status)
            else "",
        )
        for status, (label, effect) in STEPS.items()
        if status in following
    ]


def lacks_test(algorithm: Algorithm, status: str) -> bool:
    """Whether the conformance test stands between the algorithm and this step: it does where everybody's use begins.

    A draft can be disabled, so that what is disabled need not have been tested either.
    """
    begins = status == AlgorithmStatus.ACTIVE and algorithm.status != AlgorithmStatus.DEPRECATED
    return begins and not algorithm.tested


def settings_open(algorithm: Algorithm) -> bool:
    """Whether the settings of a preset can change: not those of one that people use."""
    return algorithm.is_dynamic and algorithm.status in (AlgorithmStatus.DRAFT, AlgorithmStatus.TESTING)


def states(algorithm: Algorithm) -> list[dict[str, Any]]:
    """Return all states in the order of a life, with where the algorithm is."""
    return [{"label": state.label, "here": state == algorithm.status} for state in AlgorithmStatus]
