"""How to use a token by program."""

from django.http import HttpRequest
from django.urls import reverse


def of_token(request: HttpRequest, secret: str) -> list[tuple[str, str]]:
    """Return the secret and calls with it, each with the name of its tab."""
    address = request.build_absolute_uri(reverse("api:auth:profile"))
    python = f"""import json
import urllib.request

request = urllib.request.Request(
    "{address}",
    headers={{"Authorization": "Bearer {secret}"}},
)
print(json.load(urllib.request.urlopen(request)))"""
    return [
        ("Token", secret),
        ("curl", f'curl -H "Authorization: Bearer {secret}" {address}'),
        ("Python", python),
    ]
