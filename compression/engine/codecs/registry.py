"""The registry of codecs: every id once, and a clear answer when there is none."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from compression.engine.codecs.base import Codec
from compression.engine.errors import InvalidParams, UnknownCodec

_codecs: dict[str, type[Codec]] = {}

CodecClass = TypeVar("CodecClass", bound=type[Codec])


def register(cls: CodecClass) -> CodecClass:
    """Class decorator: make a codec known under its id. A second class with the same id is refused."""
    if cls.id in _codecs:
        raise ValueError(f"codec id {cls.id!r} is already taken by {_codecs[cls.id].__name__}")
    _codecs[cls.id] = cls
    return cls


def all_codecs() -> Mapping[str, type[Codec]]:
    """Every registered codec by id."""
    return MappingProxyType(_codecs)


def get(codec_id: str) -> type[Codec]:
    """The codec class of an id; raises UnknownCodec."""
    try:
        return _codecs[codec_id]
    except (KeyError, TypeError):
        raise UnknownCodec(f"No codec {codec_id!r}; known: {', '.join(sorted(_codecs))}") from None


def codec_from(config: Mapping[str, Any]) -> Codec:
    """The codec of a config: `codec_from(codec.config()) == codec`. Missing parameters have their default."""
    if "id" not in config:
        raise InvalidParams("A codec's config names its id", field="id")
    params = {name: value for name, value in config.items() if name != "id"}
    return get(config["id"]).from_params(params)
