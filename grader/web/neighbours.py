"""The list that staff grade through: one attempt of each student in an assignment, as the gradebook was last shown to them.

What was asked of the gradebook is kept with the session, so that points given or items ticked on the way don't lose it.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from grader.web import gradebook, grades, teams
from grader.web.gradebook import Asked, Place
from grader.web.models import Attempt, Counted


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
    handed_in = Attempt.objects.filter(submission__assignment=assignment, counts=True).order_by()
    there = {u for way in teams.ways([assignment]) for u in handed_in.values_list(way, flat=True)}
    places = [p for p in gradebook.order(course, asked, every, now) if p.user in there or p.user == user.pk]
    if assignment.group_set_id is not None:
        return _beside_group(attempt, step, places)
    at = _at(places, user.pk, user.shown_name.casefold(), asked, step) + step
    if not 0 <= at < len(places):
        return None
    member = grades.students(course).get(pk=places[at].pk)
    [found] = grades.of(course, [member], every if course.late_days else [assignment])
    grade = found.grades[assignment.slug]
    return (grade.attempt or grade.work.attempts[-1]).pk


def _beside_group(attempt: Attempt, step: int, places: list[Place]) -> int | None:
    """Find the attempt of the next or the previous group, each met once, where the first of its members stands."""
    assignment = attempt.submission.assignment
    members = list(grades.students(assignment.course).filter(pk__in=[p.pk for p in places]))
    every = grades.attempts(members, [assignment])
    counting = dict(Counted.objects.filter(assignment=assignment, attempt__isnull=False).values_list("student", "attempt"))
    chosen = {user: counting.get(user) or those[-1].pk for (_, user), those in every.items()}
    order = list(dict.fromkeys(chosen[p.user] for p in places if p.user in chosen))
    owners = teams.owner_ids(attempt.submission)
    mine = {chosen[p.user] for p in places if p.user in owners and p.user in chosen} | {attempt.pk}
    at = [k for k, pk in enumerate(order) if pk in mine]
    if not at:
        return (order[0] if step > 0 else order[-1]) if order else None
    to = (at[-1] if attempt.pk not in order else order.index(attempt.pk)) + step
    return order[to] if 0 <= to < len(order) else None


def _at(places: list[Place], user: int, name: str, asked: Asked, step: int) -> int:
    """Find where a student stands; one who is not in the list, before the first whose name comes later, or at the ends of it."""
    found = next((k for k, p in enumerate(places) if p.user == user), None)
    if found is not None:
        return found
    if asked.sort != "name" or asked.is_down:
        return -1 if step > 0 else len(places)
    before = sum(p.name.casefold() < name for p in places)
    return before - 1 if step > 0 else before
