"""Runs of the history, and trials of optimisations, as trials: which action it was, and what came of it."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from compression.engine.codecs import codec_from
from compression.engine.errors import EngineError
from compression.engine.learning.actions import ACTIONS
from compression.learning.selectors import OTHER
from compression.learning.services import Run
from compression.models import HistoryEntry, Optimisation
from compression.optimising.choices import TrialKind


def run_of(entry: HistoryEntry) -> Run:
    """Return a line of the history as a trial on the whole file, in CPU seconds."""
    action, config = _action(entry)
    return Run(
        action=action,
        config=config,
        content_bytes=entry.original_size or 0,
        size=entry.compressed_size if entry.succeeded else None,
        encode_s=entry.compress_cpu_seconds,
        decode_s=entry.decompress_cpu_seconds,
        peak_memory_bytes=entry.peak_memory_bytes,
        error="" if entry.succeeded else entry.error_code or "failed",
    )


def runs_of_search(search: Optimisation) -> list[Run]:
    """Return what an optimisation tried on the content as a whole, or on its beginning; not its trials of parts."""
    return [
        Run(
            action=OTHER,
            config={"candidate": trial.candidate},
            content_bytes=trial.content,
            size=trial.size,
            encode_s=trial.encode_s,
            decode_s=trial.decode_s,
            part=trial.content < search.original_size,
        )
        for trial in search.trace.exclude(kind=TrialKind.TRIAL).order_by("number")
    ]


def _action(entry: HistoryEntry) -> tuple[str, dict[str, Any] | None]:
    """The action with exactly these settings; else OTHER, with the settings."""
    config: dict[str, Any] = {"id": entry.algorithm, **entry.params}
    if entry.level is not None:
        config["level"] = entry.level
    try:
        name = _named().get(_key(config))
    except EngineError:  # an algorithm that somebody made, or settings of long ago
        name = None
    return (name, None) if name else (OTHER, config)


@cache
def _named() -> Mapping[str, str]:
    fixed = (action for action in ACTIONS.values() if action.fixed)
    return {_key(action.config({})): action.name for action in fixed}


def _key(config: Mapping[str, Any]) -> str:
    """A config as the engine writes it, with every setting in it."""
    return json.dumps(codec_from(config).config(), sort_keys=True)
