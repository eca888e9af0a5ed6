"""Points and comments by hand, kept apart from what the checks give: they are counted in last, and no regrade takes them away.

The rule: a score that staff set takes the place of the one that counts, lateness and all, and the newest such one holds;
points that staff add, and those of rubric items they tick, are added to either. Nothing goes below zero.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from grader.errors import GraderError
from grader.web import audit
from grader.web.models import Adjustment, Assignment, Course, Membership, User

MOST = 1000  # points, either way
LONGEST = 4000  # characters of a comment
REASON = 500


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives by hand."""

    points: float = 0.0
    is_override: bool = False
    comment: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Manual:
    """All that was given by hand to one student in one assignment; `rubric` is None where nothing is ticked."""

    override: float | None = None
    added: float = 0.0
    count: int = 0
    rubric: float | None = None

    def applied(self, score: float | None) -> float | None:
        """Count it into a score; where only a comment was given, no score stays none."""
        base, more = score if self.override is None else self.override, self.added + (self.rubric or 0.0)
        if base is None and not more:
            return None
        return max(0.0, round((base or 0.0) + more, 6))

    def with_rubric(self, ticked: float | None) -> Manual:
        """Take in what is ticked of the rubric."""
        return self if ticked is None else replace(self, rubric=ticked, count=self.count + 1)


def effect(found: Iterable[Adjustment]) -> Manual:
    """Work out what adjustments, the newest last, come to."""
    standing = [a for a in found if a.withdrawn_at is None]
    override = next((a.points for a in reversed(standing) if a.is_override), None)
    return Manual(override, round(sum(a.points for a in standing if not a.is_override), 6), len(standing))


def of(assignments: Iterable[Assignment], students: Iterable[int]) -> dict[tuple[int, int], list[Adjustment]]:
    """Look up all that was given, by assignment and student, in one query."""
    found: dict[tuple[int, int], list[Adjustment]] = defaultdict(list)
    for one in Adjustment.objects.filter(assignment__in=list(assignments), student__in=list(students)).select_related("by"):
        found[one.assignment_id, one.student_id].append(one)
    return found


def read(said: dict[str, str]) -> Given:
    """Read what a form says; raises GraderError with what to write instead."""
    is_override = said.get("way") == "set"
    comment, reason = (said.get(k, "").replace("\r\n", "\n").strip() for k in ("comment", "reason"))
    points_said = said.get("points", "").strip()
    points = 0.0 if not points_said and comment and not is_override else read_points(points_said)
    if is_override and points < 0:
        raise GraderError("A score is set to 0 or more; to take points off, add a negative number.")
    if is_override and not reason:
        raise GraderError("Say why the score is set by hand: the reason stands in the audit log.")
    if points and not is_override and not (comment or reason):
        raise GraderError("Say what the points are for, in the comment or the reason.")
    if len(comment) > LONGEST or len(reason) > REASON:
        raise GraderError(f"The comment has at most {LONGEST} characters, the reason at most {REASON}.")
    return Given(points, is_override, comment, reason)


def give(assignment: Assignment, student: User, member: Membership, given: Given, now: datetime) -> Adjustment:
    """Give a student points or a comment by hand."""
    with transaction.atomic():
        lock(member.course)
        [made] = give_all([(assignment, student, given)], member, now)
    return made


def give_each(assignment: Assignment, students: Iterable[User], member: Membership, given: Given,
              now: datetime) -> list[Adjustment]:
    """Give each of a group the same by hand; each has it apart, so that it can be withdrawn from one alone."""
    with transaction.atomic():
        lock(member.course)
        return give_all([(assignment, s, given) for s in students], member, now)


def give_all(gifts: Iterable[tuple[Assignment, User, Given]], member: Membership, now: datetime) -> list[Adjustment]:
    """Give many students points or comments; call it in a transaction that has locked the course."""
    made = Adjustment.objects.bulk_create([
        Adjustment(assignment=assignment, student=student, points=given.points, is_override=given.is_override,
                   comment=given.comment, reason=given.reason, by=member.user, at=now) for assignment, student, given in gifts])
    audit.record_all(member, [
        audit.Act("score.override" if a.is_override else "score.adjust", _about(a), after=_told(a), reason=a.reason or a.comment)
        for a in made])
    _recount(member.course, made)
    _tell(made, now, "given")
    return made


def lock(course: Course) -> None:
    """Let nobody else give or withdraw anything in a course until the transaction ends."""
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)


def withdraw(found: Adjustment, member: Membership, now: datetime) -> bool:
    """Take back what was given; it stays to be read. False where it was taken back before."""
    with transaction.atomic():
        lock(member.course)
        standing = Adjustment.objects.filter(pk=found.pk, withdrawn_at=None)
        is_done = standing.update(withdrawn_at=now, withdrawn_by=member.user) == 1
        if is_done:
            audit.record(member.user, "score.withdraw", course=member.course, about=_about(found), before=_told(found))
            _recount(member.course, [found])
            _tell([found], now, "withdrawn")
    return is_done


def _tell(found: Iterable[Adjustment], now: datetime, deed: str) -> None:
    """Let students hear of it."""
    from grader.web import news  # which asks holds, and they grades
    news.of_adjustments(found, now, deed)


def _recount(course: Course, found: Iterable[Adjustment]) -> None:
    """Keep the scores that count now."""
    from grader.web import counted  # which counts what is given here
    those = list(found)
    counted.recount(course, {a.student_id for a in those}, {a.assignment_id: a.assignment for a in those}.values())


def read_points(said: str) -> float:
    """Read points as people write them, also as `1,5`; raises GraderError with what to write instead."""
    try:
        points = float(said.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-").replace("_", "?"))
    except ValueError as e:
        raise GraderError(f"Points {said!r:.40}: write a number, as in 1.5 or -2.") from e
    if not (math.isfinite(points) and abs(points) <= MOST):
        raise GraderError(f"Points {said!r:.40}: write a number between -{MOST} and {MOST}.")
    return points


def _about(found: Adjustment) -> str:
    return f"adjustment {found.pk}: {found.assignment.slug} of user {found.student.username}"


def _told(found: Adjustment) -> dict[str, Any]:
    return {"points": found.points, "is_override": found.is_override, "comment": found.comment}
