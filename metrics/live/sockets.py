"""The address of the live stream."""

from core.sockets.topics import route


def register() -> None:
    """Register it: each account follows itself."""
    route(
        "live-metrics",
        "api/v1/live-metrics/stream",
        topic="user",
        consumer="metrics.live.consumer.LiveConsumer",
    )
