"""Everything the engine refuses or fails at.

Every error has a stable `code` and details that survive JSON, so that what is raised in an isolated child process
is raised again, as the same class, in the process that asked.
"""

from typing import Any, ClassVar, Literal

LimitKind = Literal["output", "ratio", "memory", "time", "members"]


class EngineError(Exception):
    """Base of all engine errors. `str(error)` is one sentence for people, `code` is for programs."""

    code: ClassVar[str] = "engine_error"
    details: ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    def payload(self) -> dict[str, Any]:
        """The error as JSON data; `error_from` is the inverse."""
        return {
            "code": self.code,
            "message": self.message,
            **{name: getattr(self, name) for name in self.details},
        }


class UnknownCodec(EngineError):
    """No codec has this id."""

    code = "unknown_codec"


class InvalidParams(EngineError):
    """A parameter of a codec has a value that it cannot have; `field` names the parameter."""

    code = "invalid_params"
    details = ("field",)

    def __init__(self, message: str = "", field: str = "") -> None:
        super().__init__(message)
        self.field = field


class CorruptStream(EngineError):
    """The compressed bytes are not a stream of this format, or a damaged one."""

    code = "corrupt_stream"


class TruncatedStream(CorruptStream):
    """The compressed bytes end before the stream does."""

    code = "truncated_stream"


class UnknownFormat(EngineError):
    """The bytes are in no format that shows itself, or in none that can be used here."""

    code = "unknown_format"


class Unsupported(EngineError):
    """The format is known, but not this way of using it."""

    code = "unsupported"


class Encrypted(Unsupported):
    """The archive, or its table of contents, can only be read with a password."""

    code = "encrypted"


class DictionaryNeeded(EngineError):
    """The stream was made with a dictionary, and decodes with that one alone."""

    code = "dictionary_needed"


class LimitExceeded(EngineError):
    """The work would take more than its limits allow; `kind` says more of what."""

    code = "limit_exceeded"
    details = ("kind",)

    def __init__(self, message: str = "", kind: LimitKind = "output") -> None:
        super().__init__(message)
        self.kind = kind


class CodecCrashed(EngineError):
    """The isolated child died in the middle of its work; `signal` is what killed it (0: it left without an answer)."""

    code = "codec_crashed"
    details = ("signal",)

    def __init__(self, message: str = "", signal: int = 0) -> None:
        super().__init__(message)
        self.signal = signal


class Stopped(EngineError):
    """The caller asked to stop."""

    code = "stopped"


class StorageFull(EngineError):
    """There is no room left where the output goes."""

    code = "storage_full"


class SourceUnreadable(EngineError):
    """The input could not be read, or is not the content it was said to be."""

    code = "source_unreadable"


class TargetUnwritable(EngineError):
    """The output could not be written, for another reason than a lack of room."""

    code = "target_unwritable"


class VerificationFailed(EngineError):
    """Decoding the fresh output did not give back the input."""

    code = "verification_failed"


class Unfit(EngineError):
    """The content is not of the form that this part of a pipeline is for; another pipeline is to be taken."""

    code = "unfit"


class HostUnavailable(EngineError):
    """The codec host cannot be reached, or died during the call. Trying again may help."""

    code = "host_unavailable"


def _known() -> dict[str, type[EngineError]]:
    found: dict[str, type[EngineError]] = {}
    queue: list[type[EngineError]] = [EngineError]
    while queue:
        cls = queue.pop()
        found[cls.code] = cls
        queue.extend(cls.__subclasses__())
    return found


def error_from(payload: dict[str, Any]) -> EngineError:
    """Rebuild an error from its `payload()`; an unknown code gives a plain EngineError."""
    cls = _known().get(payload.get("code", ""), EngineError)
    details = {name: payload[name] for name in cls.details if name in payload}
    return cls(str(payload.get("message", "")), **details)
