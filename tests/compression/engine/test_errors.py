"""Errors keep their class and their details on the way from one process to another."""

import json

import pytest

from compression.engine import errors
from compression.engine.errors import EngineError, error_from

EXAMPLES = [
    errors.UnknownCodec("no such"),
    errors.InvalidParams("must be less", field="level"),
    errors.CorruptStream("damaged"),
    errors.TruncatedStream("cut"),
    errors.LimitExceeded("too much", kind="memory"),
    errors.CodecCrashed("gone", signal=11),
    errors.Stopped("stopped"),
    errors.StorageFull("full"),
    errors.SourceUnreadable("unreadable"),
    errors.TargetUnwritable("unwritable"),
    errors.VerificationFailed("different"),
    errors.UnknownFormat("this is no archive"),
    errors.Unsupported("several parts"),
    errors.Encrypted("names are encrypted"),
    errors.DictionaryNeeded("made with a dictionary"),
    errors.Unfit("no numbers"),
    errors.HostUnavailable("absent"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_an_error_survives_json(error: EngineError):
    again = error_from(json.loads(json.dumps(error.payload())))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.payload() == error.payload()


def test_every_error_has_a_code_of_its_own():
    classes = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, EngineError)]
    assert len({cls.code for cls in classes}) == len(classes)
    assert {type(error) for error in EXAMPLES} == set(classes) - {EngineError}


def test_an_unknown_code_is_a_plain_error():
    assert type(error_from({"code": "from the future", "message": "?"})) is EngineError
