"""Free late days: a course gives each student some, and they are spent without being asked for.

The rule, worked out anew whenever marks are shown: the course's assignments are gone through in the order of their own due
dates (an extension doesn't change the order). Of each, the submission that counts takes as many of the days that are left as it
is late, and only the days beyond them cost anything. Where that gains no points, because nothing is taken off for lateness or
nothing is left of the score anyway, no day is spent. Which submission counts is decided with the days that are left at
that assignment; of equally good ones it is the least late. No later submission to another assignment can take back a
day from one that was due earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from grader.web import allowances, policy, teams
from grader.web.models import Assignment, Attempt, Course, User
from grader.web.policy import A


@dataclass(frozen=True, slots=True)
class Work(Generic[A]):
    """One student's attempts in one assignment, whose dates these are."""

    assignment: Assignment
    window: policy.Window
    attempts: Sequence[A]


@dataclass(frozen=True, slots=True)
class Share:
    """What one assignment has of a student's late days: those that were left for it, and those its counting submission took."""

    free: int = 0
    spent: int = 0


def shares(budget: int, works: Iterable[Work[Any]]) -> dict[int, Share]:
    """Spend a student's late days; the shares are by the assignments' ids."""
    found: dict[int, Share] = {}
    left = budget
    for work in sorted((w for w in works if w.assignment.due_at is not None), key=_order):
        found[work.assignment.pk] = share = Share(left, _spent(work, left))
        left -= share.spent
    return found


def of(course: Course, user: User, score: Callable[[Attempt], float | None] = lambda a: a.score) -> dict[int, Share]:
    """Look up one student's shares; `score` is that of the checks a viewer may see, or the days left would tell of the others."""
    if not course.late_days:
        return {}
    found = list(course.assignments.select_related("course").filter(due_at__isnull=False))
    dates = {place: given for (place, _), given in allowances.of(found, [user.pk]).items()}
    attempts: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(teams.own([user.pk]), submission__assignment__course=course).select_related(
            "submission__assignment__course", "submission__user", "version"):
        attempt.score = score(attempt)  # in memory alone
        attempts.setdefault(attempt.submission.assignment_id, []).append(attempt)
    return shares(course.late_days, [
        Work(a, policy.window(a, dates.get(a.pk)), attempts.get(a.pk, []))
        for a in found])


def _order(work: Work[Any]) -> tuple[object, ...]:
    return work.assignment.due_at, work.assignment.position, work.assignment.pk


def _spent(work: Work[Any], left: int) -> int:
    at = {a.submission_id: a.submission.received_at for a in work.attempts}
    days = {pk: work.window.days_late(when) for pk, when in at.items()}
    factors = {pk: policy.factor(work.assignment, work.window, when, left) for pk, when in at.items()}
    chosen = policy.counting(work.assignment, work.attempts, factors, days)
    if chosen is None or not chosen.score:
        return 0
    pk = chosen.submission_id
    is_gain = factors[pk] > policy.factor(work.assignment, work.window, at[pk])
    return min(left, days[pk]) if is_gain else 0
