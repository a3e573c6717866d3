"""The same inputs by the calls that the product makes: each in a child of its own, from files and through pipes."""

import asyncio
from typing import Any

from compression.engine.codecs import Codec
from compression.engine.errors import EngineError
from compression.engine.isolation import decode_bytes, inspect, unpack
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.streaming import StreamCall
from compression.engine.limits import Limits
from tests.compression.engine.archive_samples import Unpacked
from tests.compression.engine.fuzzing.mutations import Mutation
from tests.compression.engine.fuzzing.replay import replayed, taken
from tests.compression.engine.fuzzing.trial import LIMITS, outcome, shown
from tests.compression.engine.samples import pieces

Outcome = dict[str, Any]


def differences(one: Mutation, result: dict[str, Outcome]) -> list[str]:
    """Where the product's calls end otherwise than the trial did that gave `result`."""
    found: dict[str, tuple[Outcome, Outcome]] = {
        "inspect": (outcome(lambda: _looked(one)), result["inspect"]),
        "unpack": (outcome(lambda: _unpacked(one)), {"value": _told(*replayed(result["unpack"]))}),
    }
    if (codec := one.seed.codec) is not None:
        decode = outcome(lambda: shown(decode_bytes(codec, one.data, LIMITS)[0]))
        piped = outcome(lambda: shown(_streamed(codec, one.data)))
        found |= {"decode": (decode, result["decode"]), "stream": (piped, result["decode"])}
    return [
        f"{name}: {_short(real)} in a call of its own, {_short(tried)} in a trial"
        for name, (real, tried) in found.items()
        if _same(real) != _same(tried)
    ]


def _same(outcome: Outcome) -> Any:
    return outcome["code"] if "code" in outcome else outcome["value"]


def _short(outcome: Outcome) -> str:
    return repr(outcome.get("code") or outcome["value"])[:200]


def _looked(one: Mutation) -> dict[str, Any]:
    with memory_file(one.data) as source:
        found = inspect(source.fileno(), LIMITS, name_hint=one.seed.file_name).config()
    return {**found, "formats": list(found["formats"])}


def _unpacked(one: Mutation) -> Any:
    with memory_file(one.data) as source:
        return _told(*taken(unpack(source.fileno(), LIMITS)))


def _told(out: Unpacked, error: EngineError | None) -> Any:
    """All that counts, to be compared."""
    return out.files, out.refused, sorted(out.failed), error and error.code


def _streamed(codec: Codec, data: bytes) -> bytes:
    out = bytearray()
    asyncio.run(stream(codec, data, LIMITS, out))
    return bytes(out)


async def stream(codec: Codec, data: bytes, limits: Limits, out: bytearray) -> None:
    """Decode through pipes, as the endpoint of streams does; raises the errors of the engine."""
    call = StreamCall("decode", codec, limits)
    try:
        feeding = asyncio.ensure_future(_fed(call, data))
        while piece := await call.read():
            out += piece
        await feeding
        await call.report()
    finally:
        call.close()


async def _fed(call: StreamCall, data: bytes) -> None:
    try:
        for chunk in pieces(data, 5000):
            await call.write(chunk)
    except BrokenPipeError:  # it wants no more; the report says why
        return
    call.end_input()
