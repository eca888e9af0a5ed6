"""Rubrics: items worth points by hand, ticked at submissions.

What is ticked at the submission that counts is added to a student's score, or where none counts, at the newest one that has
ticks. Nothing is copied: an item's points are read wherever it is ticked, so that a change counts everywhere at once, after
those who make it have seen how many marks it moves. An item that was ever ticked is not removed, only retired.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q, QuerySet

from grader.errors import GraderError
from grader.web import adjustments, audit, counted, grades, teams
from grader.web.models import Assignment, Attempt, Membership, RubricItem, RubricTick, Submission, User

MOST = 100  # items of a rubric
NAME, DESCRIPTION = 120, 2000  # characters


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says of an item."""

    name: str
    points: float
    description: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A student whose score another number of points would move."""

    student: User
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What another number of points would do."""

    moved: list[Move]
    same: int  # students at whose counting submission it is ticked, and whose score stays

    @property
    def seen(self) -> str:
        """Name all that is shown, so that nothing else can be confirmed."""
        return hashlib.sha256(json.dumps([[m.student.pk, m.before, m.after] for m in self.moved]).encode()).hexdigest()

    def count(self, *, is_up: bool) -> int:
        """Count the scores that go up, or those that go down."""
        return sum(((m.after or 0) > (m.before or 0)) is is_up for m in self.moved)


@dataclass(frozen=True, slots=True)
class Panel:
    """A rubric at one submission, as a viewer may see it: what can be ticked, and what is."""

    items: list[RubricItem]  # offered, and retired ones that are ticked; for students only what is ticked
    ticked: dict[int, RubricTick]  # by the item's id
    can_tick: bool

    @property
    def points(self) -> float:
        """Add up what is ticked."""
        return round(sum(i.points for i in self.items if i.pk in self.ticked), 6)


def panel(attempt: Attempt, viewer: Membership, *, is_open: bool) -> Panel:
    """Look up the rubric at an attempt's submission; nothing of it unless it `is_open` to the viewer (reports.is_open)."""
    submission = attempt.submission
    if not is_open:
        return Panel([], {}, can_tick=False)
    ticked = {t.item_id: t for t in submission.ticks.filter(undone_at=None).select_related("by", "item")}
    if not viewer.is_staff:
        return Panel(sorted((t.item for t in ticked.values()), key=lambda i: (i.position, i.pk)), ticked, can_tick=False)
    every = submission.assignment.rubric.all()
    return Panel([i for i in every if i.retired_at is None or i.pk in ticked], ticked,
                 can_tick=not teams.is_own(submission, viewer.user))


def items(assignment: Assignment) -> QuerySet[RubricItem, RubricItem]:
    """List an assignment's items, each with `used`, how often it is ticked, and `ever`, how often it was."""
    found = assignment.rubric.annotate(used=Count("ticks", Q(ticks__undone_at=None)), ever=Count("ticks"))
    return found.order_by("position", "pk")  # which grouping forgets


def read(said: Mapping[str, str]) -> Said:
    """Read what a form says; raises GraderError with what to write instead."""
    name = " ".join(said.get("name", "").split())
    description = said.get("description", "").replace("\r\n", "\n").strip()
    if not name:
        raise GraderError("Name the item, as students are to read it.")
    if len(name) > NAME or len(description) > DESCRIPTION:
        raise GraderError(f"The name has at most {NAME} characters, the description at most {DESCRIPTION}.")
    return Said(name, adjustments.read_points(said.get("points", "")), description)


def add(assignment: Assignment, said: Said, member: Membership) -> RubricItem:
    """Add an item behind the others."""
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=assignment.pk)
        if assignment.rubric.filter(retired_at=None).count() >= MOST:
            raise GraderError(f"{MOST} items is the most.")
        _check_name(assignment, said.name)
        last = assignment.rubric.aggregate(last=Max("position"))["last"]
        made = RubricItem.objects.create(assignment=assignment, name=said.name, points=said.points, description=said.description,
                                         position=0 if last is None else last + 1)
        audit.record(member.user, "rubric.add", course=member.course, about=_about(made), after=_told(made))
    return made


def moves(item: RubricItem, points: float) -> Moves:
    """Work out whose scores another number of points would move."""
    course, those = item.assignment.course, Q(pk__in=[])
    for way in teams.ways([item.assignment]):
        those |= Q(user__in=item.ticks.filter(undone_at=None).order_by().values(way))
    members = list(course.memberships.filter(those).select_related("user").order_by("user__username"))
    wanted = list(course.assignments.select_related("course")) if course.late_days else [item.assignment]
    slug = item.assignment.slug
    old, new = (grades.of(course, members, wanted, worth=worth) for worth in ({}, {item.pk: points}))
    found = [Move(a.user, a.grades[slug].score, b.grades[slug].score) for a, b in zip(old, new, strict=True)]
    moved = [m for m in found if m.before != m.after]
    return Moves(moved, len(found) - len(moved))


def edit(item: RubricItem, said: Said, member: Membership, seen: str) -> Moves | None:
    """Change an item; returns what it would move, and changes nothing, where that is not what was `seen`."""
    with transaction.atomic():
        RubricItem.objects.select_for_update().get(pk=item.pk)
        item.refresh_from_db()
        _check_name(item.assignment, said.name, but=item)
        if said.points != item.points:
            found = moves(item, said.points)
            if (found.moved or found.same) and found.seen != seen:
                return found
        before = _told(item)
        RubricItem.objects.filter(pk=item.pk).update(name=said.name, points=said.points, description=said.description)
        audit.record(member.user, "rubric.edit", course=member.course, about=_about(item), before=before,
                     after={"name": said.name, "points": said.points, "description": said.description})
        ticked = _ticked(item)
        if ticked and said.points != before["points"]:
            counted.recount(member.course, ticked, [item.assignment])
    return None


def shift(item: RubricItem, step: int) -> None:
    """Move an item up (-1) or down (1) among those that are offered: it is the order of their keys."""
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=item.assignment_id)
        order = [i.pk for i in item.assignment.rubric.filter(retired_at=None)]
        if item.pk not in order or not 0 <= (to := order.index(item.pk) + step) < len(order):
            return
        order.remove(item.pk)
        order.insert(to, item.pk)
        for position, pk in enumerate(order):
            RubricItem.objects.filter(pk=pk).update(position=position)


def retire(item: RubricItem, member: Membership, now: datetime) -> None:
    """Offer an item no more."""
    with transaction.atomic():
        if RubricItem.objects.filter(pk=item.pk, retired_at=None).update(retired_at=now):
            audit.record(member.user, "rubric.retire", course=member.course, about=_about(item), before=_told(item))


def restore(item: RubricItem, member: Membership) -> None:
    """Offer a retired item again, behind the others; raises GraderError where another has its name by now."""
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=item.assignment_id)
        _check_name(item.assignment, item.name, but=item)
        last = item.assignment.rubric.aggregate(last=Max("position"))["last"] or 0
        if RubricItem.objects.filter(pk=item.pk, retired_at__isnull=False).update(retired_at=None, position=last + 1):
            audit.record(member.user, "rubric.restore", course=member.course, about=_about(item), after=_told(item))


def remove(item: RubricItem, member: Membership) -> bool:
    """Remove an item that never was ticked; False for one that was."""
    with transaction.atomic():
        RubricItem.objects.select_for_update().get(pk=item.pk)
        if item.ticks.exists():
            return False
        audit.record(member.user, "rubric.remove", course=member.course, about=_about(item), before=_told(item))
        item.delete()
    return True


def tick(submission: Submission, item: RubricItem, member: Membership, now: datetime) -> bool:
    """Tick an item at a submission; False where it is ticked already or retired."""
    try:
        with transaction.atomic():
            held = RubricItem.objects.select_for_update().get(pk=item.pk)
            if held.retired_at is not None:
                return False
            RubricTick.objects.create(submission=submission, item=item, by=member.user, at=now)
            audit.record(member.user, "rubric.tick", course=member.course, about=_of(submission), after=_told(held))
            counted.recount_one(submission)
    except IntegrityError:
        return False
    return True


def untick(submission: Submission, item: RubricItem, member: Membership, now: datetime) -> bool:
    """Take a tick back; False where there is none."""
    with transaction.atomic():
        is_done = RubricTick.objects.filter(submission=submission, item=item, undone_at=None).update(
            undone_at=now, undone_by=member.user) == 1
        if is_done:
            audit.record(member.user, "rubric.untick", course=member.course, about=_of(submission), before=_told(item))
            counted.recount_one(submission)
    return is_done


def set_ticks(submission: Submission, wanted: Iterable[int], member: Membership, now: datetime) -> None:
    """Have exactly these items ticked at a submission; raises GraderError for one that isn't offered there, and does nothing."""
    with transaction.atomic():
        known = {i.pk: i for i in submission.assignment.rubric.select_related("assignment")}
        ticked = set(submission.ticks.select_for_update().filter(undone_at=None).values_list("item", flat=True))
        new = set(wanted)
        wrong = [str(pk) for pk in sorted(new - ticked) if pk not in known or known[pk].retired_at is not None]
        if wrong:
            raise GraderError(f"No item of this rubric that can be ticked: {', '.join(wrong)}.")
        for pk in sorted(ticked - new):
            untick(submission, known[pk], member, now)
        for pk in sorted(new - ticked):
            tick(submission, known[pk], member, now)


def _ticked(item: RubricItem) -> set[int]:
    """List for whom submissions count at which an item is ticked."""
    rows = item.ticks.filter(undone_at=None)
    return {user for way in teams.ways([item.assignment])
            for user in rows.filter(**{f"{way}__isnull": False}).values_list(way, flat=True)}


def _check_name(assignment: Assignment, name: str, but: RubricItem | None = None) -> None:
    same = assignment.rubric.filter(name__iexact=name, retired_at=None)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise GraderError(f"There is an item “{name}” already.")


def _about(item: RubricItem) -> str:
    return f"rubric item {item.pk} of {item.assignment.slug}"


def _of(submission: Submission) -> str:
    return f"submission {submission.number} of user {submission.user.username} in {submission.assignment.slug}"


def _told(item: RubricItem) -> dict[str, Any]:
    return {"item": item.pk, "name": item.name, "points": item.points, "description": item.description}
