"""A student's attempts in an assignment with the marks that a viewer may see, and which of them counts.

What a student sees rests on visible checks alone, the choice of the best attempt included: else the choice would tell
how hidden checks went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from django.db.models import Q

from grader.web import adjustments, allowances, holds, late_days, policy, reports, specs, standings, teams, ticks
from grader.web.adjustments import Manual
from grader.web.models import Adjustment, Assignment, Attempt, Hold, Membership, Outcome, State, User
from grader.web.ticks import Ticked


@dataclass(frozen=True, slots=True)
class Mark:
    """One attempt as a viewer may see it; `score` and `points` are None until it is graded."""

    attempt: Attempt
    score: float | None  # after the penalty for lateness
    points: float | None  # of the visible checks
    factor: float
    is_counting: bool
    is_held: bool = False  # back from the viewer


@dataclass(frozen=True, slots=True)
class Record:
    """What one student did in one assignment, as a viewer may see it, the newest first, and what may still be done."""

    assignment: Assignment
    marks: list[Mark]
    standing: policy.Standing
    adjustments: list[Adjustment]  # withdrawn ones too
    hold: Hold | None = None  # where the grade is held back from the student
    ticked: Ticked = field(default_factory=Ticked)  # of the rubric, as far as the viewer sees it
    is_held: bool = False  # back from the viewer, who then sees neither marks nor what was given by hand

    @property
    def mark(self) -> Mark | None:
        """The mark that counts."""
        return counting(self.marks)

    @property
    def manual(self) -> Manual:
        """What was given by hand."""
        mark = self.mark
        return adjustments.effect(self.adjustments).with_rubric(self.ticked.counted(mark.attempt.submission_id if mark else None))

    @property
    def score(self) -> float | None:
        """What the student has, all that was given by hand counted in."""
        return self.manual.applied(self.mark.score if self.mark else None)

    @property
    def points(self) -> float:
        """The most points of what the score rests on."""
        mark = self.mark
        if mark is None or mark.points is None or self.manual.override is not None:
            return self.assignment.version.points
        return mark.points

    @property
    def is_full(self) -> bool:
        """Whether nothing is left to gain."""
        return self.score is not None and self.score >= self.points


def marks(assignment: Assignment, user: User, viewer: Membership, now: datetime) -> list[Mark]:
    """List a student's attempts, the newest first."""
    return record(assignment, user, viewer, now).marks


def record(assignment: Assignment, user: User, viewer: Membership, now: datetime,
           as_if: Mapping[int, bool] = MappingProxyType({})) -> Record:
    """Look up what a student did in one assignment; `as_if` says of attempts, by their id, that they count or don't."""
    every = assignment.course.assignments.select_related("course", "version")
    found = list(every) if assignment.course.late_days else [assignment]
    return next(r for r in _records(found, user, viewer, now, as_if) if r.assignment == assignment)


def of_course(user: User, viewer: Membership, now: datetime) -> list[Record]:
    """List what a student did in every assignment of a course."""
    return _records(list(viewer.course.assignments.select_related("course", "version")), user, viewer, now)


def _records(assignments: list[Assignment], user: User, viewer: Membership, now: datetime,
             as_if: Mapping[int, bool] = MappingProxyType({})) -> list[Record]:
    """Work the marks out together, because free late days are spent over a whole course.

    Gradings that don't count (replays, regrades that are not promoted) are for staff alone.
    """
    attempts: dict[int, list[Attempt]] = {a.pk: [] for a in assignments}
    held = {place: found for (place, _), found in holds.of(assignments, [user.pk]).items()}
    unseen = set() if viewer.is_staff else set(held)
    seen = {} if viewer.is_staff or as_if else {"counts": True}
    mine = teams.own([user.pk]) if teams.grouped(assignments) else Q(submission__user=user)
    found = list(Attempt.objects.filter(mine, submission__assignment__in=assignments, **seen)
                 .select_related("submission__assignment__course", "submission__user", "version")
                 .order_by("-submission__number", "-number")
                 .prefetch_related(*(["submission__partners__user"] if teams.grouped(assignments) else [])))
    for attempt in found:
        attempt.counts = as_if.get(attempt.pk, attempt.counts)  # in memory alone, as what follows
    extensions = {place: given for (place, _), given in allowances.of(assignments, [user.pk]).items()}
    found = [a for a in found if a.counts or viewer.is_staff]
    _score([a for a in found if a.submission.assignment_id not in unseen], extensions, viewer, now)
    for attempt in found:
        if attempt.submission.assignment_id in unseen:
            attempt.score, attempt.points = None, None
        attempts[attempt.submission.assignment_id].append(attempt)
    works = {a.pk: late_days.Work(a, policy.window(a, extensions.get(a.pk)), attempts[a.pk]) for a in assignments}
    given, ticked = adjustments.of(assignments, [user.pk]), ticks.of(assignments, [user.pk])
    if not viewer.is_staff:  # what is ticked is shown with the whole grade
        ticked = {(pk, u): t for (pk, u), t in ticked.items() if pk not in unseen and reports.is_whole(
            works[pk].assignment.version, works[pk].window, works[pk].assignment.released_at, now)}
    budget = viewer.course.late_days
    shares = late_days.shares(budget, works.values()) if budget else {}
    grouped = standings.in_groups(assignments, user, extensions, now)
    return [Record(a, _marks(works[a.pk], shares.get(a.pk, late_days.Share()).free, is_held=a.pk in unseen),
                   grouped.get(a.pk) or policy.standing(a, extensions.get(a.pk), attempts[a.pk], now),
                   [] if a.pk in unseen else given[a.pk, user.pk], held.get(a.pk),
                   ticked.get((a.pk, user.pk), Ticked()), a.pk in unseen) for a in assignments]


def _score(found: list[Attempt], extensions: Mapping[int, policy.Allowance], viewer: Membership, now: datetime) -> None:
    """Set the scores that a viewer may see, in memory alone; of hidden checks the columns are read and not the reports."""
    outcomes = _outcomes([a for a in found if _hides(a, viewer)])
    for attempt in found:
        if attempt.pk in outcomes:
            assignment = attempt.submission.assignment
            dates = policy.window(assignment, extensions.get(assignment.pk))
            attempt.score, attempt.points = _seen(attempt, outcomes[attempt.pk], dates, now)
        else:
            attempt.score, attempt.points = visible(attempt, viewer, now)


def _marks(work: late_days.Work[Attempt], free: int, *, is_held: bool) -> list[Mark]:
    at = {a.submission_id: a.submission.received_at for a in work.attempts}
    factors = {pk: policy.factor(work.assignment, work.window, when, free) for pk, when in at.items()}
    days = {pk: work.window.days_late(when) for pk, when in at.items()}
    chosen = policy.counting(work.assignment, work.attempts, factors, days)
    return [Mark(a, None if a.score is None else round(a.score * factors[a.submission_id], 6), a.points,
                 factors[a.submission_id], a is chosen, is_held) for a in work.attempts]


def counting(found: list[Mark]) -> Mark | None:
    """Return the mark that counts."""
    return next((m for m in found if m.is_counting), None)


def visible(attempt: Attempt, viewer: Membership, now: datetime) -> tuple[float | None, float | None]:
    """Return score and points of the checks that a viewer may see; the report is read only where some may be hidden."""
    if attempt.state != State.DONE or attempt.status == "broken":
        return None, None
    if not _hides(attempt, viewer):
        return attempt.score, attempt.points
    report = reports.shown(attempt, viewer, now).report
    return report.score, report.points


def _hides(attempt: Attempt, viewer: Membership) -> bool:
    """Tell whether an attempt that has a score may have checks that a viewer doesn't see."""
    if viewer.is_staff or attempt.state != State.DONE or attempt.status == "broken":
        return False
    return any(c.visibility != "always" for c in specs.folder(attempt.version).spec.checks)


def _outcomes(attempts: list[Attempt]) -> dict[int, list[Outcome]]:
    """Look up what the checks of attempts came to, in one query instead of a report each."""
    found: dict[int, list[Outcome]] = {}
    for row in Outcome.objects.filter(attempt__in=[a.pk for a in attempts]) if attempts else ():
        found.setdefault(row.attempt_id, []).append(row)
    return found


def _seen(attempt: Attempt, checks: list[Outcome], dates: policy.Window, now: datetime) -> tuple[float, float]:
    """Add up what a student may see."""
    released_at = attempt.submission.assignment.released_at
    seen = [c for c in checks if policy.is_visible(c.visibility, dates, released_at, now, is_staff=False)]
    return round(sum(c.points for c in seen), 6), sum(c.max_points for c in seen)
