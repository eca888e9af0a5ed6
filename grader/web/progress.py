"""What is going on in an attempt, told while it runs. It is shown and forgotten: Redis holds it for an hour.

One Redis stream an attempt. An event is a JSON object with `event`: `queued`, `claimed`, `phase` (with `text`), `costs` (with
`points`, pairs of step and cost), or `end` (with the attempt's state), behind which nothing comes.
"""

from __future__ import annotations

import functools
import json
import logging
from typing import Any

import redis
from redis.exceptions import RedisError

LENGTH = 2000  # events kept of an attempt
FORGET_S = 3600
log = logging.getLogger(__name__)


def key_of(attempt: int) -> str:
    """Name an attempt's stream."""
    return f"grader:progress:{attempt}"


@functools.cache
def connect(url: str) -> redis.Redis:
    """Reach Redis, without waiting long for it, over connections that all threads share."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, decode_responses=True)


def tell(server: redis.Redis, attempt: int, event: str, **what: Any) -> None:
    """Add an event. Where Redis doesn't answer nobody sees it, and nothing else is lost."""
    try:
        pipe = server.pipeline(transaction=False)
        pipe.xadd(key_of(attempt), {"json": json.dumps({"event": event, **what}, allow_nan=False)}, maxlen=LENGTH)
        pipe.expire(key_of(attempt), FORGET_S)
        pipe.execute()
    except (RedisError, OSError, ValueError) as e:
        log.info("progress of attempt %s is not told: %s", attempt, e)
