"""Optimising in a child: what is tried is noted line by line, so that nothing is lost whenever it ends."""

import base64
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from compression.engine.errors import InvalidParams
from compression.engine.isolation import protocol
from compression.engine.isolation.protocol import Request
from compression.engine.isolation.target import Target
from compression.engine.isolation.usage import Usage
from compression.engine.leaves import leaves
from compression.engine.optimising import Optimising, Tried, Wishes, drawn, words
from compression.engine.optimising.trying import tried
from compression.engine.pipeline import End, Pipeline
from compression.engine.searching import Constraints, Objective, Trial
from compression.engine.source import Source
from compression.engine.streams import Array, array

MOST_NOTED = 20_000
"""Trials that are noted; what is tried out on the content is noted in any case."""
MOST_REASONS, REASON_CHARS = 40, 400


def optimise(request: Request, source: Source, notes: Target, connection: socket.socket) -> dict[str, Any]:
    """Search for the best pipeline for the source; each trial is a line of JSON in `notes`."""
    usage, told = Usage(), Told(connection)
    wishes = _wishes(request.options)
    found = Optimising(
        _front(source, wishes.part),
        wishes,
        on_trial=_noting(notes),
        on_tried=lambda elapsed, one: _note(notes, _tried_line(elapsed, one, found)),
        should_keep=told.keep,
    )
    ending = found.go()
    return {
        "ending": ending,
        "trials": found.trials,
        "wall_seconds": usage.wall_seconds,
        "cpu_seconds": usage.cpu_seconds,
        "peak_memory_bytes": usage.peak_memory_bytes,
    }


def weigh(request: Request, source: Source) -> dict[str, Any]:
    """What each of some pipelines, and of some plain codecs, makes of the front of a source; None where it cannot."""
    usage = Usage()
    content = _front(source, request.options["most"])
    plain = [Pipeline.of(End(leaves.from_config(one))) for one in request.options["plain"]]
    weighed = [
        tried(one, content)
        for one in [*(Pipeline.unpacked(_bytes(text)) for text in request.options["pipelines"]), *plain]
    ]
    return {
        "size": len(content),
        "weighed": [_figures(one) if one else None for one in weighed],
        "cpu_seconds": usage.cpu_seconds,
    }


def describe(source: Source, target: Target) -> dict[str, Any]:
    """Read a packed pipeline; what it is goes into `target` as JSON. Raises CorruptStream for what is none."""
    pipeline = Pipeline.unpacked(b"".join(source.chunks()))
    target.write(json.dumps({"config": pipeline.config(), "drawn": drawn(pipeline)}).encode())
    return {"name": pipeline.name, "words": words(pipeline)}


class Told:
    """Hears whether the client wants the best so far; once it does, it does."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._kept = False

    def keep(self) -> bool:
        """Whether to come to an end."""
        if not self._kept:
            self._kept = protocol.heard(self._connection) == protocol.KEEP
        return self._kept


def _wishes(options: Mapping[str, Any]) -> Wishes:
    try:
        objective = Objective(options["objective"])
    except ValueError:
        raise InvalidParams("There is no such objective", field="objective") from None
    return Wishes(
        objective,
        Constraints(**options["constraints"]),
        options["budget_s"],
        options["rounds"],
        options["max_trials"],
        options["seed"],
        tuple(leaves.from_config(one) for one in options["plain"]),
        options["plain_share"],
        tuple(Pipeline.unpacked(_bytes(one)) for one in options["known"]),
    )


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


def _front(source: Source, most: int) -> Array:
    """The first bytes of the source."""
    data = bytearray()
    for chunk in source.chunks():
        data += chunk
        if len(data) >= most:
            break
    return np.ascontiguousarray(array(bytes(data[:most])))


def _noting(notes: Target) -> Callable[[int, float, Trial], None]:
    """Notes trials, as long as they are not too many."""
    left = MOST_NOTED

    def note(round_: int, elapsed: float, trial: Trial) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            _note(notes, _trial_line(round_, elapsed, trial))

    return note


def _note(notes: Target, line: Mapping[str, Any]) -> None:
    notes.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


def _trial_line(round_: int, elapsed: float, trial: Trial) -> dict[str, Any]:
    return {
        "kind": "trial",
        "round": round_,
        "elapsed_s": round(elapsed, 4),
        "subject": trial.subject[:100],
        "candidate": trial.candidate[:300],
        "content": trial.sample,
        "size": trial.size,
        "encode_s": trial.cpu_s,
    }


def _tried_line(elapsed: float, one: Tried, found: Optimising) -> dict[str, Any]:
    """What was tried out on the content; the best so far with all that is needed to use it."""
    line = {
        "kind": "plain" if isinstance(one.pipeline.root, int) else "pipeline",
        "round": one.round,
        "elapsed_s": round(elapsed, 4),
        "subject": "",
        "candidate": words(one.pipeline)[:300],
        **_figures(one),
        "baseline": one is found.baseline,
    }
    if one is not found.best:
        return line
    reasons = [reason[:REASON_CHARS] for reason in one.reasons[:MOST_REASONS]]
    packed = base64.b64encode(one.pipeline.packed()).decode()
    return {**line, "best": {"name": one.pipeline.name, "pipeline": packed, "reasons": reasons}}


def _figures(one: Tried) -> dict[str, Any]:
    return {
        "content": one.content,
        "size": one.size,
        "encode_s": one.encode_s,
        "decode_s": one.decode_s,
    }
