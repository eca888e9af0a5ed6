"""Cancelling an attempt that waits."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from grader.web import audit, progress, queue, teams
from grader.web.models import Attempt, Membership, State


def withdraw(attempt: Attempt, member: Membership, now: datetime) -> bool:
    """Take an attempt that counts for oneself out of the queue, or as staff one that counts for nothing.

    False where it no longer waits, too.
    """
    is_theirs = teams.is_own(attempt.submission, member.user) or (member.is_staff and not attempt.counts)
    with transaction.atomic():
        is_gone = is_theirs and queue.cancel(attempt, now)
        if is_gone:
            audit.record(member.user, "attempt.cancel", course=member.course, about=f"attempt {attempt.pk}",
                         before=State.QUEUED.value, after=State.CANCELLED.value)
    if is_gone:
        progress.tell(progress.connect(settings.GRADER.redis_url), attempt.pk, "end", state=State.CANCELLED.value)
    return is_gone
