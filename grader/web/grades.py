"""The grades of a course: one student's as they may see them, and everybody's for staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from grader.web import adjustments, allowances, holds, late_days, marks, policy, reports, teams, ticks
from grader.web.adjustments import Manual
from grader.web.models import Assignment, Attempt, Course, Membership, Role, User
from grader.web.policy import Brief, Sent
from grader.web.ticks import Ticked

READ = ("submission__number", "submission__received_at", "pk", "number", "state",
        "status", "score", "version", "submission", "counts")


@dataclass(frozen=True, slots=True)
class Own:
    """A student's own grade in one assignment; `score` is None until something is graded."""

    assignment: Assignment
    score: float | None
    points: float
    hidden_points: float
    attempt: Attempt | None
    is_held: bool = False  # back by staff


@dataclass(frozen=True, slots=True)
class Grade:
    """What counts of a student's work in an assignment, all checks counted in; `score` is None until there is one."""

    work: late_days.Work[Brief]
    attempt: Brief | None  # the one that counts
    score: float | None  # after the penalty for lateness, what was given by hand counted in
    factor: float
    manual: Manual
    is_held: bool  # back from the student


@dataclass(frozen=True, slots=True)
class Hand:
    """What staff decided by hand of one student in one assignment."""

    manual: Manual  # without the rubric
    is_held: bool
    ticked: Ticked


NOTHING = Hand(Manual(), is_held=False, ticked=Ticked())


@dataclass(frozen=True, slots=True)
class Student:
    """One student's grades, all checks counted in."""

    member: Membership
    grades: dict[str, Grade]  # by assignment

    @property
    def user(self) -> User:
        """Whose they are."""
        return self.member.user

    @property
    def scores(self) -> dict[str, float | None]:
        """The scores by assignment."""
        return {slug: grade.score for slug, grade in self.grades.items()}

    @property
    def total(self) -> float:
        """The sum of what there is."""
        return round(sum(g.score for g in self.grades.values() if g.score is not None), 6)


def of_one(member: Membership, now: datetime) -> list[Own]:
    """List a member's own grades in the order of the course."""
    return [_own(a, member, now) for a in member.course.assignments.select_related("course", "version")]


def students(course: Course) -> QuerySet[Membership]:
    """List the students of a course by their user names."""
    return course.memberships.filter(role=Role.STUDENT, is_active=True).select_related("user").order_by("user__username")


def of_all(course: Course) -> list[Student]:
    """List the grades of all students of a course, in as many queries, however many they are."""
    return of(course, list(students(course)), list(course.assignments.select_related("course")))


def of(course: Course, members: Sequence[Membership], assignments: Sequence[Assignment],
       also: Collection[int] = (), worth: Mapping[int, float] | None = None) -> list[Student]:
    """List the grades of some students in some assignments, in a fixed number of queries; as if the attempts `also` counted.

    Late days are spent over a whole course: where it has any, `assignments` must be all of its assignments.
    `worth` are points of rubric items, by their ids, to reckon with instead of what they are worth now.
    """
    extensions = allowances.of(assignments, [m.user_id for m in members])
    usual = {a.pk: policy.window(a, None) for a in assignments}
    found, hands = attempts(members, assignments, also), _hands(members, assignments, worth)
    return [Student(m, _grades(course, [
        late_days.Work(a, policy.window(a, extensions[a.pk, m.user_id]) if (a.pk, m.user_id) in extensions else usual[a.pk],
                       found.get((a.pk, m.user_id), [])) for a in assignments],
        {a.pk: hands.get((a.pk, m.user_id), NOTHING) for a in assignments})) for m in members]


def points_of(course: Course) -> dict[str, float]:
    """Return the most points of each assignment."""
    return dict(course.assignments.values_list("slug", "version__points"))


def _hands(members: Sequence[Membership], assignments: Sequence[Assignment],
           worth: Mapping[int, float] | None) -> dict[tuple[int, int], Hand]:
    """Look up what staff decided by hand, by assignment and student."""
    users = [m.user_id for m in members]
    given, held = adjustments.of(assignments, users), holds.of(assignments, users)
    ticked = ticks.of(assignments, users, worth)
    return {place: Hand(adjustments.effect(given.get(place, ())), place in held, ticked.get(place, NOTHING.ticked))
            for place in {*given, *held, *ticked}}


def _own(assignment: Assignment, member: Membership, now: datetime) -> Own:
    record = marks.record(assignment, member.user, member, now)
    if (mark := record.mark) is None:
        return Own(assignment, record.score, assignment.version.points, 0, None, record.is_held)
    hidden = sum(h.points for h in reports.shown(mark.attempt, member, now).hidden)
    return Own(assignment, record.score, (mark.points or 0) + hidden, hidden, mark.attempt)


def attempts(members: Sequence[Membership], assignments: Sequence[Assignment],
             also: Collection[int] = ()) -> dict[tuple[int, int], list[Brief]]:
    """Read no more of the attempts that count, and of those in `also`, than grades need, by assignment and student.

    The newest is the last; what broke has no score.
    """
    of: dict[tuple[int, int], list[Brief]] = defaultdict(list)
    is_mixed = len(ways := teams.ways(assignments)) > 1
    for way in ways:
        found = Attempt.objects.filter(**{"submission__assignment__in": assignments, f"{way}__in": [m.user_id for m in members]})
        found = found if also else found.filter(counts=True)
        for place, user, number, at, pk, again, state, status, score, version, submission, counts in found.order_by(
                "submission__number", "number").values_list("submission__assignment", way, *READ):
            if counts or pk in also:
                of[place, user].append(Brief(pk, again, state, status, None if status == "broken" else score, version, submission,
                                             Sent(number, at)))
    if is_mixed:
        for those in of.values():
            those.sort(key=lambda a: (a.submission.number, a.number))
    return of


def _grades(course: Course, works: Sequence[late_days.Work[Brief]], hands: Mapping[int, Hand]) -> dict[str, Grade]:
    """Work out one student's grades, late days spent and what was given by hand counted in."""
    shares = late_days.shares(course.late_days, works) if course.late_days else {}
    free = {w.assignment.pk: shares.get(w.assignment.pk, late_days.Share()).free for w in works}
    return {w.assignment.slug: _grade(w, free[w.assignment.pk], hands[w.assignment.pk]) for w in works}


def _grade(work: late_days.Work[Brief], free: int, hand: Hand) -> Grade:
    days = {a.submission_id: work.window.days_late(a.submission.received_at) for a in work.attempts}
    factors = {pk: policy.factor_of(work.assignment, late, free) for pk, late in days.items()}
    chosen = policy.counting(work.assignment, work.attempts, factors, days)
    manual = hand.manual.with_rubric(hand.ticked.counted(chosen.submission_id if chosen else None))
    if chosen is None:
        return Grade(work, None, manual.applied(None), 1.0, manual, hand.is_held)
    factor = factors[chosen.submission_id]
    return Grade(work, chosen, manual.applied(round((chosen.score or 0) * factor, 6)), factor, manual, hand.is_held)
