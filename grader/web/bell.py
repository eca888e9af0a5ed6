"""Waking a worker. A bell that is lost costs seconds, never an attempt: the sweeper rings for every row that waits."""

from __future__ import annotations

import functools
import logging

from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

TASK, REGRADES = "grade", "regrade"  # worker/app.py has them; the second has a queue of its own name
PROVE = "prove"
log = logging.getLogger(__name__)


def broker_url(redis_url: str) -> str:
    """Write Redis's address as Celery wants it."""
    return redis_url.replace("unix://", "redis+socket://", 1)


@functools.cache
def bells() -> Celery:
    """Make the sender of messages."""
    app = Celery("grader", broker=broker_url(settings.GRADER.redis_url), set_as_current=False)
    app.conf.update(broker_transport_options={"socket_connect_timeout": 1, "socket_timeout": 2}, task_ignore_result=True,
                    task_publish_retry=False, broker_connection_retry=False)
    return app


def ring(queue: str, task: str = TASK) -> bool:
    """Wake one worker of a queue; False where Redis doesn't answer."""
    try:
        bells().send_task(task, queue=queue)
    except (OperationalError, RedisError, OSError) as e:
        log.warning("no bell for queue %s: %s; the sweeper will ring", queue, e)
        return False
    return True


def ring_for_regrades() -> bool:
    """Wake a worker for what regrades have to do; False where Redis doesn't answer."""
    return ring(REGRADES, REGRADES)
