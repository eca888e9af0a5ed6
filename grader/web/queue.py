"""The queue: how an attempt's row changes from waiting to graded. The row is the truth; messages only wake a worker.

Theory of operation
-------------------
A worker claims a row by compare-and-set: the update names the state it expects, so of any number of claimants one gets it,
and ten deliveries of one message are one grading. A claim counts up `tries` and sets a lease, which the worker renews while it
grades. Whatever a worker writes afterwards names the `tries` it got: a worker whose lease ran out, and whose row another
has claimed meanwhile, writes nothing. A sweeper puts rows with an expired lease back; after three claims the
attempt is broken, which is our fault and uses up nobody's attempt.

The message is no more than a bell, so a claim doesn't take the row that rang but the fairest one: submissions before
regrades; then by how many of the same student's attempts stand or run before it, so that a flood of one student delays
another by at most one attempt; then who was served longest ago. A student has at most two attempts running, regrades not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from grader.report import Report
from grader.web import outcomes, reports, work
from grader.web.models import Attempt, State

LEASE_S = 30
RENEW_S = 8
MAX_TRIES = 3
MAX_RUNNING = 2  # of one student
MAX_WAITING = 5  # of one student


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the queue, as far as its order goes."""

    pk: int
    user: int
    priority: int
    created_at: datetime


def claim(queues: Collection[str], worker: str, now: datetime, *, regrades: bool = True) -> Attempt | None:
    """Take the fairest waiting attempt of these queues, without `regrades` a submission; None where nothing may run."""
    for waiting in in_order(queues, regrades=regrades):
        taken = Attempt.objects.filter(pk=waiting.pk, state=State.QUEUED).update(
            state=State.RUNNING, tries=F("tries") + 1, worker=worker, started_at=now, lease_until=_lease(now))
        if taken:
            return Attempt.objects.select_related("submission", "version").get(pk=waiting.pk)
    return None


def renew(attempt: Attempt, now: datetime) -> bool:
    """Prolong a lease; False where the attempt is no longer this worker's."""
    return bool(_mine(attempt).update(lease_until=_lease(now)))


def finish(attempt: Attempt, now: datetime, found: Mapping[str, Any], report: Report | None = None) -> bool:
    """Write a report, once, with all that rests on it; False where the attempt is no longer this worker's.

    Then nothing is written. The report itself is read from the store where it is not given.
    """
    report = report or (reports.read(found["report"]) if found.get("report") else None)
    with transaction.atomic():
        is_mine = bool(_mine(attempt).update(state=State.DONE, finished_at=now, lease_until=None, **found))
        if is_mine and report is not None:
            outcomes.write(attempt.pk, report)
    return is_mine


def give_back(attempt: Attempt, because: str, now: datetime) -> bool:
    """Put an attempt back that could not be graded through our fault; after MAX_TRIES it is broken."""
    return _put_back(_mine(attempt), attempt, because, now)


def hand_back(attempt: Attempt, because: str) -> bool:
    """Put an attempt back as if it had never been claimed, for what could not be helped: its tries are not used up.

    The fence holds: whoever held this claim gives it up here, and every other claim has another number.
    """
    return bool(_mine(attempt).update(state=State.QUEUED, tries=F("tries") - 1, lease_until=None, worker="", because=because))


def expire(now: datetime) -> list[Attempt]:
    """Put back every attempt whose lease has run out; returns them, those that are broken now among them.

    A lease that ends later than one given now was given by a clock that has been put back since; it is cut to a whole one.
    """
    Attempt.objects.filter(state=State.RUNNING, lease_until__gt=_lease(now)).update(lease_until=_lease(now))
    late = list(Attempt.objects.filter(state=State.RUNNING, lease_until__lt=now).select_related("submission__assignment__course"))
    lost = []
    for attempt in late:
        rows = Attempt.objects.filter(pk=attempt.pk, state=State.RUNNING, tries=attempt.tries, lease_until__lt=now)
        if _put_back(rows, attempt, f"worker {attempt.worker} was lost", now):
            attempt.refresh_from_db(fields=["state", "because"])
            lost.append(attempt)
    return lost


def prolong_all(now: datetime) -> int:
    """Give every running attempt a whole lease from now on, for the clock has jumped; count them."""
    return Attempt.objects.filter(state=State.RUNNING).update(lease_until=_lease(now))


def cancel(attempt: Attempt, now: datetime) -> bool:
    """Take a waiting attempt out of the queue; False where it is no longer waiting."""
    return bool(Attempt.objects.filter(pk=attempt.pk, state=State.QUEUED).update(state=State.CANCELLED, finished_at=now))


def in_order(queues: Collection[str], *, regrades: bool = True) -> list[Waiting]:
    """List the attempts that may be claimed, the next one first; what is graded again takes no student's turn."""
    found = Attempt.objects.filter(state=State.QUEUED, queue__in=queues)
    rows = (found if regrades else found.filter(priority=0)).values_list(
        "pk", "submission__user_id", "priority", "created_at")
    waiting = [Waiting(*row) for row in rows.order_by("created_at", "pk")]
    users = {w.user for w in waiting}
    running = Counter(Attempt.objects.filter(state=State.RUNNING, priority=0, submission__user__in=users)
                      .values_list("submission__user_id", flat=True))
    served = dict(Attempt.objects.filter(submission__user__in=users, priority=0, started_at__isnull=False)
                  .values_list("submission__user_id").annotate(Max("started_at")))
    return fairest(waiting, running, served)


def fairest(waiting: Sequence[Waiting], running: Mapping[int, int], served: Mapping[int, datetime]) -> list[Waiting]:
    """Order waiting attempts, given in the order they came; leaves out those of students with MAX_RUNNING running."""
    before = Counter(running)
    ranked: list[tuple[tuple[int, int, bool, Any, int], Waiting]] = []
    for place, w in enumerate(sorted(waiting, key=lambda w: w.priority)):
        if running.get(w.user, 0) < MAX_RUNNING:
            ranked.append(((w.priority, before[w.user], w.user in served, served.get(w.user, w.created_at), place), w))
        before[w.user] += 1
    return [w for _, w in sorted(ranked, key=lambda r: r[0])]


def _put_back(rows: Any, attempt: Attempt, because: str, now: datetime) -> bool:
    if attempt.tries < MAX_TRIES:
        return bool(rows.update(state=State.QUEUED, lease_until=None, worker="", because=because))
    with transaction.atomic():
        is_broken = bool(rows.update(state=State.BROKEN, status="broken", lease_until=None, because=because, finished_at=now))
        if is_broken:
            work.offer(Attempt.objects.select_related("submission__assignment__course", "submission__user").get(pk=attempt.pk))
    return is_broken


def _mine(attempt: Attempt) -> Any:
    return Attempt.objects.filter(pk=attempt.pk, state=State.RUNNING, tries=attempt.tries)


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_S)
