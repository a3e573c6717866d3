"""A codec's parameters: one declaration for validation, JSON and JSON Schema."""

import dataclasses
import json
import math
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from compression.engine.codecs import Codec, all_codecs, codec_from, register
from compression.engine.codecs.params import Binary, Choice, Flag, Integer, declared
from compression.engine.codecs.store import Store
from compression.engine.codecs.zstd import Zstd
from compression.engine.errors import InvalidParams, UnknownCodec
from tests.compression.engine.catalogue import every_codec, every_variant

COLOURS = {f"c{number}" for number in range(1, 7)}


@every_variant
def test_config_survives_json(codec: Codec):
    assert codec_from(json.loads(json.dumps(codec.config()))) == codec


@every_variant
def test_schema_accepts_the_config(codec: Codec):
    schema = codec.schema()
    Draft202012Validator.check_schema(schema)
    settings = {name: value for name, value in codec.config().items() if name != "id"}
    assert not list(Draft202012Validator(schema).iter_errors(settings))
    assert set(schema["properties"]) == set(settings)


@every_codec
def test_schema_states_the_defaults(codec: Codec):
    properties = codec.schema()["properties"]
    assert {"id": codec.id, **{name: item["default"] for name, item in properties.items()}} == codec.config()
    assert all(item["title"] and item["description"] for item in properties.values())


def wrong_values(parameter: object) -> list[object]:
    """JSON values that a parameter must refuse."""
    match parameter:
        case Integer():
            null = [] if parameter.optional else [None]
            return [parameter.minimum - 1, parameter.maximum + 1, True, "1", 1.5, *null]
        case Choice():
            return ["something else", None, 1, ["default"]]
        case Flag():
            return [1, "yes", None]
        case Binary():
            return ["***", 5, None, "A" * (parameter.max_bytes * 2)]
    raise AssertionError(parameter)


@every_codec
def test_schema_and_validation_refuse_the_same(codec: Codec):
    validator = Draft202012Validator(codec.schema())
    for name, parameter in declared(codec).items():
        for value in wrong_values(parameter):
            with pytest.raises(InvalidParams) as caught:
                codec_from({"id": codec.id, name: value})
            assert caught.value.field == name
            # A validator may treat the encoding of strings as a remark.
            assert value == "***" or not validator.is_valid({name: value}), (name, value)


@every_codec
def test_unknown_parameters_are_refused(codec: Codec):
    with pytest.raises(InvalidParams) as caught:
        codec_from({"id": codec.id, "speed": 11})
    assert caught.value.field == "speed"


@every_codec
def test_a_codec_is_a_frozen_value(codec: Codec):
    assert codec == codec_from({"id": codec.id})
    assert hash(codec) == hash(codec_from({"id": codec.id}))
    changed: Any = codec
    with pytest.raises(dataclasses.FrozenInstanceError):
        changed.level = 1


@every_codec
def test_what_a_codec_says_about_itself(codec: Codec):
    assert codec.colour in COLOURS
    assert codec.title
    assert codec.description
    assert codec.extension.startswith(".")
    assert "/" in codec.media_type
    assert codec.lossless
    assert codec.deterministic


@every_codec
def test_estimates_at_every_level(codec: Codec):
    levels = codec.levels()
    settings = [{"level": n} for n in range(levels.minimum, levels.maximum + 1)] if levels else [{}]
    for chosen in settings:
        one = codec_from({"id": codec.id, **chosen})
        assert 0.05 < one.speed_estimate() < 10_000
        assert math.isfinite(one.speed_estimate())
        assert 0 < one.memory_estimate(1000) <= one.memory_estimate(100 << 20)
        assert one.memory_estimate(100 << 20) <= one.memory_estimate(None) or not codec.streaming


def test_slower_levels_are_estimated_slower():
    speeds = [Zstd(level=level).speed_estimate() for level in range(-7, 23)]
    assert speeds == sorted(speeds, reverse=True)


def test_unknown_ids_are_named():
    with pytest.raises(UnknownCodec, match=r"'nonsense'.*zstd"):
        codec_from({"id": "nonsense"})
    with pytest.raises(UnknownCodec):
        codec_from({"id": ["zstd"]})
    with pytest.raises(InvalidParams):
        codec_from({"level": 3})


def test_the_registry_refuses_doubles():
    with pytest.raises(ValueError, match="'store' is already taken by Store"):
        register(Store)
    known: Any = all_codecs()
    with pytest.raises(TypeError):
        known["other"] = Store


@pytest.mark.parametrize("codec_id", ["xz", "lzma"])
def test_literal_bits_are_limited_together(codec_id: str):
    with pytest.raises(InvalidParams) as caught:
        codec_from({"id": codec_id, "literal_context": 3, "literal_position": 2})
    assert caught.value.field == "literal_position"


def test_a_broken_dictionary_is_refused():
    with pytest.raises(InvalidParams) as caught:
        Zstd(dictionary=b"\x37\xa4\x30\xec but no dictionary follows")
    assert caught.value.field == "dictionary"
