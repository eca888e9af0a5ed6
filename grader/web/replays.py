"""Running a submission once more with the seeds and the spec of an attempt, to see whether it comes out the same."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from grader.web import audit, intake
from grader.web.models import LIVE, Attempt, Membership, State, Submission


def replay(attempt: Attempt, member: Membership, now: datetime) -> Attempt:
    """Queue a replay, which counts for nothing and goes behind all submissions; returns the one that waits or runs already."""
    with transaction.atomic():
        submission = Submission.objects.select_for_update().get(pk=attempt.submission_id)
        same = submission.attempts.filter(version=attempt.version_id, seed=attempt.seed)
        if (known := same.filter(counts=False, state__in=LIVE).first()) is not None:
            return known
        last = submission.attempts.aggregate(last=Max("number"))["last"]
        made = Attempt.objects.create(
            submission=submission, number=last + 1, version_id=attempt.version_id, seed=attempt.seed, queue=attempt.queue,
            priority=1, counts=False, created_at=now)
        audit.record(member.user, "attempt.replay", course=member.course, about=f"attempt {attempt.pk}",
                     after={"attempt": made.pk})
        transaction.on_commit(lambda: intake.announce(made))
    return made


def original(attempt: Attempt) -> Attempt | None:
    """Find the graded attempt of the submission that a replay repeats; None for what is no replay."""
    if attempt.counts:
        return None
    return attempt.submission.attempts.filter(
        version=attempt.version_id, seed=attempt.seed, number__lt=attempt.number, state=State.DONE).order_by("number").first()
