"""The sweeper: puts lost workers' attempts back, rings for all that waits, sends mail, keeps in order what is kept twice."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime
from importlib import import_module
from itertools import count

import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count
from prometheus_client.core import Metric
from redis.exceptions import RedisError

from grader.errors import Broken
from grader.log import about
from grader.settings import Settings
from grader.web import (
    alerts,
    audit,
    bell,
    counted,
    devices,
    leftovers,
    likenesses,
    outcomes,
    progress,
    proofs,
    queue,
    retention,
    specs,
    statistics,
    watching,
    work,
)
from grader.web.models import Assignment, Attempt, Course, State
from grader.web.regrades import claims, notices
from worker.grading import alert, show_life
from worker.metrics import Metrics, of_queues
from worker.posting import deliver

ROUND_S = 10.0
JUMP_S = 5.0  # by which a clock must be ahead of the one that can't be set, to have jumped
HOUR = 360  # rounds
log = logging.getLogger(__name__)


def sweep(now: datetime, server: redis.Redis, metrics: Metrics, gpu_wait_s: int = 300) -> tuple[int, int]:
    """Do one round; returns how many attempts are broken for good now, and how many bells were rung."""
    claims.expire(now)
    lost = queue.expire(now)
    for row in lost:
        metrics.lost.inc()
        course = row.submission.assignment.course
        audit.record(None, "attempt.lost", course=course, about=f"attempt {row.pk}", reason=row.because)
    broken = [row for row in lost if row.state == State.BROKEN]
    for row in broken:
        metrics.broken.inc()
        with about(row.pk):
            alert(row, row.because)
        progress.tell(server, row.pk, "end", state=State.BROKEN)
    metrics.sweeps.inc()
    devices.fall_back(now, gpu_wait_s)
    outcomes.catch_up()
    proofs.expire(now)
    let_go(now)
    return len(broken), (ring_for_waiting(server) + ring_for_regrades(server) + ring_for_proofs(server)
                         + ring_for_comparing(server, now))


def let_go(now: datetime) -> None:
    """Remove content that nothing names any more; a store that is away gets another round."""
    try:
        leftovers.clear(now)
    except Broken as e:
        log.warning("what is let go of stays for now: %s", e)


def queues(server: redis.Redis) -> list[Metric]:
    """Look the queues up for the monitor; nothing where the database doesn't answer."""
    try:
        found = watching.look(specs.now(), server)
    except (OperationalError, InterfaceError):
        return []
    finally:
        connection.close()
    return of_queues(found.waiting, found.running, found.longest_wait_s, found.slots)


def ring_for_waiting(server: redis.Redis) -> int:
    """Ring once for every waiting attempt that has no bell; returns how often."""
    rung = 0
    for name, waiting in Attempt.objects.filter(state=State.QUEUED).values_list("queue").annotate(Count("pk")).order_by():
        try:
            bells = int(server.llen(name))
        except (RedisError, OSError) as e:
            log.warning("Redis doesn't answer: %s", e)
            return rung
        rung += sum(bell.ring(name) for _ in range(waiting - bells))
    return rung


def ring_for_regrades(server: redis.Redis) -> int:
    """Ring once where regrades or what is told of them wait and no bell does; returns how often."""
    if not (claims.has_work() or notices.to_settle()):
        return 0
    try:
        has_bell = bool(server.llen(bell.REGRADES))
    except (RedisError, OSError) as e:
        log.warning("Redis doesn't answer: %s", e)
        return 0
    return 0 if has_bell else int(bell.ring_for_regrades())


def ring_for_comparing(server: redis.Redis, now: datetime) -> int:
    """Ring once where submissions are to be compared and no bell rings anyway; returns how often."""
    try:
        return int(bool(likenesses.due(now)) and not server.llen("cpu") and bell.ring("cpu"))
    except (RedisError, OSError):
        return 0


def look_after_courses() -> None:
    """Count anew what counts, look for checks that seem wrong, and complete the list of work."""
    work.catch_up()
    for course in Course.objects.all():
        counted.audit(course)
        retention.forget(course, specs.now())
    for assignment in Assignment.objects.select_related("course"):
        statistics.look_out(assignment)


def ring_for_proofs(server: redis.Redis) -> int:
    """Ring once for every queue in which a proof waits with no bell; returns how often."""
    try:
        silent = [name for name in {proofs.queue_name(q) for q in proofs.waiting()} if not server.llen(name)]
    except (RedisError, OSError) as e:
        log.warning("Redis doesn't answer: %s", e)
        return 0
    return sum(bell.ring(name, bell.PROVE) for name in silent)


class Clock:
    """The clock on the wall, watched from one round to the next: where it jumps ahead, leases seem to have run out."""

    def __init__(self) -> None:
        self.before = specs.now(), time.monotonic()

    def jumped_s(self, now: datetime) -> float:
        """Say by how many seconds the clock went ahead of the time that really passed since it was asked before."""
        (wall, real), self.before = self.before, (now, time.monotonic())
        return (now - wall).total_seconds() - (self.before[1] - real)


def clear_sessions() -> None:
    """Remove sessions that nobody can use any more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def run(stopped: threading.Event, service: Settings) -> None:
    """Sweep until told to stop; a round that fails is followed by the next."""
    threading.Thread(target=deliver, args=(stopped,), name="post", daemon=True).start()
    server, metrics, clock = progress.connect(service.redis_url), Metrics(), Clock()
    metrics.watch(lambda: queues(server))
    metrics.serve(service.metrics)
    for number in count():
        try:
            if (ahead_s := clock.jumped_s(specs.now())) > JUMP_S:
                log.warning("the clock jumped %g s ahead; %d leases begin anew", ahead_s, queue.prolong_all(specs.now()))
            if number % HOUR == 0:
                clear_sessions()
                look_after_courses()
            broken, rung = sweep(specs.now(), server, metrics, service.gpu_wait_s)
            alerts.look(specs.now(), service)
            show_life(service)
            if broken or rung:
                log.info("swept: %d broken, %d bells", broken, rung)
        except (OperationalError, InterfaceError) as e:
            log.warning("no sweep: the database doesn't answer: %s", e)
        finally:
            connection.close()
        if stopped.wait(ROUND_S):
            return
