"""Whether anybody listens yet: what is told before that is lost, and what acts before that proves nothing."""

import django_rq

from core.events import group_of, layer
from tests.core.crew import until


def await_listener(topic: str, object_id: object) -> None:
    """Return as soon as a process listens to the news of an object."""
    channel = layer().redis_channel(group_of(topic, object_id))
    redis = django_rq.get_connection("cpu")
    until(lambda: redis.pubsub_numsub(channel)[0][1])
