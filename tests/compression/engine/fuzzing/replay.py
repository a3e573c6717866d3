"""The client's side of unpacking, over what a child wrote in a trial."""

import os
from base64 import b64decode, b64encode
from dataclasses import fields
from typing import Any, cast

from compression.engine.archives.member import Found, Kind
from compression.engine.errors import EngineError, error_from
from compression.engine.isolation import Unpacking, UnpackReport
from compression.engine.isolation.calls import Call
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.records import RecordWriter
from tests.compression.engine.archive_samples import Unpacked, collect
from tests.compression.engine.fuzzing.trial import LIMITS


class _Replayed:
    """A call whose child has already written all that it has to say."""

    def __init__(self, outcome: dict[str, Any]) -> None:
        self._outcome = outcome

    def wait(self, others: dict[int, int]) -> set[int]:
        """Everything is there."""
        return set(others)

    def report(self) -> dict[str, Any]:
        """How it ended; raises what went wrong."""
        if "code" in self._outcome:
            raise error_from(self._outcome)
        report: dict[str, Any] = self._outcome["value"]
        return report

    def close(self) -> None:
        """Nothing runs any more."""


def written(*files: tuple[str, bytes]) -> dict[str, Any]:
    """The outcome of a child that gives these files out, whatever an honest one would say of them."""
    out: list[bytes] = []
    writer = RecordWriter(out.append)
    for path, data in files:
        writer.member(Found(path, Kind.FILE, len(data)))
        writer.piece(data)
        writer.end()
    writer.flush()
    report = dict.fromkeys((item.name for item in fields(UnpackReport)), 0) | {"formats": ["zip"]}
    return {"value": report, "records": b64encode(b"".join(out)).decode()}


def replayed(outcome: dict[str, Any]) -> tuple[Unpacked, EngineError | None]:
    """What the client makes of an archive, and the error that ended it."""
    with memory_file(b64decode(outcome["records"])) as records:
        call = cast(Call, _Replayed(outcome))
        return taken(Unpacking(call, os.dup(records.fileno()), LIMITS, contents=True))


def taken(archive: Unpacking) -> tuple[Unpacked, EngineError | None]:
    """All that an archive gives, and the error that ended it."""
    out = Unpacked()
    with archive:
        try:
            collect(archive, out)
        except EngineError as error:
            return out, error
    return out, None
