"""The grades of a course: one student's as they may see them, and everybody's for staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.web import late_days, marks, policy, reports
from grader.web.models import Assignment, Attempt, Course, Extension, Membership, Role, State, User


@dataclass(frozen=True, slots=True)
class Own:
    """A student's own grade in one assignment; `score` is None until something is graded."""

    assignment: Assignment
    score: float | None
    points: float
    hidden_points: float
    attempt: Attempt | None


@dataclass(frozen=True, slots=True)
class Student:
    """One student's grades, all checks counted in."""

    member: Membership
    scores: dict[str, float | None]  # by assignment

    @property
    def user(self) -> User:
        """Whose they are."""
        return self.member.user

    @property
    def total(self) -> float:
        """The sum of what there is."""
        return round(sum(s for s in self.scores.values() if s is not None), 6)


def of_one(member: Membership, now: datetime) -> list[Own]:
    """List a member's own grades in the order of the course."""
    return [_own(a, member, now) for a in member.course.assignments.select_related("course", "version")]


def of_all(course: Course) -> list[Student]:
    """List the grades of all students of a course, in four queries, however many they are."""
    students = course.memberships.filter(role=Role.STUDENT, is_active=True).select_related("user").order_by("user__username")
    assignments = list(course.assignments.select_related("course"))
    extensions = {(e.assignment_id, e.user_id): e for e in Extension.objects.filter(assignment__course=course)}
    of: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
    graded = Attempt.objects.filter(submission__assignment__course=course, state=State.DONE, score__isnull=False)
    for attempt in graded.exclude(status="broken").select_related("submission"):
        of[attempt.submission.assignment_id, attempt.submission.user_id].append(attempt)
    return [Student(m, _scores(course, [
        late_days.Work(a, policy.window(a, extensions.get((a.pk, m.user_id))), of[a.pk, m.user_id]) for a in assignments]))
        for m in students]


def points_of(course: Course) -> dict[str, float]:
    """Return the most points of each assignment."""
    return dict(course.assignments.values_list("slug", "version__points"))


def _own(assignment: Assignment, member: Membership, now: datetime) -> Own:
    mark = marks.counting(marks.marks(assignment, member.user, member, now))
    if mark is None:
        return Own(assignment, None, assignment.version.points, 0, None)
    hidden = sum(h.points for h in reports.shown(mark.attempt, member, now).hidden)
    return Own(assignment, mark.score, (mark.points or 0) + hidden, hidden, mark.attempt)


def _scores(course: Course, works: Sequence[late_days.Work]) -> dict[str, float | None]:
    """Work out one student's scores, late days spent."""
    shares = late_days.shares(course.late_days, works) if course.late_days else {}
    return {w.assignment.slug: _score(w, shares.get(w.assignment.pk, late_days.Share()).free) for w in works}


def _score(work: late_days.Work, free: int) -> float | None:
    at = {a.submission_id: a.submission.received_at for a in work.attempts}
    factors = {pk: policy.factor(work.assignment, work.window, when, free) for pk, when in at.items()}
    days = {pk: work.window.days_late(when) for pk, when in at.items()}
    chosen = policy.counting(work.assignment, work.attempts, factors, days)
    return round((chosen.score or 0) * factors[chosen.submission_id], 6) if chosen else None
