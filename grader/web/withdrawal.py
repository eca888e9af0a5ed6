"""Cancelling an attempt that waits."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from grader.web import audit, progress, queue
from grader.web.models import Attempt, Membership, State


def withdraw(attempt: Attempt, member: Membership, now: datetime) -> bool:
    """Take a student's own attempt out of the queue; False where it is another's or no longer waits."""
    with transaction.atomic():
        is_gone = attempt.submission.user_id == member.user_id and queue.cancel(attempt, now)
        if is_gone:
            audit.record(member.user, "attempt.cancel", course=member.course, about=f"attempt {attempt.pk}",
                         before=State.QUEUED.value, after=State.CANCELLED.value)
    if is_gone:
        progress.tell(progress.connect(settings.GRADER.redis_url), attempt.pk, "end", state=State.CANCELLED.value)
    return is_gone
