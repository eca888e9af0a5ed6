"""Which queue an attempt waits in: that of the workers with a GPU, or that of all others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import redis
from redis.exceptions import RedisError

from grader.web import progress
from grader.web.models import Attempt, State

SEEN = "grader:gpu:seen"  # when a worker with a GPU last said that it is there
CPU, GPU = "cpu", "gpu"


def queue_for(gpu: str, server: redis.Redis) -> str:
    """Choose a queue by what the spec says of GPUs; one that is only preferred is waited for where a worker has one."""
    is_there = gpu == "preferred" and has_workers(server)
    return GPU if gpu == "required" or is_there else CPU


def has_workers(server: redis.Redis) -> bool:
    """Say whether a worker with a GPU that is well said lately that it is there."""
    return any(GPU in w.get("queues", []) and any(not d["aside"] for d in w.get("devices", [])) for w in progress.workers(server))


def be_seen(server: redis.Redis, now: datetime) -> None:
    """Say that a worker with a GPU is there; where Redis doesn't answer nobody is told."""
    try:
        server.set(SEEN, now.timestamp())
    except (RedisError, OSError):
        return


def last_seen(server: redis.Redis) -> datetime | None:
    """Say since when no worker with a GPU is there; None where there never was one, or nobody knows."""
    try:
        told = server.get(SEEN)
    except (RedisError, OSError):
        return None
    return datetime.fromtimestamp(float(str(told)), UTC) if told else None


def fall_back(now: datetime, wait_s: int) -> int:
    """Let attempts that only prefer a GPU and waited so long run without; returns how many.

    Each is moved by compare-and-set: one that a worker claims meanwhile stays as it is.
    """
    late = Attempt.objects.filter(state=State.QUEUED, queue=GPU, version__gpu="preferred",
                                  created_at__lt=now - timedelta(seconds=wait_s)).values_list("pk", flat=True)
    return sum(Attempt.objects.filter(pk=pk, state=State.QUEUED, queue=GPU).update(queue=CPU) for pk in list(late))
