"""Writing the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from grader.web.models import Course, Entry, Membership, User

OBJECT, REASON = 200, 500  # characters kept


def record(actor: User | None, action: str, *, course: Course | None = None, about: str = "", before: Any = None,
           after: Any = None, reason: str = "") -> Entry:
    """Write down an action; call it inside the transaction that does it, so that neither is without the other."""
    member = Membership.objects.filter(course=course, user=actor).first() if course and actor else None
    return Entry.objects.create(
        actor=actor, actor_name=actor.username if actor else "the service", role=member.role if member else "", course=course,
        action=action, object=about[:OBJECT], before=before, after=after, reason=reason[:REASON], at=datetime.now(UTC))
