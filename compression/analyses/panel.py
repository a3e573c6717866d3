"""The panel of a file's page: what its content is made of."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from compression.analyses import selectors
from compression.engine.analysed import ANALYSIS_VERSION
from core.access import Role

if TYPE_CHECKING:
    from files.models import File


def context(file: "File", user: Any) -> dict[str, Any]:
    """Return what is known of the content of `file`, and whether `user` may have it looked at; see `files.panels`."""
    known = selectors.analyses(user).filter(content_sha256=file.sha256, version=ANALYSIS_VERSION)
    return {
        "analysis": known.defer("report").first(),
        "may_analyse": Role(user.role).includes(Role.USER),
        "recommend_url": f"{reverse('compression:recommend')}?file={file.pk}",
        "is_container": file.name.endswith(".dcz"),
    }
