"""Group sets and the groups in them: made, chosen for assignments, formed by students or by staff, each change with its audit.

A course has any number of sets and an assignment goes by one of them or by none, because a TA has project groups that last
over several assignments beside pairs that last for one, and wants to enter neither twice. Students change groups only as long as
nothing was handed in and nothing was due in any assignment of the set; staff may always. What was handed in stays whose it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from grader.errors import GraderError
from grader.web import audit, counted, teams
from grader.web.models import (
    Assignment,
    Attempt,
    Course,
    Group,
    GroupMember,
    GroupSet,
    Membership,
    Partner,
    Role,
    State,
    User,
)

LONGEST = 60  # characters of a name
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
CODE = 10  # letters of a group's code
REASON = 500


@dataclass(frozen=True, slots=True)
class Rules:
    """What a group set is called, and what students may do in it, under the names of its row."""

    name: str
    size: int | None = None
    is_open: bool = False


def make(course: Course, rules: Rules, *, by: User) -> GroupSet:
    """Make a group set; raises GraderError where there is one of this name."""
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        made = GroupSet.objects.create(course=course, **asdict(_checked(course, rules)))
        audit.record(by, "groups.make", course=course, about=made.name, after=_told(made))
    return made


def change(found: GroupSet, rules: Rules, *, by: User) -> None:
    """Change a set's name and rules; raises GraderError where another has the name."""
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=found.course_id)
        row = GroupSet.objects.select_related("course").get(pk=found.pk)
        after = asdict(_checked(row.course, rules, but=row))
        before = _told(row)
        if before != after:
            GroupSet.objects.filter(pk=row.pk).update(**after)
            audit.record(by, "groups.change", course=row.course, about=row.name, before=before, after=after)


def remove(found: GroupSet, *, by: User) -> None:
    """Remove a set and its groups; raises GraderError where an assignment goes by it."""
    with transaction.atomic():
        GroupSet.objects.select_for_update().get(pk=found.pk)
        if slugs := list(found.assignments.values_list("slug", flat=True)):
            raise GraderError(f"{', '.join(slugs)} goes by this set: choose another one there first.")
        audit.record(by, "groups.remove", course=found.course, about=found.name, before={
            "groups": {g.name: [m.user.username for m in g.members.select_related("user")] for g in found.groups.all()}})
        found.delete()


def choose(assignment: Assignment, group_set: GroupSet | None, *, by: User) -> bool:
    """Say by which set an assignment goes, or that everybody works alone; False where that is so already.

    Raises GraderError where something was handed in together already and everybody should work alone.
    """
    with transaction.atomic():
        row = Assignment.objects.select_for_update(of=("self",), no_key=True).select_related("group_set", "course").get(
            pk=assignment.pk)
        if row.group_set == group_set:
            return False
        if group_set is None and Partner.objects.filter(submission__assignment=row).exists():
            raise GraderError(f"{row.title}: groups have handed in already, which counts for all of them; choose another set "
                              "instead.")
        Assignment.objects.filter(pk=row.pk).update(group_set=group_set)
        audit.record(by, "groups.choose", course=row.course, about=row.slug,
                     before=row.group_set.name if row.group_set else "alone", after=group_set.name if group_set else "alone")
        counted.recount(row.course, assignments=[Assignment.objects.select_related("course").get(pk=row.pk)])
    return True


def place(group_set: GroupSet, user: User, name: str, member: Membership, reason: str = "") -> bool:
    """Put a student into a group, which is made where there is none; an empty name takes them out. False: they are there.

    What they handed in before stays theirs and their old group's. Raises GraderError for whoever is no student of the course.
    """
    name = read_name(name)
    if len(reason) > REASON:
        raise GraderError(f"The reason has at most {REASON} characters.")
    with transaction.atomic():
        lock(group_set)
        if name and not _is_student(group_set, user):
            raise GraderError(f"{user.shown_name} is no student of this course.")
        return place_all(group_set, [(user, name)], member, reason) == 1


def place_all(group_set: GroupSet, wanted: Sequence[tuple[User, str]], member: Membership, reason: str = "") -> int:
    """Put people into groups of a set that is locked, and count anew what may rest on it; returns how many moved."""
    now = {m.user_id: m.group for m in GroupMember.objects.filter(group_set=group_set).select_related("group")}
    there = {g.name.casefold(): g for g in group_set.groups.all()}
    moved = [(u, name) for u, name in wanted if name.casefold() != (now[u.pk].name.casefold() if u.pk in now else "")]
    new = {name.casefold(): name for _, name in moved if name and name.casefold() not in there}
    there |= {g.name.casefold(): g for g in Group.objects.bulk_create(
        Group(group_set=group_set, name=name, code=_code()) for name in new.values())}
    old = {now[u.pk].pk for u, _ in moved if u.pk in now}
    those = {u.pk for u, _ in moved} | {u for u, g in now.items() if g.pk in old}
    GroupMember.objects.filter(group_set=group_set, user__in=[u for u, _ in moved]).delete()
    GroupMember.objects.bulk_create([GroupMember(group=there[name.casefold()], group_set=group_set, user=u)
                                     for u, name in moved if name])
    Group.objects.filter(group_set=group_set, members=None).delete()
    audit.record_all(member, [audit.Act(
        "group.set", f"user {u.username} in {group_set.name}", now[u.pk].name if u.pk in now else None,
        there[name.casefold()].name if name else None, reason) for u, name in moved])
    if moved and (places := list(group_set.assignments.select_related("course"))):
        counted.recount(group_set.course, those, places)
    return len(moved)


def form(group_set: GroupSet, member: Membership, name: str, now: datetime) -> None:
    """Let a student form a group; raises GraderError where they may not, or there is one of this name."""
    if not (name := read_name(name)):
        raise GraderError("Give the group a name.")
    with transaction.atomic():
        lock(group_set)
        _check_open(group_set, member, [member.user_id], now)
        if any(g.name.casefold() == name.casefold() for g in group_set.groups.all()):
            raise GraderError(f"There is a group {name} already: ask its members for its code, or choose another name.")
        place_all(group_set, [(member.user, name)], member)


def join(group_set: GroupSet, member: Membership, code: str, now: datetime) -> Group:
    """Let a student join the group that has a code; raises GraderError where they may not, or there is none."""
    with transaction.atomic():
        lock(group_set)
        said = "".join(code.casefold().split()).replace("-", "").replace("\0", "")
        found = Group.objects.filter(group_set=group_set, code=said).first() if said else None
        if found is None:
            raise GraderError("No group here has this code: ask one of its members for it.")
        there = set(found.members.values_list("user", flat=True))
        if member.user_id in there:
            raise GraderError(f"You are in {found.name} already.")
        _check_open(group_set, member, {member.user_id, *there}, now)
        if group_set.size is not None and len(there) >= group_set.size:
            raise GraderError(f"{found.name} is full: a group has at most {group_set.size} members.")
        place_all(group_set, [(member.user, found.name)], member)
    return found


def leave(group_set: GroupSet, member: Membership, now: datetime) -> bool:
    """Let a student leave their group; False where they are in none. Raises GraderError where they may not."""
    with transaction.atomic():
        lock(group_set)
        _check_open(group_set, member, [member.user_id], now)
        return place_all(group_set, [(member.user, "")], member) == 1


def closed(group_set: GroupSet, users: Collection[int], now: datetime) -> str:
    """Say why these students change groups no more by themselves; empty where they may."""
    if not group_set.is_open:
        return "The groups of this set are made by the course's staff."
    places = list(group_set.assignments.all())
    over = [a for a in places if a.due_at is not None and a.due_at <= now]
    if over:
        return f"{over[0].title} was due, so groups stay as they are; ask the course's staff if yours has to change."
    mates = GroupMember.objects.filter(group__in=GroupMember.objects.filter(
        group_set=group_set, user__in=users).order_by().values("group")).order_by()
    those = {*users, *mates.values_list("user", flat=True)}
    sent = Attempt.objects.filter(teams.own(those), submission__assignment__in=places).exclude(state=State.CANCELLED)
    if sent.exists():
        return "Something was handed in already, so the group stays as it is; ask the course's staff if it has to change."
    return ""


def of(group_set: GroupSet) -> dict[int, str]:
    """Look up the names of the groups by their members' ids."""
    return dict(GroupMember.objects.filter(group_set=group_set).order_by().values_list("user", "group__name"))


def mine(assignment: Assignment, user: User) -> Group | None:
    """Look up the group in which somebody works in an assignment; None for whoever works alone."""
    if assignment.group_set_id is None:
        return None
    return Group.objects.filter(members__user=user, group_set=assignment.group_set_id).prefetch_related("members__user").first()


def read_name(said: str) -> str:
    """Read a group's name; raises GraderError where it can't be one."""
    name = " ".join(said.split())
    if len(name) > LONGEST or not name.isprintable():
        raise GraderError(f"A group's name has at most {LONGEST} characters, all of them printable.")
    return name


def lock(group_set: GroupSet) -> None:
    """Let nobody else change groups of a set, nor hand in by it, until the transaction ends."""
    GroupSet.objects.select_for_update(no_key=True).get(pk=group_set.pk)
    group_set.refresh_from_db(fields=["size", "is_open"])


def _is_student(group_set: GroupSet, user: User) -> bool:
    return Membership.objects.filter(course=group_set.course_id, user=user, is_active=True, role=Role.STUDENT).exists()


def _check_open(group_set: GroupSet, member: Membership, users: Collection[int], now: datetime) -> None:
    if not _is_student(group_set, member.user):
        raise GraderError("Only students of the course are in its groups.")
    if why := closed(group_set, users, now):
        raise GraderError(why)


def _code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE))


def _checked(course: Course, rules: Rules, but: GroupSet | None = None) -> Rules:
    name = read_name(rules.name)
    if not name:
        raise GraderError("Give the set a name, as in “project groups”.")
    if rules.size is not None and rules.size < 2:
        raise GraderError("A group has room for two at least; leave the size empty for any number.")
    same = course.group_sets.filter(Q(name__iexact=name))
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise GraderError(f"There is a set “{name}” already.")
    return Rules(name, rules.size, rules.is_open)


def _told(found: GroupSet) -> dict[str, object]:
    return {"name": found.name, "size": found.size, "is_open": found.is_open}
