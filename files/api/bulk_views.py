"""The endpoint for many files at once."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from core.api.parsers import StrictJSONParser
from core.api.views import ApiView
from core.errors import Invalid
from files.api.bulk_serializers import BulkIn, BulkOut, action_called, body_of, options_of, selection_of
from files.bulk.services import bulk_plan, bulk_run


class BulkAction(ApiView):
    """Does something with many files."""

    parser_classes: Any = (StrictJSONParser,)

    @extend_schema(request=BulkIn, responses={207: BulkOut, 200: BulkOut})
    def post(self, request: ApiRequest) -> Response:
        """Tag, untag, compress, delete or restore many files, chosen by ids or all that a search finds.

        All that can be done is done in one transaction, and every file has its outcome. With `dry_run` nothing is
        done, and the answer (200) says what would be. What a deletion took is had back, for ten minutes, by sending
        its `undo`.
        """
        form = BulkIn(data=request.data)
        form.is_valid(raise_exception=True)
        values = form.validated_data
        name, dry_run = values["action"], values["dry_run"]
        action = action_called(name)
        if "deleted_at" in values and name != "restore":
            raise Invalid.field("deleted_at", "Only a deletion can be meant by its moment.")
        asked: dict[str, Any] = {
            "action": action,
            "selection": selection_of(values),
            "actor": request.user,
            "options": options_of(action, values.get("options", {}), request.user),
        }
        bulk = bulk_plan(**asked) if dry_run else bulk_run(**asked, shown=values.get("shown", ""))
        return Response(body_of(name, action, bulk, dry_run=dry_run), status=200 if dry_run else 207)
