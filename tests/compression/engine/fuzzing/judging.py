"""Whether what a hostile input gave is as it has to be."""

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from compression.engine.archives import Kind
from compression.engine.errors import (
    CorruptStream,
    DictionaryNeeded,
    Encrypted,
    LimitExceeded,
    TruncatedStream,
    UnknownFormat,
    Unsupported,
)
from compression.engine.formats import all_formats
from compression.engine.inspecting import Info
from tests.compression.engine.archive_samples import Unpacked
from tests.compression.engine.fuzzing.mutations import Mutation
from tests.compression.engine.fuzzing.replay import replayed
from tests.compression.engine.fuzzing.seeds import checked_contents
from tests.compression.engine.fuzzing.trial import LIMITS

REFUSALS = frozenset(
    error.code
    for error in (
        CorruptStream,
        TruncatedStream,
        UnknownFormat,
        Unsupported,
        Encrypted,
        DictionaryNeeded,
        LimitExceeded,
    )
)
"""What an input may be refused for; every other error would be ours."""
LONG_SECONDS = 5.0
"""No input of some kilobytes may keep a decoder busy for so long, whatever else runs on the machine."""
MOST_PROBLEM = 400

Kinds = Literal["error", "right", "other", "crash"]


@dataclass
class Verdict:
    """What came of one mutation: an error, the right bytes, others that nothing could have noticed, or a dead child.

    `wrong` are sentences about what must not be.
    """

    kind: Kinds = "error"
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def judged(mutation: Mutation, result: dict[str, Any]) -> Verdict:
    """The verdict on what a trial gave."""
    verdict = Verdict(seconds=result["seconds"])
    for name in ("decode", "pieces", "inspect", "unpack"):
        if name in result:
            _known(name, result[name], verdict)
    for name, other in result.get("others", {}).items():
        _known(name, other, verdict)
    if verdict.seconds > LONG_SECONDS:
        verdict.wrong.append(f"took {verdict.seconds:.1f} s")
    if "value" in result["inspect"]:
        _looked(mutation, result, verdict)
    verdict.kind = _unpacked(mutation, result["unpack"], verdict)
    if "decode" in result:
        verdict.kind = _decoded(mutation, result, verdict)
    return verdict


def _known(name: str, outcome: dict[str, Any], verdict: Verdict) -> None:
    code = outcome.get("code", CorruptStream.code)
    if code not in REFUSALS:
        verdict.wrong.append(f"{name}: {code}: {outcome['message'].strip()}")


def _decoded(mutation: Mutation, result: dict[str, Any], verdict: Verdict) -> Kinds:
    outcome = result["decode"]
    if outcome.get("value") != result["pieces"].get("value"):
        verdict.wrong.append("decodes otherwise when it comes in pieces")
    if "code" in outcome:
        return "error"
    size, data = outcome["value"]["size"], outcome["value"]["data"]
    if size > LIMITS.max_output_bytes:
        verdict.wrong.append(f"gave {size} bytes")
    right = data is not None and is_right(mutation, b64decode(data))
    if mutation.guarded and not right:
        verdict.wrong.append(f"gave {size} wrong bytes for right ones")
    return "right" if right else "other"


def is_right(mutation: Mutation, output: bytes) -> bool:
    """Whether the output of a stream is what its seed holds, or, with a checksum for each part, made of such parts."""
    seed = mutation.seed
    if output == b"".join(seed.contents):
        return True
    if not seed.checks:
        return False
    assert seed.codec
    return made_of(output, checked_contents(seed.format)) and bool(output or not seed.codec.self_ending)


def made_of(output: bytes, parts: Iterable[bytes]) -> bool:
    """Whether the output is some of the parts, one behind the other, each as often as you like."""
    parts = [part for part in parts if part]
    waiting, seen = [0], {0}
    while waiting:
        at = waiting.pop()
        if at == len(output):
            return True
        ends = {at + len(part) for part in parts if output.startswith(part, at)}
        waiting += ends - seen
        seen |= ends
    return False


def _looked(mutation: Mutation, result: dict[str, Any], verdict: Verdict) -> None:
    info = Info.from_config(result["inspect"]["value"])
    if not set(info.formats) <= set(all_formats()) or len(info.formats) > 1 + LIMITS.max_layers:
        verdict.wrong.append(f"inspect: formats {info.formats}")
    if len(info.problem) > MOST_PROBLEM:
        verdict.wrong.append("inspect: a long problem")
    codec = mutation.seed.codec
    if not info.exact or codec is None or info.formats[0] != codec.id or codec.config().get("dictionary"):
        return
    decoded = result["decode"].get("value")
    if decoded is None or decoded["size"] != info.content_size:
        verdict.wrong.append(f"inspect: is sure of {info.content_size} bytes")


def _unpacked(mutation: Mutation, outcome: dict[str, Any], verdict: Verdict) -> Kinds:
    out, error = replayed(outcome)
    if error is not None and error.code not in REFUSALS:
        verdict.wrong.append(f"unpack: {error!r}")
    _safe(out, verdict)
    right = set(out.files.values()) <= set(mutation.seed.contents)
    if not right and mutation.guarded:
        right = _right_members(mutation, out, ended=error is None, verdict=verdict)
    if error is not None or out.failed:
        return "error"
    return "right" if right else "other"


def _right_members(mutation: Mutation, out: Unpacked, *, ended: bool, verdict: Verdict) -> bool:
    """Members of a stream's archive are sure at its end, which is where the checksum stands."""
    known = checked_contents("zip") + checked_contents("7z")
    right = set(out.files.values()) <= {*known, b""}
    if not right and (ended or mutation.seed.codec is None):
        verdict.wrong.append("unpack: wrong bytes in a member for right ones")
    return right


def _safe(out: Unpacked, verdict: Verdict) -> None:
    """Nothing leads out, and no path is there twice."""
    paths = [member.path for member in out.members if member.refusal is None]
    for path in paths:
        parts = PurePosixPath(path).parts
        if (
            not parts
            or parts[0] == "/"
            or ".." in parts
            or "\\" in path
            or "\0" in path
            or "/".join(parts) != path
        ):
            verdict.wrong.append(f"unpack: gave out the path {path!r}")
    files = [member.path for member in out.members if member.refusal is None and member.kind is Kind.FILE]
    if len(set(files)) != len(files):
        verdict.wrong.append("unpack: gave out a path twice")
    if sum(map(len, out.files.values())) > LIMITS.max_output_bytes:
        verdict.wrong.append("unpack: gave more bytes than allowed")
