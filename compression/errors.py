"""What the engine's errors mean to a client."""

from compression.engine import errors as engine
from core.errors import AppError, FieldError, StorageFull, Unavailable, Unprocessable

_SENTENCES = {
    "verification_failed": "Decoding the result did not give back the input, so nothing was kept. Try another codec.",
    "codec_crashed": "The codec crashed on this input. Nothing was kept, and nothing else was harmed.",
}
_NOT_WHOLE = "The file is not whole: upload it again, or fetch it from its source again."


def translate(error: engine.EngineError) -> AppError:
    """Return our error for one of the engine's."""
    if isinstance(error, engine.InvalidParams):
        field = error.field if error.field == "level" else f"params.{error.field}"
        return Unprocessable(
            error.message, code="invalid_params", errors=[FieldError(field, "invalid", error.message)]
        )
    if isinstance(error, engine.StorageFull):
        return StorageFull("There is no room left for the output. Nothing was kept.")
    if isinstance(error, (engine.HostUnavailable, engine.TargetUnwritable, engine.SourceUnreadable)):
        return Unavailable(f"{error.message} Try again in a moment.", code=error.code)
    if isinstance(error, engine.LimitExceeded):
        return Unprocessable(f"{error.message}. Nothing was kept.", code=f"{error.kind}_limit_exceeded")
    if isinstance(error, engine.TruncatedStream):
        return Unprocessable(f"{sentence(error.message)} {_NOT_WHOLE}", code=error.code)
    if isinstance(error, engine.CorruptStream):
        return Unprocessable(sentence(error.message), code=error.code)
    return Unprocessable(_SENTENCES.get(error.code) or sentence(error.message), code=error.code)


def sentence(text: str) -> str:
    """Return the text of an error of the engine as one: those have no full stop where another follows."""
    return text if text.endswith(".") or not text else f"{text}."


def unknown_algorithm(name: str, known: list[str]) -> Unprocessable:
    """Return the error for an algorithm that is not there."""
    detail = f"There is no algorithm “{name}”. Known: {', '.join(known)}."
    return Unprocessable(
        detail, code="unknown_algorithm", errors=[FieldError("algorithm", "unknown_algorithm", detail)]
    )
