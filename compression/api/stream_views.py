"""The endpoint of streams."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.http import ApiRequest
from compression.streaming import query
from compression.streaming.handoff import StreamHandoff
from core.api.parsers import NoParser
from core.api.views import ApiView
from core.errors import UnsupportedMedia

RAW = (200, "application/octet-stream")


class Stream(ApiView):
    """Raw body in, raw body out."""

    keeps_answers = False
    any_accept = True  # the answer has the one type it has
    parser_classes: Any = (NoParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a form: a codec has no use for its wrapping."""
        if request.content_type.startswith("multipart/"):
            raise UnsupportedMedia("Send the bytes themselves as the body, not a form.")
        super().initial(request, *args, **kwargs)

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            query.StreamIn,
            OpenApiParameter(
                "parameter",
                {"type": "object", "additionalProperties": {"type": "string"}},
                description="Every parameter of the algorithm, by its name: `window_log=20`, `checksum=false`.",
            ),
        ],
        responses={
            RAW: OpenApiTypes.BINARY,
            422: OpenApiResponse(
                description="A parameter cannot be, or the stream is corrupt from its start."
            ),
            429: OpenApiResponse(description="Too many of your streams are open."),
            503: OpenApiResponse(description="All places for streams are taken."),
        },
    )
    def post(self, request: ApiRequest) -> StreamHandoff:
        """Compress or decompress the body while it arrives; nothing is stored.

        Read the answer while you send: neither side runs ahead of the other by more than some buffers. Who cannot asks
        for `hold=true`: then the answer begins when all of the body has come. Without it the answer
        begins with the first output, so a stream that is corrupt from its start gets a problem document. What fails
        later ends the connection before the answer is complete. `X-Outcome` names the row that says how it went.
        """
        asked = query.parse(request._request.GET)
        plan = asked.plan(asked.algorithm, request.user) if asked.algorithm else None
        return StreamHandoff(request._request, request.user, asked, plan)
