"""`python -m config.serving`: one web process."""

from django.urls import get_resolver

from config.asgi import application, bridge
from config.serving.server import run_process

if __name__ == "__main__":
    _ = get_resolver().url_patterns  # code that cannot be loaded ends the process now, not each request later
    run_process(application, bridge)
