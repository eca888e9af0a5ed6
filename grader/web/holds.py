"""Holding one student's grade in one assignment back, and lifting that again.

What is held is to its student as if nothing of it were released: no score, no report, no points by hand, on pages, in the
API and in files. Whoever tells students of grades in another way, as by mail, asks here first. Staff see all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from grader.errors import GraderError
from grader.web import audit
from grader.web.models import Assignment, Hold, Membership, User

LONGEST = 500  # characters of a reason


def of(assignments: Iterable[Assignment], students: Iterable[int]) -> dict[tuple[int, int], Hold]:
    """Look up what is held, by assignment and student, in one query."""
    found = Hold.objects.filter(assignment__in=list(assignments), student__in=list(students), lifted_at=None).select_related("by")
    return {(h.assignment_id, h.student_id): h for h in found}


def is_held(assignment: Assignment, student: User) -> bool:
    """Whether a student's grade is held back."""
    return Hold.objects.filter(assignment=assignment, student=student, lifted_at=None).exists()


def hold(assignment: Assignment, student: User, member: Membership, reason: str, now: datetime) -> bool:
    """Hold a grade back; False where it is held already. Raises GraderError without a reason."""
    said = reason.strip()
    if not said:
        raise GraderError("Say why the grade is held back: the reason stands in the audit log.")
    if len(said) > LONGEST:
        raise GraderError(f"The reason has at most {LONGEST} characters.")
    try:
        with transaction.atomic():
            Hold.objects.create(assignment=assignment, student=student, reason=said, by=member.user, at=now)
            audit.record(member.user, "grade.hold", course=member.course, about=_about(assignment, student), reason=said)
    except IntegrityError:  # another was faster
        return False
    return True


def lift(assignment: Assignment, student: User, member: Membership, now: datetime) -> bool:
    """Show a grade again; False where it is not held."""
    with transaction.atomic():
        held = Hold.objects.select_for_update().filter(assignment=assignment, student=student, lifted_at=None).first()
        if held is None:
            return False
        Hold.objects.filter(pk=held.pk).update(lifted_at=now, lifted_by=member.user)
        audit.record(member.user, "grade.lift", course=member.course, about=_about(assignment, student), before=held.reason)
    return True


def _about(assignment: Assignment, student: User) -> str:
    return f"{assignment.slug} of user {student.username}"
