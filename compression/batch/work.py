"""The engine at work on one group of a batch, in a thread of the worker: no queries here.

Small contents with the same method go through one child together; a large one goes alone.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from compression import work
from compression.batch.models import BatchItem
from compression.choices import Operation
from compression.engine import errors as engine
from compression.engine import isolation
from compression.engine.isolation.batch import Encoded
from compression.engine.limits import Limits
from compression.errors import translate
from compression.names import compressed_name
from compression.planning import Plan
from compression.sources import Source
from core.errors import AppError, Unavailable
from files import services as files
from files.adoption import Adoption, seal_all
from files.choices import Kind
from files.staging import Staged, StagingArea

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Group:
    """Items with one method, each with its `file`; what they may take together."""

    plan: Plan
    items: Sequence[BatchItem]
    limits: Limits


@dataclass(frozen=True)
class Watch:
    """What a group is watched by, from any thread: bytes of an item, and whether to stop."""

    on_progress: Callable[[BatchItem, int], None]
    should_stop: Callable[[], bool]

    def hooks(self, item: BatchItem) -> work.Hooks:
        """Return the hooks of a call for one item."""
        return work.Hooks(lambda done, _: self.on_progress(item, done), self.should_stop)


@dataclass(frozen=True)
class Outcome:
    """What came of one item: a staged output with its figures, or an error. `code` is that of the engine."""

    item: BatchItem
    plan: Plan
    adoption: Adoption | None = None
    measured: work.Measured | None = None
    error: AppError | None = None
    code: str = ""


@dataclass
class Finished:
    """The outcomes of a group. Outputs that nobody adopts within the block are gone after it."""

    outcomes: list[Outcome] = field(default_factory=list)
    held: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.held.close()


def finish(group: Group, watch: Watch) -> Finished:
    """Compress the items of a group and make the outputs durable.

    Raises Stopped and Unavailable, which say nothing about the items; whatever else goes wrong is an item's own.
    """
    finished = Finished()
    try:
        finished.outcomes += _together(group, watch, finished.held)
        seal_all([one.adoption.staged for one in finished.outcomes if one.adoption])
    except BaseException:
        finished.held.close()
        raise
    return finished


def _together(group: Group, watch: Watch, held: ExitStack) -> Iterator[Outcome]:
    if len(group.items) == 1:
        yield _alone(group.items[0], group, watch, held)
        return
    contents: list[bytes] = []
    readable: list[BatchItem] = []
    for item in group.items:
        try:
            contents.append(_content(item))
            readable.append(item)
        except Unavailable:
            raise
        except AppError as error:
            yield Outcome(item, group.plan, error=error)
    try:
        encoded = isolation.encode_many(
            group.plan.codec, contents, group.limits, should_stop=watch.should_stop
        )
    except engine.Stopped:
        raise
    except engine.HostUnavailable as error:
        raise translate(error) from error
    except engine.EngineError as error:  # one of them is to blame: by itself each has what is its own
        log.warning("%d contents go one by one: together they failed: %s", len(readable), error)
        for item in readable:
            yield _alone(item, group, watch, held)
        return
    area = held.enter_context(StagingArea())
    for item, content, found in zip(readable, contents, encoded, strict=True):
        yield _staged(item, group.plan, content, found, area)


def _content(item: BatchItem) -> bytes:
    with files.file_open(item.source) as source:
        return source.read()


def _staged(
    item: BatchItem, plan: Plan, content: bytes, found: Encoded | engine.EngineError, area: StagingArea
) -> Outcome:
    if isinstance(found, engine.EngineError):
        return Outcome(item, plan, error=translate(found), code=found.code)
    try:
        staged = area.add()
        staged.write(found.data)
        staged.rest()
    except AppError as error:
        return Outcome(item, plan, error=error)
    figures = found.figures
    measured = work.Measured(
        original_size=len(content),
        compressed_size=len(found.data),
        checksum=item.source.sha256,
        output_sha256=staged.digest(),
        compress_seconds=figures.encode_wall_seconds,
        compress_cpu_seconds=figures.encode_cpu_seconds,
        decompress_seconds=figures.decode_wall_seconds,
        decompress_cpu_seconds=figures.decode_cpu_seconds,
        peak_memory_bytes=figures.peak_memory_bytes,
        verified=True,
    )
    return Outcome(item, plan, _adoption(item, plan, staged), measured)


def _alone(item: BatchItem, group: Group, watch: Watch, held: ExitStack) -> Outcome:
    try:
        call = work.done(Operation.COMPRESS, Source(item.source), group.plan, group.limits, watch.hooks(item))
        staged, measured = held.enter_context(call)
    except engine.Stopped:
        raise
    except engine.HostUnavailable as error:
        raise translate(error) from error
    except engine.EngineError as error:
        return Outcome(item, group.plan, error=translate(error), code=error.code)
    except Unavailable:
        raise
    except AppError as error:
        return Outcome(item, group.plan, error=error)
    return Outcome(item, group.plan, _adoption(item, group.plan, staged), measured)


def _adoption(item: BatchItem, plan: Plan, staged: Staged) -> Adoption:
    algorithm = plan.algorithm
    name = compressed_name(item.file_name, algorithm.file_extension)
    return Adoption(staged, name, item.folder, media_type=algorithm.media_type, kind=Kind.COMPRESSED)
