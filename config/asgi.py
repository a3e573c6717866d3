"""The ASGI application: Django for HTTP, Channels for WebSockets."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from config.serving.application import Application  # noqa: E402
from config.serving.bridge import Bridge  # noqa: E402
from core.sockets.routing import application as sockets  # noqa: E402

bridge = Bridge()
application = Application(http=bridge, websocket=sockets())
