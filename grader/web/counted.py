"""Keeping the scores that count: worked out by grades.py whenever something changes them, in the same transaction.

What changes a score: a report, points by hand, a rubric's tick or points, an extension, a promotion, an assignment's
dates and rules, a course's late days, who works with whom. Whoever writes one of these calls `recount` in its
transaction. Students are locked one by one in a fixed order before their rows are read, so that of two reports at once
the later one counts both. The sweeper counts all anew from time to time (`audit`), mends what differs and says so in
the log: pages never rest on a row alone where a mark is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from grader.web import grades, teams
from grader.web.grades import Grade, Student
from grader.web.models import Assignment, Counted, Course, Membership, Submission

log = logging.getLogger(__name__)
VALUES = ("attempt_id", "score", "is_late", "by_hand")


def recount_one(submission: Submission) -> None:
    """Count anew after something happened to one submission, for all it counts for."""
    recount(submission.assignment.course, [submission.user_id], [submission.assignment])


def recount(course: Course, students: Collection[int] | None = None, assignments: Iterable[Assignment] | None = None) -> int:
    """Count anew: some students or all, in some assignments or all; returns how many rows were other than kept.

    Whom students work with is counted with them: one submission counts for all, and what one has beyond the usual too.
    """
    with transaction.atomic():
        wanted = _all_of(course) if assignments is None or course.late_days else list(assignments)
        members = _locked(course, students if students is None else teams.touched(wanted, students))
        found = grades.of(course, members, wanted)
        return _keep(members, wanted, found)


def audit(course: Course) -> int:
    """Count a whole course anew, and say so where something differed; returns how many rows did."""
    if changed := recount(course):
        log.warning("course %s: %d kept scores differed from what counts; they are mended", course.slug, changed)
    return changed


def _locked(course: Course, students: Collection[int] | None) -> list[Membership]:
    found = course.memberships.select_for_update(of=("self",), no_key=True).select_related("user").order_by("pk")
    return list(found if students is None else found.filter(user__in=students))


def _all_of(course: Course) -> list[Assignment]:
    return list(course.assignments.select_related("course"))


def _keep(members: Sequence[Membership], assignments: Sequence[Assignment], found: Sequence[Student]) -> int:
    """Write the rows that changed, and no other."""
    users = [m.user_id for m in members]
    kept = {(row.assignment_id, row.student_id): row for row in Counted.objects.filter(
        assignment__in=assignments, student__in=users)}
    there = {(a.pk, s.member.user_id): values for a in assignments for s in found
             if (values := _values(s.grades[a.slug])) is not None}
    changed = [Counted(assignment_id=a, student_id=u, **dict(zip(VALUES, values, strict=True)))
               for (a, u), values in there.items() if (a, u) not in kept or _of(kept[a, u]) != values]
    gone = [row.pk for key, row in kept.items() if key not in there]
    Counted.objects.bulk_create(changed, batch_size=500, update_conflicts=True, unique_fields=["assignment", "student"],
                                update_fields=["attempt", "score", "is_late", "by_hand"])
    if gone:
        Counted.objects.filter(pk__in=gone).delete()
    return len(changed) + len(gone)


def _values(grade: Grade) -> tuple[int | None, float | None, bool, int] | None:
    """Make a row's values of a grade; None where there is nothing to keep."""
    if grade.attempt is None and not grade.manual.count:
        return None
    is_late = grade.attempt is not None and grade.work.window.is_late(grade.attempt.submission.received_at)
    return grade.attempt.pk if grade.attempt else None, grade.score, is_late, grade.manual.count


def _of(row: Counted) -> tuple[int | None, float | None, bool, int]:
    return row.attempt_id, row.score, row.is_late, row.by_hand
