"""The list that staff grade through: one attempt of each student in an assignment, in the order of the gradebook."""

from __future__ import annotations

from grader.web import grades
from grader.web.models import Attempt


def beside(attempt: Attempt, step: int) -> int | None:
    """Find the attempt of the next (1) or the previous (-1) student: the one that counts, or else the newest; None at the end."""
    assignment, user = attempt.submission.assignment, attempt.submission.user
    course = assignment.course
    there = set(Attempt.objects.filter(submission__assignment=assignment, counts=True).values_list("submission__user", flat=True))
    members = sorted((m for m in grades.students(course) if m.user_id in there or m.user_id == user.pk),
                     key=lambda m: m.user.shown_name.casefold())
    at = next((k for k, m in enumerate(members) if m.user_id == user.pk), None)
    if at is None:  # somebody who left, or staff: they would stand before the first whose name comes later
        before = sum(m.user.shown_name.casefold() < user.shown_name.casefold() for m in members)
        at = before - 1 if step > 0 else before
    place = at + step
    if not 0 <= place < len(members):
        return None
    wanted = list(course.assignments.select_related("course")) if course.late_days else [assignment]
    [found] = grades.of(course, [members[place]], wanted)
    grade = found.grades[assignment.slug]
    return (grade.attempt or grade.work.attempts[-1]).pk
