"""Regrades of one submission that begin with a grading of their own: a replay that shall count, and a request that was granted.

Both stand in a regrade of one row, so that what would change is looked at before it counts, both reports stay, the student is
told, and one click takes it back.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from grader.errors import GraderError
from grader.web import audit, bell, intake
from grader.web.models import LIVE, Attempt, Membership, Regrade, RegradeItem, State, Submission, Way
from grader.web.regrades.start import UNDER_WAY, about

ItemState = RegradeItem.State


def standing(submission: Submission) -> Attempt | None:
    """Find the grading of a submission that stands: the newest one that counts and has a score."""
    found = submission.attempts.filter(counts=True, state=State.DONE, score__isnull=False).exclude(status="broken")
    return found.order_by("-number").first()


def last_of(submission: Submission) -> RegradeItem | None:
    """Find what the newest regrade of this student alone made of a submission."""
    found = RegradeItem.objects.filter(old__submission=submission, regrade__student=submission.user_id)
    return found.select_related("regrade", "new", "promotion").order_by("-pk").first()


def of_replay(replay: Attempt, member: Membership, now: datetime) -> Regrade:
    """Let a replay be looked at as a grading that may count; raises GraderError where there is nothing to set it beside."""
    with transaction.atomic():
        submission = Submission.objects.select_for_update().get(pk=replay.submission_id)
        replay.refresh_from_db(fields=["state", "report", "counts"])
        if replay.state != State.DONE or not replay.report or replay.counts:
            raise GraderError("Only a replay that is graded and doesn't count yet can be made to count.")
        known = RegradeItem.objects.select_related("regrade").filter(new=replay).first()
        if known is not None and known.regrade.state != Regrade.State.CANCELLED:
            return known.regrade
        RegradeItem.objects.filter(new=replay).update(new=None)
        old = standing(submission)
        if old is None:
            raise GraderError("No grading of this submission counts, so there is nothing to set the replay beside: grade what "
                              "broke again.")
        return _made(old, replay, member, f"the replay {replay.pk} shall count", now)


def afresh(submission: Submission, member: Membership, reason: str, now: datetime) -> Regrade | None:
    """Grade a submission again with today's version and new seeds, beside what stands; None where nothing stands.

    One that is under way already is not begun a second time.
    """
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        old = standing(submission)
        if old is None:
            return None
        known = RegradeItem.objects.filter(old=old, regrade__student=submission.user_id, way=Way.RUN, state__in=UNDER_WAY)
        if (item := known.select_related("regrade").first()) is not None:
            return item.regrade
        new = queued(submission, now, counts=False)
        return _made(old, new, member, reason, now)


def mend(broken: Attempt, member: Membership, now: datetime) -> Attempt:
    """Grade a submission again whose grading broke, to count as that would have; raises GraderError else."""
    with transaction.atomic():
        submission = Submission.objects.select_for_update().get(pk=broken.submission_id)
        broken.refresh_from_db(fields=["state", "status"])
        if broken.state != State.BROKEN and broken.status != "broken":
            raise GraderError("This grading did not break.")
        known = submission.attempts.filter(counts=True, state__in=LIVE).first()
        if known is not None:
            return known
        if standing(submission) is not None:
            raise GraderError("Another grading of this submission counts; what broke is not needed any more.")
        made = queued(submission, now, counts=True)
        audit.record(member.user, "attempt.again", course=member.course, about=f"attempt {broken.pk}", after={"attempt": made.pk})
    return made


def queued(submission: Submission, now: datetime, *, counts: bool) -> Attempt:
    """Queue another attempt on a submission, with the assignment's version of today and new seeds."""
    version = submission.assignment.version
    last = submission.attempts.aggregate(last=Max("number"))["last"]
    made = Attempt.objects.create(
        submission=submission, number=last + 1, version=version, priority=1, seed=secrets.randbelow(2**31), counts=counts,
        queue="gpu" if version.gpu == "required" else "cpu", created_at=now)
    transaction.on_commit(lambda: intake.announce(made))
    return made


def _made(old: Attempt, new: Attempt, member: Membership, reason: str, now: datetime) -> Regrade:
    """Write a regrade of one row, which a worker compares once the new grading is over."""
    submission = old.submission
    made = Regrade.objects.create(
        assignment=submission.assignment, version=new.version, student=submission.user, way=Way.RUN, reason=reason[:500],
        by=member.user, created_at=now)
    RegradeItem.objects.create(regrade=made, old=old, new=new, way=Way.RUN, state=ItemState.RUNNING)
    audit.record(member.user, "regrade.start", course=member.course, about=about(made), reason=reason[:500], after={
        "version": new.version.number, "way": str(Way.RUN), "student": submission.user.username, "attempts": 1,
        "attempt": new.pk})
    transaction.on_commit(bell.ring_for_regrades)
    return made
