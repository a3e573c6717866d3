"""One algorithm as one small file: a pipeline with its name, to be taken from one installation to another."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from compression.engine.codecs.dcz import MAX_PIPELINE, OBJECTIVES
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.limits import KiB

FORMAT, VERSION = "dynacomp-algorithm", 1
MAX_BYTES = 256 * KiB
"""Of such a file."""
EXTENSION = ".dynacomp.json"
TEXT_CHARS = {"name": 64, "title": 100, "description": 2000}


@dataclass(frozen=True)
class Portable:
    """What such a file holds; `pipeline` is the packed one."""

    name: str
    pipeline: bytes
    objective: str = "ratio"
    title: str = ""
    description: str = ""

    def written(self) -> bytes:
        """The file: JSON, with the SHA-256 of the packed pipeline."""
        body = {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "objective": self.objective,
            "codec": "dcz",
            "pipeline": base64.b64encode(self.pipeline).decode(),
            "sha256": hashlib.sha256(self.pipeline).hexdigest(),
        }
        return json.dumps(body, indent=2).encode() + b"\n"


def read(data: bytes) -> Portable:
    """The algorithm of a file, whose pipeline is not looked into; raises InvalidParams, CorruptStream."""
    if len(data) > MAX_BYTES:
        raise InvalidParams(f"The file of an algorithm has at most {MAX_BYTES} bytes")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise InvalidParams("This is no file of an algorithm: it is not JSON") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise InvalidParams("This is no file of an algorithm")
    if body.get("version") != VERSION or body.get("codec") != "dcz":
        raise InvalidParams("The file is of a newer form than this installation knows")
    return Portable(
        name=_text(body, "name"),
        title=_text(body, "title"),
        description=_text(body, "description"),
        objective=_objective(body),
        pipeline=_pipeline(body),
    )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > TEXT_CHARS[name]:
        raise InvalidParams(f"The {name} of the algorithm is no text of at most {TEXT_CHARS[name]} letters")
    return value


def _objective(body: dict[str, Any]) -> str:
    value = body.get("objective", "ratio")
    if value not in OBJECTIVES:
        raise InvalidParams("The objective of the algorithm is unknown here")
    return str(value)


def _pipeline(body: dict[str, Any]) -> bytes:
    try:
        packed = base64.b64decode(body["pipeline"], validate=True)
    except (KeyError, ValueError, TypeError):
        raise InvalidParams("The file has no pipeline") from None
    if not 0 < len(packed) <= MAX_PIPELINE:
        raise InvalidParams(f"The pipeline has not between 1 and {MAX_PIPELINE} bytes")
    if hashlib.sha256(packed).hexdigest() != body.get("sha256"):
        raise CorruptStream("The file is damaged: its checksum does not match its pipeline")
    return packed
