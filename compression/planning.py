"""Before any work: which algorithm, with which parameters, and whether the call can be answered at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings

from compression.choices import AlgorithmStatus, Operation
from compression.engine import codecs, detect
from compression.engine import errors as engine
from compression.engine.limits import NO_RATIO, Limits
from compression.errors import translate, unknown_algorithm
from compression.models import Algorithm
from core.errors import FieldError, Unprocessable

if TYPE_CHECKING:
    from accounts.models import User

# Decoders run far faster than encoders; the slowest ones (bzip2, LZMA) manage this many MB/s of compressed input.
DECODE_MB_S = 8.0


@dataclass(frozen=True)
class Plan:
    """One algorithm with checked parameters."""

    algorithm: Algorithm
    codec: codecs.Codec

    @property
    def level(self) -> int | None:
        """The level, where the codec has levels."""
        return getattr(self.codec, "level", None)

    @property
    def params(self) -> dict[str, Any]:
        """All parameters but the level, as JSON."""
        config = self.codec.config()
        return {name: value for name, value in config.items() if name not in {"id", "level"}}

    def settings(self, operation: Operation) -> dict[str, Any]:
        """Level and parameters that say something of the work: of decoding, only what it was given (a dictionary)."""
        if operation == Operation.COMPRESS:
            return {"level": self.level, "params": self.params}
        usual = codecs.codec_from({"id": self.codec.id}).config()
        given = {name: value for name, value in self.params.items() if usual[name] != value}
        return {"level": None, "params": given}

    def seconds(self, operation: Operation, size: int) -> float:
        """Roughly how long the operation takes on an input of `size` bytes."""
        speed = self.codec.speed_estimate() if operation == Operation.COMPRESS else DECODE_MB_S
        return size / 1e6 / speed


def find_algorithm(name: str, *, user: "User | None" = None, to_decode: bool = False) -> Algorithm:
    """Return the algorithm for new work of `user`; Unprocessable where there is none or it is switched off.

    One that is being tested takes the work of staff alone. What was made once can be decoded whatever became of the
    algorithm since.
    """
    return admitted(name, Algorithm.objects.filter(name=name).first(), user=user, to_decode=to_decode)


def admitted(
    name: str, algorithm: Algorithm | None, *, user: "User | None" = None, to_decode: bool = False
) -> Algorithm:
    """Return the algorithm that was found under `name` if it may be used; see `find_algorithm`."""
    hidden = algorithm is not None and user is not None and not algorithm.is_open_to(user)
    if algorithm is None or algorithm.status == AlgorithmStatus.DRAFT or hidden:
        known = Algorithm.objects.usable().filter(available=True).values_list("name", flat=True)
        raise unknown_algorithm(name, list(known))
    if not (algorithm.available if to_decode else algorithm.takes_work_of(user)):
        detail = f"“{name}” is {algorithm.get_status_display().lower()} and takes no new work."
        raise Unprocessable(
            detail, code="algorithm_disabled", errors=[FieldError("algorithm", "algorithm_disabled", detail)]
        )
    return algorithm


def plan(
    name: str,
    level: int | None,
    params: Mapping[str, Any],
    *,
    user: "User | None" = None,
    to_decode: bool = False,
) -> Plan:
    """Return the plan for a call, or Unprocessable with the field that cannot be; see `find_algorithm`."""
    algorithm = find_algorithm(name, user=user, to_decode=to_decode)
    return Plan(algorithm, codec_of(algorithm, level, params))


def codec_of(algorithm: Algorithm, level: int | None = None, params: Mapping[str, Any] = {}) -> codecs.Codec:
    """Return the codec of an algorithm with these settings, or Unprocessable with the field that cannot be."""
    given = dict(params) if level is None else {**params, "level": level}
    config: dict[str, Any] = {"id": algorithm.name, **given}
    if algorithm.config is not None:
        left_open = algorithm.params_schema.get("properties", {})
        fixed = {name: value for name, value in given.items() if name not in left_open}
        other = next((name for name, value in fixed.items() if algorithm.config.get(name) != value), None)
        if other is not None:
            raise _bad_setting(other, f"“{algorithm.name}” has its settings fixed.")
        config = {**algorithm.config, **{name: given[name] for name in given.keys() & left_open.keys()}}
    elif level is not None and algorithm.level_min is None:
        raise _bad_setting("level", f"“{algorithm.name}” has no levels.")
    try:
        return codecs.codec_from(config)
    except engine.EngineError as error:
        raise translate(error) from None


def _bad_setting(name: str, detail: str) -> Unprocessable:
    field = name if name == "level" else f"params.{name}"
    return Unprocessable(detail, code="invalid_params", errors=[FieldError(field, "unknown", detail)])


def plan_detected(head: bytes, params: Mapping[str, Any]) -> Plan:
    """Return the plan to decode a stream that begins with `head`; Unprocessable where its format does not show."""
    found = detect.detect(head)
    if found is None:
        raise Unprocessable(
            "The bytes are in no compressed format that shows itself. Name the algorithm: raw deflate and brotli, "
            "for example, bear no mark.",
            code="unknown_format",
        )
    return plan(found, None, params, to_decode=True)


def limits(*, room: int, original_size: int | None = None) -> Limits:
    """Return the platform's limits for one call whose output may take `room` bytes.

    With `original_size` the size of the output is known from when the platform itself made the input: it may not be
    larger, and no ratio is too good.
    """
    bound = Limits(
        max_output_bytes=max(0, min(settings.DECODED_LIMIT_BYTES, room)),
        max_ratio=settings.DECODED_RATIO_LIMIT,
        max_memory_bytes=settings.CODEC_MEMORY_BYTES,
        max_wall_seconds=settings.JOB_TIMEOUT_S,
        reserve_bytes=settings.DISK_RESERVE_BYTES,
    )
    if original_size is None:
        return bound
    return replace(bound, max_output_bytes=min(bound.max_output_bytes, original_size), max_ratio=NO_RATIO)


def inline_limits(bound: Limits) -> Limits:
    """Return the tighter limits of a call that is answered at once; beyond them it becomes a job."""
    return replace(
        bound,
        max_output_bytes=min(bound.max_output_bytes, settings.INLINE_OUTPUT_BYTES),
        max_wall_seconds=settings.INLINE_WALL_S,
    )


def fits_inline(size: int, seconds: float) -> bool:
    """Whether a call may be answered at once."""
    return size <= settings.INLINE_LIMIT_BYTES and seconds <= settings.INLINE_LIMIT_S
