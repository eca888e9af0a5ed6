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
SLOTS = "grader:slots:"
WORKERS = "grader:worker:"
log = logging.getLogger(__name__)


def key_of(attempt: int) -> str:
    """Name an attempt's stream."""
    return f"grader:progress:{attempt}"


@functools.cache
def connect(url: str) -> redis.Redis:
    """Reach Redis, without waiting long for it, over connections that all threads share."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, decode_responses=True)


def tell(server: redis.Redis, attempt: int, event: str, **what: Any) -> bool:
    """Add an event. Where Redis doesn't answer it is False: nobody sees it, and nothing else is lost."""
    try:
        pipe = server.pipeline(transaction=False)
        pipe.xadd(key_of(attempt), {"json": json.dumps({"event": event, **what}, allow_nan=False)}, maxlen=LENGTH)
        pipe.expire(key_of(attempt), FORGET_S)
        pipe.execute()
    except (RedisError, OSError, ValueError) as e:
        log.info("progress of attempt %s is not told: %s", attempt, e)
        return False
    return True


def be_present(server: redis.Redis, worker: str, slots: int, for_s: int) -> None:
    """Say that a worker is there and how many attempts it runs at once."""
    try:
        server.set(f"{SLOTS}{worker}", slots, ex=for_s)
    except (RedisError, OSError) as e:
        log.info("worker %s is there, but Redis doesn't answer: %s", worker, e)


def say_how(server: redis.Redis, worker: str, facts: dict[str, Any], for_s: int) -> None:
    """Say how a worker and its boxes are, for the staff's page."""
    try:
        server.set(f"{WORKERS}{worker}", json.dumps(facts), ex=for_s)
    except (RedisError, OSError) as e:
        log.info("worker %s does not say how it is, Redis doesn't answer: %s", worker, e)


def workers(server: redis.Redis) -> list[dict[str, Any]]:
    """List what workers said of themselves lately; empty where Redis doesn't answer."""
    try:
        names = sorted(server.scan_iter(f"{WORKERS}*", count=1000))
        told = server.mget(names) if names else []
    except (RedisError, OSError):
        return []
    return [{"name": n.removeprefix(WORKERS), **json.loads(t)} for n, t in zip(names, told, strict=True) if t]


def be_gone(server: redis.Redis, worker: str) -> None:
    """Say that a worker has ended."""
    try:
        server.delete(f"{SLOTS}{worker}", f"{WORKERS}{worker}")
    except (RedisError, OSError) as e:
        log.info("worker %s has ended, but Redis doesn't answer: %s", worker, e)


def slots(server: redis.Redis) -> int | None:
    """Count how many attempts all workers together run at once; None where Redis doesn't answer."""
    try:
        names = list(server.scan_iter(f"{SLOTS}*", count=1000))
        return sum(int(n) for n in server.mget(names) if n) if names else 0
    except (RedisError, OSError):
        return None
