"""Outcomes to train on: real features, and figures by a rule that the prior does not know."""

import random
from functools import cache
from uuid import uuid4

from accounts.models import User
from compression.engine.analysis.features import features
from compression.engine.learning.actions import NAMES
from compression.engine.learning.outcomes import Outcome, Trial
from compression.engine.learning.shipped import static
from compression.engine.learning.state import State
from compression.engine.learning.training import train
from compression.engine.streams import array
from compression.learning import services
from compression.learning.choices import Origin
from tests.compression.outcomes import sha

KINDS = ("text", "table", "image", "binary")
SIZE = 100_000
BEST = dict(zip(KINDS, ("lz4-1", "gzip-6", "pcodec-u4", "delta-8-xz"), strict=True))
"""The action that is by far the best on a kind, for no reason that anybody could know before."""


def content(number: int, kind: str) -> bytes:
    """Return a little content that looks like its kind."""
    chance = random.Random(f"{kind} {number}")
    if kind == "text":
        return " ".join(chance.choices(["the", "a", "house", "stands", "by", "sea"], k=800)).encode()
    if kind == "table":
        return "".join(f"{n},{chance.random():.3f}\n" for n in range(300)).encode()
    if kind == "image":
        return bytes((n // 7 + chance.randrange(4)) % 256 for n in range(4000))
    return chance.randbytes(4000)


def told(number: int, kind: str = "", owner: str = "", file_hash: str = "") -> Outcome:
    """Return the outcome of content `number`: every action tried, one of them far better than the others."""
    kind = kind or KINDS[number % len(KINDS)]
    chance = random.Random(number)
    trials = {}
    for name in NAMES:
        ratio = 8.0 if name == BEST[kind] else 1.5 + chance.random() / 2
        size = round(SIZE / ratio)
        trials[name] = Trial(name, round(size * 0.65536), 2e-4, size, 1e-3, 5e-4)
    return Outcome(
        content=sha(("chunk", number)),
        kind=kind,
        group=file_hash or sha(("file", number)),
        size=SIZE,
        features=features(array(content(number, kind))),
        machine=1.0,
        trials=trials,
        owner=owner,
    )


def keep(outcome: Outcome, owner: User | None = None, origin: Origin = Origin.AUDIT) -> None:
    """Write an outcome down."""
    services.outcome_record(
        found=outcome,
        facts=services.Facts(
            origin=origin,
            source_id=uuid4(),
            source_sha256=outcome.group,
            offset=0,
            owner_id=owner.pk if owner else None,
        ),
    )


def keep_many(count: int, held_out: int = 0) -> list[Outcome]:
    """Write down `count` outcomes to train on, and others that are held out; return the latter."""
    number, training = 0, 0
    held: list[Outcome] = []
    while training < count or len(held) < held_out:
        number += 1
        outcome = told(number)
        is_of_quarter = outcome.group[-1] in "048c"
        if is_of_quarter and len(held) < held_out:
            keep(outcome)
            services.content_hold_out(source_sha256=outcome.group)
            held.append(outcome)
        elif not is_of_quarter and training < count:
            keep(outcome)
            training += 1
    return held


@cache
def learned(number: int) -> State:
    """Return one of several states that learned from a few outcomes."""
    return train([told(100 * number + n) for n in range(12)], static(), seed=number)
