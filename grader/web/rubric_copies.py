"""Copies of rubrics: from one assignment to another, and with a course that is cloned. Ticks are nobody's but the first one's."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Count, Q

from grader.errors import GraderError
from grader.web import access, audit
from grader.web.models import Assignment, Course, Membership, RubricItem, User
from grader.web.rubrics import MOST


def sources(user: User, target: Assignment) -> list[Assignment]:
    """List the assignments with a rubric in courses in which somebody is staff, without the one that is copied to."""
    staffed = Membership.objects.filter(user=user, is_active=True, role__in=access.STAFF).values("course")
    found = Assignment.objects.filter(course__in=staffed).exclude(pk=target.pk).annotate(
        items=Count("rubric", Q(rubric__retired_at=None))).filter(items__gt=0)
    return list(found.select_related("course").order_by("course__title", "position", "slug"))


def copy(source: Assignment, target: Assignment, member: Membership) -> tuple[int, int]:
    """Add the items that another assignment offers behind the own ones.

    Returns how many were added, and how many were left out because an item has the name already; raises GraderError where it
    would be too many, and then nothing is added.
    """
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=target.pk)
        there = {i.name.casefold() for i in target.rubric.filter(retired_at=None)}
        offered = list(source.rubric.filter(retired_at=None).order_by("position", "pk"))
        new = [i for i in offered if i.name.casefold() not in there]
        if len(there) + len(new) > MOST:
            raise GraderError(f"That would be {len(there) + len(new)} items; {MOST} is the most.")
        _write(new, target)
        if new:
            audit.record(member.user, "rubric.copy", course=member.course, about=target.slug, after={
                "from": f"{source.course.slug}/{source.slug}", "items": [i.name for i in new]})
    return len(new), len(offered) - len(new)


def copy_all(course: Course, made: Course) -> int:
    """Copy every rubric of a course to the assignments of the same names in another; returns how many items."""
    targets: Mapping[str, Assignment] = {a.slug: a for a in made.assignments.all()}
    offered = RubricItem.objects.filter(assignment__course=course, retired_at=None).select_related("assignment")
    of: dict[str, list[RubricItem]] = {}
    for item in offered.order_by("position", "pk"):
        of.setdefault(item.assignment.slug, []).append(item)
    for slug, items in of.items():
        _write(items, targets[slug])
    return sum(map(len, of.values()))


def _write(items: list[RubricItem], target: Assignment) -> None:
    first = max((p + 1 for p in target.rubric.values_list("position", flat=True)), default=0)
    RubricItem.objects.bulk_create([
        RubricItem(assignment=target, name=i.name, points=i.points, description=i.description, position=first + k)
        for k, i in enumerate(items)])
