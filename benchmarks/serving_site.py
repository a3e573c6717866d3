"""The site that `benchmarks.serving` measures, and the servers that it is measured under.

`python -m benchmarks.serving_site SERVER` serves it on the inherited socket WEB_FD.
"""

import asyncio
import io
import os
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.urls import path

from core.handoff import Exchange, FileHandoff, Handoff

SERVERS = ("bridge", "a2wsgi", "asgi")
CONNECTIONS: dict[str, dict[str, Any]] = {
    "persistent": {"CONN_MAX_AGE": None},
    "checked": {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True},
    "pool": {"OPTIONS": {"pool": {"min_size": 2, "max_size": 24}}},
    "new": {"CONN_MAX_AGE": 0},
}


def configure() -> None:
    """Set Django up over the database of DATABASE_URL."""
    url = urlsplit(os.environ["DATABASE_URL"])
    host = parse_qs(url.query).get("host", [url.hostname or ""])[0]
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "USER": url.username or "",
        "PASSWORD": url.password or "",
        "HOST": host,
        "PORT": str(url.port or ""),
        **CONNECTIONS[os.environ.get("BENCH_CONNECTIONS", "persistent")],
    }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "rest_framework"],
        ROOT_URLCONF="benchmarks.serving_site",
        STATIC_URL="/static/",
        STATIC_ROOT=os.environ["BENCH_STATIC"],
        MIDDLEWARE=[
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.middleware.common.CommonMiddleware",
            "core.handoff.HandoffMiddleware",
        ],
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="only-for-benchmarks",
        USE_TZ=True,
        FILE_UPLOAD_HANDLERS=["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()


def small(request: HttpRequest) -> Any:
    """A small read: one query, a serializer, JSON."""
    return _small_view()(request)


def _small_view() -> Any:
    global _view
    if _view is None:
        from django.contrib.contenttypes.models import ContentType
        from rest_framework.generics import ListAPIView
        from rest_framework.serializers import ModelSerializer

        class Out(ModelSerializer[ContentType]):
            class Meta:
                model = ContentType
                fields = ["id", "app_label", "model"]

        class List(ListAPIView[ContentType]):
            queryset = ContentType.objects.order_by("pk")
            serializer_class = Out

        _view = List.as_view()
    return _view


_view: Any = None


def hello(request: HttpRequest) -> HttpResponse:
    """The least that Django can do."""
    return HttpResponse(b"hello")


class _Zeros(io.RawIOBase):
    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        size = min(len(buffer), self._left)
        buffer[:size] = bytes(size)
        self._left -= size
        return size


def download(request: HttpRequest, size: int) -> FileHandoff:
    """A file of `size` bytes."""
    return FileHandoff(lambda: io.BufferedReader(_Zeros(size)), size, "file", "", "v1", request)


def upload(request: HttpRequest) -> HttpResponse:
    """A multipart upload."""
    files: Any = request.FILES
    return HttpResponse(str(files["file"].size))


class Wait(Handoff):
    """Waits for what does not come."""

    async def stream(self, exchange: Exchange) -> None:
        """Wait for half a minute."""
        await exchange.wait(asyncio.Event().wait(), 30)
        await exchange.send_response(HttpResponse("nothing"))


class Repeat(Handoff):
    """Body in, body out."""

    async def stream(self, exchange: Exchange) -> None:
        """Read and write in turn."""
        await exchange.send_start()
        async for chunk in exchange.body():
            await exchange.send_body(chunk)


urlpatterns = [
    path("hello", hello),
    path("small", small),
    path("download/<int:size>", download),
    path("upload", upload),
    path("wait", Wait),
    path("api/v1/compression/stream", Repeat),
]


def main() -> None:
    """Serve."""
    configure()
    if sys.argv[1] == "migrate":
        call_command("migrate", verbosity=0)
    elif sys.argv[1] == "bridge":
        from config.serving.bridge import Bridge
        from config.serving.server import run_process

        bridge = Bridge()
        run_process(bridge, bridge)
    else:
        serve_otherwise(sys.argv[1])


def serve_otherwise(server: str) -> None:
    """Serve in one of the ways that the bridge is compared with."""
    import uvicorn

    from config.serving.server import listen

    if server == "a2wsgi":
        from a2wsgi import WSGIMiddleware
        from django.core.wsgi import get_wsgi_application

        django_wsgi: Any = get_wsgi_application()
        application: Any = WSGIMiddleware(django_wsgi)
    else:
        from django.core.asgi import get_asgi_application

        application = get_asgi_application()
    config = uvicorn.Config(application, http="httptools", loop="uvloop", lifespan="off", access_log=False)
    uvicorn.Server(config).run(sockets=[listen()])


if __name__ == "__main__":
    main()
