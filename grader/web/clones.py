"""A course for a new term: its assignments as they are, their rules, rubrics and group sets, dates moved; nobody's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from grader.errors import GraderError
from grader.web import audit, courses, rubric_copies, times
from grader.web.models import Assignment, Course, GroupSet, Role, User

MOST_DAYS = 3660
DATES = ("opens_at", "due_at", "late_until")
NOT_KEPT = {"id", "course_id", "released_at", "group_set_id"}  # of an assignment's row


@dataclass(frozen=True, slots=True)
class Wish:
    """What the new course is to be."""

    slug: str
    title: str
    days: int  # that all dates are moved by
    has_staff: bool = False  # the other instructors and TAs are taken over, too


@dataclass(frozen=True, slots=True)
class Moved:
    """An assignment with the dates it will have."""

    assignment: Assignment
    dates: dict[str, datetime | None]


def preview(course: Course, days: int) -> list[Moved]:
    """Show every assignment with its dates moved; the time of day stays, whatever the clocks do in between."""
    if abs(days) > MOST_DAYS:
        raise GraderError(f"Days: a number between -{MOST_DAYS} and {MOST_DAYS}.")
    zone = times.read_zone(course.time_zone)
    found = course.assignments.select_related("version").order_by("position", "slug")
    return [Moved(a, {n: moved(getattr(a, n), days, zone) for n in DATES}) for a in found]


def moved(at: datetime | None, days: int, zone: ZoneInfo) -> datetime | None:
    """Move a time by whole days on the clock on the course's wall."""
    if at is None:
        return None
    there = (at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone, fold=1)
    return there.astimezone(UTC)


def clone(course: Course, wish: Wish, *, by: User) -> Course:
    """Make a new course after another; raises GraderError where its name can't be, and then nothing is made."""
    if not wish.slug or not wish.title:
        raise GraderError("Say the new course's name in addresses and its title.")
    rows = preview(course, wish.days)
    kept = {row["id"]: {k: v for k, v in row.items() if k not in NOT_KEPT} for row in course.assignments.values()}
    with transaction.atomic():
        made = courses.create(wish.slug, wish.title, by, time_zone=course.time_zone, late_days=course.late_days)
        sets = {s.pk: GroupSet.objects.create(course=made, name=s.name, size=s.size, is_open=s.is_open)
                for s in course.group_sets.all()}  # without their groups: the people are others
        Assignment.objects.bulk_create([
            Assignment(course=made, group_set=sets.get(row.assignment.group_set_id or 0),
                       **{**kept[row.assignment.pk], **row.dates}) for row in rows])
        items = rubric_copies.copy_all(course, made)
        if wish.has_staff:
            for member in course.memberships.filter(role__in=(Role.TA, Role.INSTRUCTOR), is_active=True).exclude(user=by):
                courses.set_role(made, member.user, member.role, by=by, reason=f"taken over from {course.slug}")
        audit.record(by, "course.clone", course=made, about=course.slug, after={
            "assignments": [row.assignment.slug for row in rows], "days": wish.days, "rubric items": items,
            "has_staff": wish.has_staff})
    return made
