"""The list that staff grade through: one attempt of each student in an assignment, as the gradebook was last shown to them.

What was asked of the gradebook is kept with the session, so that points given or items ticked on the way don't lose it.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from grader.web import gradebook, grades
from grader.web.gradebook import Asked, Place
from grader.web.models import Attempt


def seen_in(course: str) -> str:
    """Name the session's entry for what was last asked of a course's gradebook."""
    return f"gradebook of {course}"


def beside(attempt: Attempt, step: int, address: str, now: datetime) -> int | None:
    """Find the attempt of the next (1) or the previous (-1) student: the one that counts, or else the newest; None at the end.

    `address` is what was asked of the gradebook.
    """
    assignment, user = attempt.submission.assignment, attempt.submission.user
    course = assignment.course
    every = list(course.assignments.select_related("course"))
    asked = gradebook.asked_for(dict(parse_qsl(address.removeprefix("?"))), gradebook.sections(course), [a.slug for a in every])
    there = set(Attempt.objects.filter(submission__assignment=assignment, counts=True).values_list("submission__user", flat=True))
    places = [p for p in gradebook.order(course, asked, every, now) if p.user in there or p.user == user.pk]
    at = _at(places, user.pk, user.shown_name.casefold(), asked, step) + step
    if not 0 <= at < len(places):
        return None
    member = grades.students(course).get(pk=places[at].pk)
    [found] = grades.of(course, [member], every if course.late_days else [assignment])
    grade = found.grades[assignment.slug]
    return (grade.attempt or grade.work.attempts[-1]).pk


def _at(places: list[Place], user: int, name: str, asked: Asked, step: int) -> int:
    """Find where a student stands; one who is not in the list, before the first whose name comes later, or at the ends of it."""
    found = next((k for k, p in enumerate(places) if p.user == user), None)
    if found is not None:
        return found
    if asked.sort != "name" or asked.is_down:
        return -1 if step > 0 else len(places)
    before = sum(p.name.casefold() < name for p in places)
    return before - 1 if step > 0 else before
