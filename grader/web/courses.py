"""What is done to a course and its people, each act with its entry in the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from grader.web import audit
from grader.web.models import Assignment, Course, Extension, Membership, User


def set_role(course: Course, user: User, role: str, *, by: User | None, reason: str = "") -> Membership:
    """Make a person a member, or give a member another role; a place that was taken away is given back."""
    with transaction.atomic():
        before = Membership.objects.select_for_update().filter(course=course, user=user).first()
        after, _ = Membership.objects.update_or_create(course=course, user=user, defaults={"role": role, "is_active": True})
        if before is None or (before.role, before.is_active) != (role, True):
            audit.record(by, "role.set", course=course, about=f"user {user.username}", before=_place(before), after=_place(after),
                         reason=reason)
    return after


def remove(course: Course, user: User, *, by: User | None, reason: str = "") -> bool:
    """Take a person's place in a course away; what they handed in stays."""
    with transaction.atomic():
        before = Membership.objects.select_for_update().filter(course=course, user=user, is_active=True).first()
        if before is None:
            return False
        Membership.objects.filter(pk=before.pk).update(is_active=False)
        audit.record(by, "role.remove", course=course, about=f"user {user.username}", before=_place(before), reason=reason)
    return True


def extend(assignment: Assignment, user: User, *, by: User | None, due_at: datetime | None = None,
           late_until: datetime | None = None, extra_attempts: int = 0, reason: str = "") -> Extension:
    """Give one student more time or attempts; it takes the place of an earlier extension."""
    given = {"due_at": due_at, "late_until": late_until, "extra_attempts": extra_attempts, "reason": reason}
    with transaction.atomic():
        before = Extension.objects.select_for_update().filter(assignment=assignment, user=user).first()
        after, _ = Extension.objects.update_or_create(assignment=assignment, user=user, defaults={**given, "given_by": by})
        audit.record(by, "extension.give", course=assignment.course, about=f"{assignment.slug} of user {user.username}",
                     before=_extension(before), after=_extension(after), reason=reason)
    return after


def _place(member: Membership | None) -> dict[str, Any] | None:
    return None if member is None else {"role": member.role, "is_active": member.is_active}


def _extension(given: Extension | None) -> dict[str, Any] | None:
    if given is None:
        return None
    times = {"due_at": given.due_at, "late_until": given.late_until}
    return {**{k: t.isoformat() if t else None for k, t in times.items()}, "extra_attempts": given.extra_attempts}
