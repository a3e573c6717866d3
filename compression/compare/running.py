"""One run of a candidate: compressed, decompressed, compared, in two isolated processes one after the other.

Apart from each other, unlike where a result is verified while it is made: neither disturbs the other's time.
"""

import os
from collections.abc import Callable
from typing import BinaryIO

from compression.compare.measuring import Sample
from compression.engine import errors as engine
from compression.engine import isolation
from compression.engine.limits import Limits
from compression.planning import Plan
from files.staging import staging

WARM_CHUNK = 1024 * 1024


def run_once(
    plan: Plan,
    source: BinaryIO,
    sha256: str,
    *,
    encoding: Limits,
    decoding: Limits,
    should_stop: Callable[[], bool] | None = None,
) -> Sample:
    """Run it and return its figures; `sha256` is the source's own. Raises the engine's errors; nothing is kept."""
    config = plan.codec.config()
    os.lseek(source.fileno(), 0, os.SEEK_SET)
    with staging() as packed, open(os.devnull, "wb") as nowhere:
        encoded = isolation.encode(
            config,
            source.fileno(),
            packed.fileno(),
            encoding,
            raw_sha256=sha256,
            verify=False,
            should_stop=should_stop,
        )
        os.lseek(packed.fileno(), 0, os.SEEK_SET)
        decoded = isolation.decode(
            config, packed.fileno(), nowhere.fileno(), decoding, should_stop=should_stop
        )
    if decoded.output_sha256 != sha256:
        raise engine.VerificationFailed("Decoding the output gave other bytes than the input")
    return Sample(
        size=encoded.compressed_size,
        compress_s=encoded.encode_wall_seconds,
        compress_cpu_s=encoded.encode_cpu_seconds,
        decompress_s=decoded.decode_wall_seconds,
        decompress_cpu_s=decoded.decode_cpu_seconds,
        peak_memory=max(encoded.peak_memory_bytes, decoded.peak_memory_bytes, 0),
    )


def warm(source: BinaryIO) -> None:
    """Read all of it once, so that no candidate waits for the disk in place of the others."""
    os.lseek(source.fileno(), 0, os.SEEK_SET)
    while os.read(source.fileno(), WARM_CHUNK):
        pass
