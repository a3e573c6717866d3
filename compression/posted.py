"""What the forms of the pages have in common: the input that was sent, and where a refusal is shown."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.http import SignedInRequest
from compression.calls import Input
from core.errors import AppError
from files import selectors as files

if TYPE_CHECKING:
    from files.models import File


def chosen_file(request: SignedInRequest) -> "File | None":
    """Return the file that the address or the form names, if the account may see it."""
    raw = next(filter(None, [*request.POST.getlist("file"), request.GET.get("file")]), "")
    try:
        return files.visible_file(request.user, UUID(raw))
    except ValueError:
        return None


def sent(request: SignedInRequest) -> tuple[Any, Any]:
    """Return data and files of a form: an upload and the id of a stored file may come under the same name `file`."""
    data = request.POST.copy()
    data["file"] = next(filter(None, request.POST.getlist("file")), "")
    upload = request.FILES.get("file")
    return data, {"upload": upload} if upload else {}


def input_of(form: Any) -> Input:
    """Return the input of a checked form."""
    cleaned = form.cleaned_data
    return Input(file_id=cleaned.get("file"), upload=cleaned.get("upload"), text=cleaned.get("text") or None)


def show(form: Any, error: AppError, params: Any = None) -> None:
    """Put a refusal where it belongs on the form, or on that of the parameters; what was typed stays."""
    for item in error.errors:
        name = item.field.removeprefix("params.")
        if name != item.field and params is not None and params.is_bound and name in params.fields:
            params.add_error(name, item.detail)
        else:
            form.add_error(item.field if item.field in form.fields else None, item.detail)
    if not error.errors:
        form.add_error(None, error.detail)
