"""How long a course keeps the evidence of its attempts: the sweeper lets it go in small steps, and writes down how much.

Only the raw numbers go, by the days since the attempt was graded. Scores, verdicts, reports and submissions stay, so that every
mark can still be explained; what can no longer be judged again from evidence can be run again. Evidence that an open regrade
request or a regrade under way may need stays until that is over. A regrade that is ready but promotes nothing is waited for as
long as PATIENCE, then no more. Content that another attempt names stays in the store (grader/web/leftovers.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from grader.web import audit, leftovers
from grader.web.models import Assignment, Attempt, Course, Regrade, RegradeItem, RegradeRequest

STEP = 500  # attempts of one round
PATIENCE = timedelta(days=30)


def due(course: Course, now: datetime) -> QuerySet[Attempt]:
    """Select the attempts of a course whose evidence is to go; none where it is kept for ever."""
    mine = Attempt.objects.filter(submission__assignment__course=course, forgotten_at=None).exclude(manifest=None)
    if course.evidence_days is None:
        return mine.none()
    asked = RegradeRequest.objects.filter(state=RegradeRequest.State.OPEN).values("attempt__submission")
    is_open = Q(regrade__state=Regrade.State.RUNNING) | Q(
        regrade__state=Regrade.State.READY, regrade__promotions=None, regrade__finished_at__gte=now - PATIENCE)
    graded_again = RegradeItem.objects.filter(is_open).order_by()
    return mine.filter(finished_at__lt=now - timedelta(days=course.evidence_days)).exclude(
        submission__in=asked).exclude(submission__in=graded_again.values("old__submission"))


def forget(course: Course, now: datetime) -> int:
    """Let go of the evidence of some attempts; returns of how many."""
    with transaction.atomic():
        rows = dict(due(course, now).order_by("pk").values_list("pk", "manifest")[:STEP])
        if not rows:
            return 0
        Attempt.objects.filter(pk__in=rows).update(forgotten_at=now)
        leftovers.ask({run["content"] for manifest in rows.values() if manifest for run in manifest["runs"]}, now)
        audit.record(None, "evidence.forget", course=course, after={
            "attempts": len(rows), "from": min(rows), "to": max(rows), "days": course.evidence_days})
    return len(rows)


def forgotten(assignment: Assignment) -> int:
    """Count the submissions of an assignment with a grading that can no longer be judged again from evidence."""
    gone = Attempt.objects.filter(submission__assignment=assignment, forgotten_at__isnull=False, counts=True)
    return gone.order_by().values("submission").distinct().count()
