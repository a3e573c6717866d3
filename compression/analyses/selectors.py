"""Reads of analyses."""

import json
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.utils.encoders import JSONEncoder

from compression.analyses.models import Analysis
from compression.api.analysis_serializers import AnalysisOut
from compression.engine.analysed import ANALYSIS_VERSION

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File


def analyses(user: "User") -> QuerySet[Analysis]:
    """Return the analyses that `user` may see, with their files, in one query."""
    found: QuerySet[Analysis] = Analysis.objects.visible_to(user)
    return found.select_related("file")


def analysis_of(owner: "User", file: "File") -> Analysis | None:
    """Return what is known of the content of a file already."""
    found: QuerySet[Analysis] = Analysis.objects.filter(owner=owner)
    return found.select_related("file").filter(content_sha256=file.sha256, version=ANALYSIS_VERSION).first()


def analysis_body(analysis: Analysis) -> dict[str, Any]:
    """Return an analysis in the shape of the API, as plain JSON."""
    body: dict[str, Any] = json.loads(json.dumps(AnalysisOut(analysis).data, cls=JSONEncoder))
    return body
