"""“Copy as” for programs: the snippets of a page."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from core.snippets import LANGUAGES, Snippet


class SnippetOut(serializers.Serializer[Any]):
    """How a program does it: runs as it is where `$TOKEN` is a token of the account."""

    language = serializers.ChoiceField(
        choices=list(LANGUAGES.values()),
        help_text=(
            "curl: a POSIX shell; curl_stream: the same within a pipe; python: its standard library; command_line: a "
            "shell with `dynacomp`."
        ),
    )
    code = serializers.CharField()


def snippets_answer(found: Iterable[Snippet]) -> Response:
    """Answer with the snippets."""
    return Response([{"language": LANGUAGES[name], "code": code} for name, code in found])
