"""How the service is: what its page for staff and its metrics say. Counted in the database, and told by workers in Redis."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

import redis
from django.db.models import Count, Min, Q

from grader.web import progress
from grader.web.models import LIVE, Attempt, Entry, Incident, State

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOST = 5000  # attempts of the last hour that are looked at one by one
QUEUES = ("cpu", "gpu")


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: half of the time no longer than this, and nineteen times out of twenty."""

    count: int
    half_s: float | None
    most_s: float | None

    @classmethod
    def of(cls, seconds: list[float]) -> Spread:
        """Sum up."""
        if len(seconds) < 2:
            return cls(len(seconds), *(seconds * 2 or (None, None)))
        cut = quantiles(seconds, n=20, method="inclusive")
        return cls(len(seconds), cut[9], cut[18])


@dataclass(frozen=True, slots=True)
class Health:
    """How the service is at one moment."""

    now: datetime
    waiting: dict[str, int]  # by queue
    running: dict[str, int]
    longest_wait_s: dict[str, float]
    waits: Spread  # of the attempts that began in the last hour
    runs: Spread  # of those that ended in the last hour
    done: int  # in the last day
    broken: int
    lost: int  # leases that ran out
    slots: int | None  # None: Redis doesn't answer
    workers: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)


def look(now: datetime, server: redis.Redis) -> Health:
    """Look at everything, in a fixed number of queries."""
    of = dict.fromkeys(QUEUES, 0)
    live = Attempt.objects.filter(state__in=LIVE).values_list("queue", "state").annotate(n=Count("pk")).order_by()
    counts = {(queue, state): n for queue, state, n in live}
    began = Attempt.objects.filter(started_at__gt=now - HOUR).values_list("created_at", "started_at")[:MOST]
    ended = Attempt.objects.filter(finished_at__gt=now - HOUR, started_at__isnull=False, state=State.DONE)
    day = Attempt.objects.filter(finished_at__gt=now - DAY).aggregate(
        done=Count("pk", filter=Q(state=State.DONE)), broken=Count("pk", filter=Q(state=State.BROKEN)))
    return Health(
        now, of | {q: n for (q, s), n in counts.items() if s == State.QUEUED},
        of | {q: n for (q, s), n in counts.items() if s == State.RUNNING}, waiting_s(now),
        Spread.of([(b - a).total_seconds() for a, b in began if b]),
        Spread.of([(b - a).total_seconds() for a, b in ended.values_list("started_at", "finished_at")[:MOST] if a and b]),
        day["done"], day["broken"], Entry.objects.filter(action="attempt.lost", at__gt=now - DAY).count(),
        progress.slots(server), progress.workers(server), list(Incident.objects.order_by("-began_at", "-pk")[:10]))


def waiting_s(now: datetime) -> dict[str, float]:
    """Say how long the oldest submission of each queue has waited; regrades may wait as long as they like."""
    found = Attempt.objects.filter(state=State.QUEUED, priority=0).values_list("queue").annotate(Min("created_at")).order_by()
    return {queue: max(0.0, (now - first).total_seconds()) for queue, first in found}
