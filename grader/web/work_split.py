"""Splitting the work of a course among its TAs, or among its instructors where it has no TA.

In turn: who has the least open work gets the next item. By section: TAs get the work of students of their own section, in turn
where several have one; students whose section has no TA are anybody's, in turn. What a student left in one assignment stays in
one hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from django.db import transaction

from grader.web import audit
from grader.web.models import Assignment, Course, Membership, Role, Split, User, WorkItem, WorkRules


def team(course: Course) -> list[Membership]:
    """List who shares the work."""
    people = staff(course)
    return [m for m in people if m.role == Role.TA] or people


def staff(course: Course) -> list[Membership]:
    """List who may have work at all."""
    found = course.memberships.filter(is_active=True, role__in=(Role.TA, Role.INSTRUCTOR))
    return list(found.select_related("user").order_by("pk"))


def turn(assignment: Assignment, student: User, rules: WorkRules, mates: Collection[int] = ()) -> User | None:
    """Say whose turn it is, the same for all of a group, by id in `mates`; None where the work is not split."""
    if rules.way == Split.NONE:
        return None
    people = team(assignment.course)
    before = WorkItem.objects.filter(
        assignment=assignment, student__in={student.pk, *mates}, state=WorkItem.State.OPEN,
        taken_by__in=[m.user_id for m in people]).select_related("taken_by").first()
    if before is not None:
        return before.taken_by
    loads: Counter[int | None] = Counter(WorkItem.objects.filter(
        course=assignment.course, state=WorkItem.State.OPEN).values_list("taken_by", flat=True))
    section = ""
    if rules.way == Split.SECTION:
        section = assignment.course.memberships.filter(user=student).values_list("section", flat=True).first() or ""
    return _next(people, section, loads)


def deal(member: Membership, way: str, *, is_anew: bool) -> int:
    """Set how a course's work is split and deal the open items that nobody has, or all of them anew; returns how many."""
    course = member.course
    with transaction.atomic():
        WorkRules.objects.update_or_create(course=course, defaults={"way": way})
        open_ = WorkItem.objects.filter(course=course, state=WorkItem.State.OPEN).order_by("assignment_id", "student_id", "pk")
        every = list(open_.select_related("taken_by"))
        dealt = _deal(course, [i for i in every if is_anew or i.taken_by_id is None], every, way, is_anew=is_anew)
        WorkItem.objects.bulk_update(dealt, ["taken_by"], batch_size=500)
        audit.record(member.user, "work.split", course=course, after={"way": way, "dealt": len(dealt), "anew": is_anew})
    return len(dealt)


def _deal(course: Course, items: Sequence[WorkItem], every: Sequence[WorkItem], way: str, *, is_anew: bool) -> list[WorkItem]:
    people = team(course)
    loads: Counter[int | None] = Counter(() if is_anew else (i.taken_by_id for i in every))
    hands: dict[tuple[int, int], User | None] = {} if is_anew else {
        (i.assignment_id, i.student_id): i.taken_by for i in every if i.taken_by}
    sections = dict(course.memberships.values_list("user_id", "section")) if way == Split.SECTION else {}
    for item in items:
        key = item.assignment_id, item.student_id
        if key not in hands and way != Split.NONE:
            hands[key] = _next(people, sections.get(item.student_id, ""), loads)
        item.taken_by = hands.get(key)
        loads[item.taken_by_id] += 1
    return list(items)


def _next(people: Sequence[Membership], section: str, loads: Counter[int | None]) -> User | None:
    own = [m for m in people if section and m.section == section] or people
    found = min(own, key=lambda m: (loads[m.user_id], m.pk), default=None)
    return found.user if found else None
