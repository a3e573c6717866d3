"""One family of errors: the API makes them problem documents, pages toasts, jobs their error."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is a dotted path into the body, with places in lists from 0: `tags.0`."""

    field: str
    code: str
    detail: str


class AppError(Exception):
    """An outcome that the caller can understand and act on; never a defect of the platform."""

    status = 400
    code = "error"
    title = "The request cannot be carried out"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.errors = tuple(errors)
        self.headers = headers or {}

    def as_dict(self) -> dict[str, Any]:
        """Return the parts of a problem document that belong to the error itself."""
        return {
            "type": f"urn:dynacomp:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": [asdict(error) for error in self.errors],
        }


class Invalid(AppError):
    """The request is malformed, or a field of it is."""

    status, code, title = 400, "invalid", "The request is not valid"

    @classmethod
    def field(cls, field: str, detail: str, code: str = "invalid") -> "Invalid":
        """Return the error for a single field."""
        return cls(detail, errors=[FieldError(field, code, detail)])


class NotSignedIn(AppError):
    """Nobody is signed in, or the token is not good (any more)."""

    status, code, title = 401, "not_signed_in", "Sign in first"


class Forbidden(AppError):
    """The role or the scopes of the token do not allow it."""

    status, code, title = 403, "forbidden", "Not allowed"


class PasswordNeeded(Forbidden):
    """The account has a one-time password, which opens nothing but the choice of another."""

    code = "password_change_required"

    def __init__(self) -> None:
        super().__init__(
            "Your password is for one time. Choose one of your own first: PUT /api/v1/auth/password."
        )


class NotFound(AppError):
    """There is no such thing, or it belongs to somebody else; the two look the same on purpose."""

    status, code, title = 404, "not_found", "Not found"


class MethodNotAllowed(AppError):
    """The address does not know the method; `Allow` says which it knows."""

    status, code, title = 405, "method_not_allowed", "Method not allowed"


class NotAcceptable(AppError):
    """None of the media types that the client accepts can be made."""

    status, code, title = 406, "not_acceptable", "Not acceptable"


class Conflict(AppError):
    """The state of the object does not allow it now."""

    status, code, title = 409, "conflict", "Not possible in this state"


class PreconditionFailed(AppError):
    """The object is not the one that a condition of the request names."""

    status, code, title = 412, "precondition_failed", "Not what the condition asks for"


class TooLarge(AppError):
    """More bytes than the limit or the quota allows; `field` is what has them, where that is one field."""

    status, code, title = 413, "too_large", "Too large"

    def __init__(self, detail: str, *, code: str | None = None, field: str = "") -> None:
        errors = [FieldError(field, code or self.code, detail)] if field else []
        super().__init__(detail, code=code, errors=errors)


class UnsupportedMedia(AppError):
    """The body is of a media type that the endpoint does not read."""

    status, code, title = 415, "unsupported_media_type", "Media type not supported"


class RangeNotSatisfiable(AppError):
    """The range that is asked for holds no byte of the object; `Content-Range` says how long it is."""

    status, code, title = 416, "range_not_satisfiable", "Nothing in this range"


class Unprocessable(AppError):
    """Well-formed but impossible: a corrupt stream, an unknown algorithm."""

    status, code, title = 422, "unprocessable", "Cannot be processed"


class KeyReused(Unprocessable):
    """An `Idempotency-Key` came with another request than before."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This key was used with another request.")


class TooMany(AppError):
    """A limit of rate or attempts is reached; `Retry-After` says when to come again."""

    status, code, title = 429, "too_many_requests", "Too many requests"

    def __init__(self, detail: str, *, retry_after_s: int, code: str | None = None) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after_s)})


class Unavailable(AppError):
    """A part that the platform needs does not answer; worth trying again."""

    status, code, title = 503, "unavailable", "Not available right now"


DISK_FULL = "The disk of the platform is full. Nothing of this was kept."


class StorageFull(AppError):
    """The disk or the bucket has no room left; nothing was kept."""

    status, code, title = 507, "storage_full", "No room left in storage"
