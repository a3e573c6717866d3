"""Rows of learning for tests: made without any codec at work."""

from typing import Any
from uuid import uuid4

from compression.learning.models import LearningState, Outcome, OutcomeTrial
from tests.compression.outcomes import sha


def outcome_row(content: object = "a", **fields: Any) -> Outcome:
    """Return a kept outcome without trials, of a chunk of 1000 bytes."""
    made: Outcome = Outcome.objects.create(
        **{
            "origin": "run",
            "source_id": uuid4(),
            "content_sha256": sha(content),
            "source_sha256": sha(("file", content)),
            "content_kind": "text",
            "offset": 0,
            "size": 1000,
            "features": {"entropy_0": 4.0},
            "features_version": 1,
            "action_set": 1,
            "machine": "m",
            "machine_factor": 1.0,
            "cpu_seconds": 0.1,
        }
        | fields
    )
    return made


def trial_row(outcome: Outcome, position: int = 0, **fields: Any) -> OutcomeTrial:
    """Return a kept trial of an outcome: half the size, at 100 MB/s both ways."""
    made: OutcomeTrial = OutcomeTrial.objects.create(
        **{
            "outcome": outcome,
            "position": position,
            "action": "zstd-3",
            "scope": "chunk",
            "content_bytes": outcome.size,
            "sample_size": 500,
            "sample_cpu_s": 1e-5,
            "size": 500,
            "encode_s": 1e-5,
            "decode_s": 1e-5,
        }
        | fields
    )
    return made


def state_row(number: int, **fields: Any) -> LearningState:
    """Return a kept candidate whose packed form is none."""
    parent = LearningState.objects.order_by("number").first()
    made: LearningState = LearningState.objects.create(
        **{
            "number": number,
            "parent": parent,
            "name": sha(("state", number)),
            "packed": b"none",
            "action_set": 1,
            "features_version": 1,
            "outcomes": 10 * number,
        }
        | fields
    )
    return made
