"""A student's attempts in an assignment with the marks that a viewer may see, and which of them counts.

What a student sees rests on visible checks alone, the choice of the best attempt included: else the choice would tell
how hidden checks went.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.web import late_days, policy, reports, specs
from grader.web.models import Assignment, Attempt, Extension, Membership, State, User


@dataclass(frozen=True, slots=True)
class Mark:
    """One attempt as a viewer may see it; `score` and `points` are None until it is graded."""

    attempt: Attempt
    score: float | None  # after the penalty for lateness
    points: float | None  # of the visible checks
    factor: float
    is_counting: bool

    @property
    def is_full(self) -> bool:
        """Whether nothing is left to gain."""
        return self.score is not None and self.points is not None and self.score >= self.points


def marks(assignment: Assignment, user: User, viewer: Membership, now: datetime) -> list[Mark]:
    """List a student's attempts, the newest first."""
    attempts = list(Attempt.objects.filter(submission__assignment=assignment, submission__user=user)
                    .select_related("submission__assignment__course", "submission__user", "version")
                    .order_by("-submission__number", "-number"))
    for a in attempts:
        a.score, a.points = visible(a, viewer, now)  # in memory alone
    dates = policy.window(assignment, Extension.objects.filter(assignment=assignment, user=user).first())
    free = late_days.of(assignment.course, user, lambda a: visible(a, viewer, now)[0]).get(assignment.pk, late_days.Share()).free
    at = {a.submission_id: a.submission.received_at for a in attempts}
    factors = {pk: policy.factor(assignment, dates, when, free) for pk, when in at.items()}
    chosen = policy.counting(assignment, attempts, factors, {pk: dates.days_late(when) for pk, when in at.items()})
    return [Mark(a, None if a.score is None else round(a.score * factors[a.submission_id], 6), a.points,
                 factors[a.submission_id], a is chosen) for a in attempts]


def counting(found: list[Mark]) -> Mark | None:
    """Return the mark that counts."""
    return next((m for m in found if m.is_counting), None)


def visible(attempt: Attempt, viewer: Membership, now: datetime) -> tuple[float | None, float | None]:
    """Return score and points of the checks that a viewer may see; the report is read only where some may be hidden."""
    if attempt.state != State.DONE or attempt.status == "broken":
        return None, None
    checks = specs.folder(attempt.version).spec.checks
    if viewer.is_staff or all(c.visibility == "always" for c in checks):
        return attempt.score, attempt.points
    report = reports.shown(attempt, viewer, now).report
    return report.score, report.points
