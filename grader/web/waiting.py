"""Where a waiting attempt stands in the queue, and about when it will start. What can't be known is not guessed.

Attempts start in the queue's own order, each as soon as a slot is free; how long one takes is the median of the last ones of its
assignment. How many slots there are, the workers tell in Redis (grader/web/progress.py).
"""

from __future__ import annotations

import functools
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import F

from grader.web import devices, progress
from grader.web.models import Attempt, State
from grader.web.queue import MAX_RUNNING, in_order

RECENT = 20  # attempts of an assignment whose durations count
TICK_S = 2  # the queue is looked at once in this time, however many pages ask


@dataclass(frozen=True, slots=True)
class Place:
    """An attempt's place: 1 is the next; None where it is held back, or was claimed a moment ago."""

    place: int | None
    slots: int | None  # None: nobody knows, because Redis doesn't answer
    starts_in_s: float | None  # None: not known
    gpu_gone: datetime | bool = False  # no worker with the GPU that it needs is there: since when, True where that is not known
    is_held: bool = False  # the student has as many attempts running as may run at once


@dataclass(frozen=True, slots=True)
class Line:
    """A queue at one moment: the waiting attempts, the next first, and the time each is thought to take."""

    order: tuple[int, ...]
    needs_s: tuple[float | None, ...]
    running_s: tuple[float, ...]  # what the running ones are thought to need still


def place(attempt: Attempt, redis_url: str, now: datetime) -> Place:
    """Look up where a waiting attempt stands."""
    if attempt.version.gpu == "required" and not devices.has_workers(server := progress.connect(redis_url)):
        return Place(None, progress.slots(server), None, gpu_gone=devices.last_seen(server) or True)
    tick = int(now.timestamp() / TICK_S)
    line = _line(attempt.queue, tick)
    if attempt.pk not in line.order:
        line = _line.__wrapped__(attempt.queue, tick)  # it may have come since the tick began
    slots = progress.slots(progress.connect(redis_url))
    if attempt.pk not in line.order:
        running = Attempt.objects.filter(submission__user=attempt.submission.user_id, state=State.RUNNING,
                                         priority=0).count()
        return Place(None, slots, None, is_held=running >= MAX_RUNNING)
    at = line.order.index(attempt.pk)
    return Place(at + 1, slots, starts_in(line.needs_s[:at], line.running_s, slots or 0))


def starts_in(before_s: Iterable[float | None], running_s: Sequence[float], slots: int) -> float | None:
    """Work out when the next slot is free behind these attempts; None where a time is unknown or nobody works."""
    needed = list(before_s)
    if slots < 1 or None in needed:
        return None
    free = [*sorted(running_s)[:slots], *[0.0] * (slots - len(running_s))]
    heapq.heapify(free)
    for seconds in needed:
        heapq.heapreplace(free, free[0] + (seconds or 0.0))
    return free[0]


@functools.lru_cache(maxsize=4)
def _line(queue: str, tick: int) -> Line:
    """Look at a queue, once a tick."""
    order = tuple(w.pk for w in in_order([queue]))
    of = dict(Attempt.objects.filter(pk__in=order).values_list("pk", "submission__assignment_id"))
    running = Attempt.objects.filter(state=State.RUNNING, queue=queue).values_list("submission__assignment_id", "started_at")
    usual = {a: _usual_s(a) for a in {*of.values(), *(a for a, _ in running)}}
    left = tuple(max(1.0, (usual[a] or 0.0) - (tick * TICK_S - started.timestamp())) for a, started in running if started)
    return Line(order, tuple(usual[of[pk]] if pk in of else None for pk in order), left)


def _usual_s(assignment: int) -> float | None:
    """Return the median duration of an assignment's last attempts; None where there are none."""
    done = Attempt.objects.filter(submission__assignment_id=assignment, state=State.DONE, started_at__isnull=False)
    spans = done.annotate(span=F("finished_at") - F("started_at")).order_by("-finished_at").values_list("span", flat=True)
    return median(s.total_seconds() for s in found) if (found := spans[:RECENT]) else None
