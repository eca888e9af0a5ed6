"""Standing accommodations and extensions: given, changed and taken back, each with its entry in the audit log."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from grader.web import audit, counted
from grader.web.models import Accommodation, Course, Extension, User


@dataclass(frozen=True, slots=True)
class Given:
    """What one student always has in a course, under the names of its row."""

    days: int = 0
    attempts_percent: int = 0
    is_cooldown_free: bool = False


def give(course: Course, user: User, given: Given, *, by: User, reason: str = "") -> None:
    """Give a student a standing accommodation; it takes the place of an earlier one."""
    with transaction.atomic():
        before = Accommodation.objects.select_for_update().filter(course=course, user=user).first()
        Accommodation.objects.update_or_create(course=course, user=user, defaults={
            **asdict(given), "reason": reason, "given_by": by})
        audit.record(by, "accommodation.give", course=course, about=f"user {user.username}", before=_told(before),
                     after=asdict(given), reason=reason)
        counted.recount(course, [user.pk])


def withdraw(found: Accommodation, *, by: User) -> None:
    """Take a standing accommodation back."""
    with transaction.atomic():
        audit.record(by, "accommodation.withdraw", course=found.course, about=f"user {found.user.username}", before=_told(found))
        found.delete()
        counted.recount(found.course, [found.user_id])


def withdraw_extension(found: Extension, *, by: User) -> None:
    """Take an extension back."""
    with transaction.atomic():
        audit.record(by, "extension.withdraw", course=found.assignment.course,
                     about=f"{found.assignment.slug} of user {found.user.username}", before={
                         "due_at": found.due_at.isoformat() if found.due_at else None,
                         "late_until": found.late_until.isoformat() if found.late_until else None,
                         "extra_attempts": found.extra_attempts})
        found.delete()
        counted.recount(found.assignment.course, [found.user_id], [found.assignment])


def _told(given: Accommodation | None) -> dict[str, Any] | None:
    return None if given is None else {n: getattr(given, n) for n in Given.__dataclass_fields__}
