"""`python -m config.serving`: one web process."""

from config.asgi import application, bridge
from config.serving.server import run_process

if __name__ == "__main__":
    run_process(application, bridge)
