"""The work of regrades: how an attempt of one changes from waiting to graded.

Theory of operation. As in grader/web/queue.py the rows are the truth and messages only wake a worker. What is judged from
evidence takes milliseconds, so a worker claims a handful at once, by compare-and-set and under one lease, and writes what it
found in one transaction; whatever it writes names its claim, so that a worker whose lease ran out writes nothing. What a lost
worker had is put back, and is claimed one by one from then on, so that an attempt that kills workers takes no others with
it. After three claims an attempt is broken, which is our fault. What must be run goes through the queue of attempts, behind
every student's submission, a few at a time; its item waits for the attempt's end.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet

from grader.report import Report
from grader.web import intake, outcomes, reports
from grader.web.models import LIVE, Attempt, Regrade, RegradeItem, State, Way

ItemState, Choice = RegradeItem.State, Regrade.Choice
LEASE_S = 60
RENEW_S = 15
MAX_TRIES = 3
CHUNK = 20  # attempts of one claim
FEED = 12  # attempts of regrades in the queue at once
BY_REPORT = (Choice.FAILING, Choice.NEAR)  # these choose by what an attempt's report says


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of an item: its new state, what to write into it, and the new attempt where there is one to make."""

    state: str
    told: Mapping[str, Any] = field(default_factory=dict)
    attempt: Mapping[str, Any] | None = None
    report: Report | None = None  # of the new attempt; its pictures and output may be left out

    @classmethod
    def fault(cls, item: RegradeItem, because: str) -> Finding:
        """Put an item back after a fault of ours; after MAX_TRIES it is broken."""
        return cls(ItemState.BROKEN if item.tries >= MAX_TRIES else ItemState.WAITING, {"because": because})


def is_wanted(regrade: Regrade, report: Report) -> bool:
    """Tell whether an attempt with this report is of the kind that a regrade asked for."""
    match regrade.choice:
        case Choice.FAILING:
            return any(c.name == regrade.check_name for c in report.failed if c.verdict == "failed")
        case Choice.NEAR:
            return any(name == regrade.check_name or not regrade.check_name for name in report.near)
    return True


def claim(worker: str, now: datetime) -> list[RegradeItem]:
    """Take some items that are judged from evidence; empty where none waits."""
    waiting = _waiting(Way.JUDGE).order_by("tries", "id").values_list("pk", "tries")[:CHUNK]
    fresh, again = [pk for pk, tries in waiting if not tries], [pk for pk, tries in waiting if tries]
    mine = f"{worker}/{secrets.token_hex(4)}"
    RegradeItem.objects.filter(pk__in=fresh or again[:1], state=ItemState.WAITING).update(
        state=ItemState.RUNNING, tries=F("tries") + 1, worker=mine, lease_until=_lease(now))
    return list(_of(mine).select_related("old__submission__assignment__course", "old__submission__user",
                                         "regrade__version").order_by("id"))


def renew(items: Sequence[RegradeItem], now: datetime) -> bool:
    """Prolong the lease of a claim; False where nothing of it is this worker's."""
    return bool(_of(items[0].worker).update(lease_until=_lease(now)))


def finish(found: Sequence[tuple[RegradeItem, Finding]], now: datetime) -> int:
    """Write what became of the items of one claim, all at once; returns how many were still this worker's."""
    with transaction.atomic():
        mine = set(_of(found[0][0].worker).select_for_update().order_by().values_list("pk", flat=True))
        held = [(item, f) for item, f in found if item.pk in mine]
        made = _made([(item, f.attempt) for item, f in held if f.attempt is not None], now)
        outcomes.write_all([(made[item.pk], f.report) for item, f in held if item.pk in made and f.report is not None])
        for item, f in held:
            RegradeItem.objects.filter(pk=item.pk).update(
                state=f.state, lease_until=None, worker="", **f.told, **({"new": made[item.pk]} if item.pk in made else {}))
        close({item.regrade_id for item, _ in held}, now)
    return len(held)


def settle(item: RegradeItem, found: Finding, now: datetime) -> None:
    """Write what became of an item whose attempt was run."""
    with transaction.atomic():
        RegradeItem.objects.filter(pk=item.pk, state=ItemState.RUNNING).update(state=found.state, **found.told)
        close([item.regrade_id], now)


def close(regrades: Collection[int], now: datetime) -> None:
    """Call those regrades ready of which nothing is left to do."""
    busy = RegradeItem.objects.filter(regrade__in=regrades, state__in=(ItemState.WAITING, ItemState.RUNNING)).order_by()
    Regrade.objects.filter(pk__in=regrades, state=Regrade.State.RUNNING).exclude(
        pk__in=busy.values("regrade")).update(state=Regrade.State.READY, finished_at=now)


def expire(now: datetime) -> int:
    """Put back what lost workers had; returns how many items."""
    late = RegradeItem.objects.filter(state=ItemState.RUNNING, lease_until__lt=now).order_by()
    with transaction.atomic():
        over = set(late.filter(tries__gte=MAX_TRIES).values_list("regrade", flat=True))
        count = late.filter(tries__gte=MAX_TRIES).update(
            state=ItemState.BROKEN, lease_until=None, because="the workers that judged it were lost")
        count += late.update(state=ItemState.WAITING, lease_until=None, because="its worker was lost")
        close(over, now)
    return count


def unsettled() -> QuerySet[RegradeItem]:
    """Select the items whose attempts were run and are over."""
    return RegradeItem.objects.filter(state=ItemState.RUNNING, way=Way.RUN).exclude(new__state__in=LIVE).exclude(
        new=None).order_by("id")


def feed(now: datetime) -> int:
    """Put attempts that must be run into the queue, as many as may wait there at once; returns how many."""
    live = RegradeItem.objects.filter(state=ItemState.RUNNING, way=Way.RUN, new__state__in=LIVE).count()
    waiting = _waiting(Way.RUN).select_related("regrade__version", "old__submission").order_by("id")
    return sum(_queued(item, now) for item in waiting[:max(0, FEED - live)])


def has_work() -> bool:
    """Whether there is something for a worker to do, as far as it can be done now."""
    if _waiting(Way.JUDGE).exists() or unsettled().exists():
        return True
    return _waiting(Way.RUN).exists() and not RegradeItem.objects.filter(
        state=ItemState.RUNNING, way=Way.RUN, new__state__in=LIVE).exists()


def _queued(item: RegradeItem, now: datetime) -> bool:
    """Make the attempt that runs an item, unless the item turns out not to be wanted or another process was faster."""
    if item.regrade.choice in BY_REPORT and not is_wanted(item.regrade, reports.stored(item.old)):
        with transaction.atomic():
            RegradeItem.objects.filter(pk=item.pk, state=ItemState.WAITING).update(state=ItemState.LEFT_OUT)
            close([item.regrade_id], now)
        return True
    version = item.regrade.version
    with transaction.atomic():
        if not RegradeItem.objects.filter(pk=item.pk, state=ItemState.WAITING).update(state=ItemState.RUNNING):
            return False
        submission = item.old.submission
        made = Attempt.objects.create(
            submission=submission, number=_numbers([submission.pk])[submission.pk] + 1, version=version, counts=False,
            priority=1, seed=item.old.seed, queue="gpu" if version.gpu == "required" else "cpu", created_at=now)
        RegradeItem.objects.filter(pk=item.pk).update(new=made)
        transaction.on_commit(lambda: intake.announce(made))
    return True


def _made(wanted: Sequence[tuple[RegradeItem, Mapping[str, Any]]], now: datetime) -> dict[int, Attempt]:
    """Write the new attempts, graded already; they don't count."""
    last, rows = _numbers([item.old.submission_id for item, _ in wanted]), {}
    for item, what in wanted:
        last[item.old.submission_id] += 1
        rows[item.pk] = Attempt(
            submission=item.old.submission, number=last[item.old.submission_id], version=item.regrade.version,
            state=State.DONE, counts=False, queue=item.old.queue, priority=1, seed=item.old.seed, created_at=now,
            finished_at=now, **what)
    Attempt.objects.bulk_create(rows.values())
    return rows


def _numbers(submissions: Collection[int]) -> dict[int, int]:
    """Look up the number of each submission's last attempt."""
    return dict(Attempt.objects.filter(submission__in=submissions).order_by().values_list("submission").annotate(Max("number")))


def _waiting(way: str) -> QuerySet[RegradeItem]:
    return RegradeItem.objects.filter(state=ItemState.WAITING, way=way, regrade__state=Regrade.State.RUNNING)


def _of(claim: str) -> QuerySet[RegradeItem]:
    return RegradeItem.objects.filter(worker=claim, state=ItemState.RUNNING)


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_S)
