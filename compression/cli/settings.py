"""Which algorithm, with which settings, as the command line says it."""

import argparse
import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from compression.cli.places import WrongUse
from compression.engine import codecs
from compression.engine.codecs import Codec
from compression.engine.errors import InvalidParams

FROM_FILE = "@"


def params(parser: argparse.ArgumentParser, *, words: str = "a parameter") -> None:
    """Declare how to give parameters."""
    parser.add_argument(
        "-p",
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"{words}, its value as JSON, bytes in base64 or as @FILE; can be repeated",
    )


def config_of(given: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of NAME=VALUE words in their JSON form; the engine says later what cannot be."""
    config: dict[str, Any] = {}
    for word in given:
        name, separator, value = word.partition("=")
        if not separator:
            raise InvalidParams(f"“{word}” is not NAME=VALUE", field=name)
        config[name] = _value(value)
    return config


def _value(text: str) -> Any:
    if text.startswith(FROM_FILE):
        path = Path(text.removeprefix(FROM_FILE))
        try:
            return base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            raise WrongUse(f"{path}: {error.strerror}") from None
    try:
        return json.loads(text)
    except ValueError:
        return text


def codec_of(name: str, level: int | None, given: Iterable[str]) -> Codec:
    """Return the codec with a level and NAME=VALUE words; the engine's errors say what is wrong."""
    config = config_of(given)
    if level is not None:
        config["level"] = level
    return codecs.codec_from({**config, "id": name})


def codec_of_word(word: str) -> Codec:
    """Return the codec of a word such as `xz`, `zstd:19`, `zstd:19:window_log=24` or `zstd:long=true`."""
    name, *rest = word.strip().split(":")
    level = None
    if rest and "=" not in rest[0]:
        first = rest.pop(0)
        if not first.removeprefix("-").isdecimal():
            raise InvalidParams(f"“{first}” in “{word}” is no level", field="level")
        level = int(first)
    return codec_of(name, level, rest)
