"""What is done to a course and its people, each act with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from grader.errors import GraderError
from grader.web import audit, counted, times
from grader.web.models import Assignment, Course, Extension, Membership, Role, SpecVersion, User

# These stand beside the assignments in a course's addresses.
RESERVED = ("gradebook", "by-hand", "regrades", "rubric", "work", "statistics", "specs", "clone", "people", "settings", "dates",
            "extensions", "records", "announcements", "groups")


@dataclass(frozen=True, slots=True)
class Rules:
    """Dates and rules of an assignment, under the names they have in its row."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    late_until: datetime | None = None
    penalty_percent: int = 0
    max_attempts: int | None = None
    cooldown_s: int = 0


def create(slug: str, title: str, instructor: User, *, time_zone: str = "UTC", late_days: int = 0,
           by: User | None = None) -> Course:
    """Make a course with its first instructor; raises GraderError where the slug can't be."""
    times.read_zone(time_zone)
    made = Course(slug=slug, title=title, time_zone=time_zone, late_days=late_days)
    try:
        made.full_clean()
    except ValidationError as e:
        raise GraderError(f"course {slug}: {' '.join(e.messages)}") from e
    with transaction.atomic():
        made.save()
        audit.record(by, "course.create", course=made, after={"slug": slug, "title": title})
        set_role(made, instructor, Role.INSTRUCTOR, by=by)
    return made


def change(course: Course, said: Mapping[str, Any], *, by: User) -> None:
    """Change a course's title, time zone or late days; raises GraderError where they can't be so."""
    with transaction.atomic():
        found = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        before = {k: getattr(found, k) for k, v in said.items() if v != getattr(found, k)}
        if not before:
            return
        for name in before:
            setattr(found, name, said[name])
        try:
            found.full_clean()
        except ValidationError as e:
            raise GraderError(f"course {found.slug}: {' '.join(e.messages)}") from e
        found.save(update_fields=list(before))
        audit.record(by, "course.change", course=found, before=before, after={name: said[name] for name in before})
        counted.recount(found)


def assign(course: Course, version: SpecVersion, rules: Rules, *, by: User | None = None) -> Assignment:
    """Set an assignment in a course, or set its version, dates and rules anew; raises GraderError where its name can't be."""
    if version.slug in RESERVED:
        raise GraderError(f"assignment {version.slug}: the course has a page of this name; rename the folder")
    with transaction.atomic():
        before = Assignment.objects.select_for_update(of=("self",), no_key=True).select_related("version").filter(
            course=course, slug=version.slug).first()
        new = {"position": course.assignments.count()} if before is None else {}
        after, _ = Assignment.objects.update_or_create(
            course=course, slug=version.slug, defaults={"title": version.title, "version": version, **asdict(rules), **new})
        audit.record(by, "assignment.set", course=course, about=version.slug, before=_rules(before), after=_rules(after))
        if before is not None:
            counted.recount(course, assignments=[after])
    return after


def assignment_of(course: Course, slug: str) -> Assignment:
    """Return an assignment of a course; raises GraderError that names those there are."""
    if (found := course.assignments.filter(slug=slug).first()) is None:
        there = ", ".join(course.assignments.values_list("slug", flat=True)) or "none"
        raise GraderError(f"assignment {slug}: not set in {course.slug}; there are: {there}")
    return found


def student_of(course: Course, user: User) -> User:
    """Return a member of a course; raises GraderError where the person is none."""
    if not Membership.objects.filter(course=course, user=user, is_active=True).exists():
        raise GraderError(f"account {user.username}: not a member of {course.slug}")
    return user


def set_role(course: Course, user: User, role: str, *, by: User | None, reason: str = "",
             section: str | None = None) -> Membership:
    """Make a person a member, or give a member another role; a place that was taken away is given back."""
    given = {"role": role, "is_active": True} | ({} if section is None else {"section": section})
    return set_place(course, user, given, by=by, reason=reason)


def remove(course: Course, user: User, *, by: User | None, reason: str = "") -> bool:
    """Take a person's place in a course away; what they handed in stays. Raises GraderError for the last instructor."""
    if not Membership.objects.filter(course=course, user=user, is_active=True).exists():
        return False
    set_place(course, user, {"is_active": False}, by=by, reason=reason)
    return True


def set_place(course: Course, user: User, given: Mapping[str, Any], *, by: User | None, reason: str = "") -> Membership:
    """Set what is given of a person's place: `role`, `section`, `is_active`; raises GraderError for the last instructor."""
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        before = Membership.objects.filter(course=course, user=user).first()
        after, _ = Membership.objects.update_or_create(course=course, user=user, defaults=dict(given))
        if _leads(before) and not _leads(after):
            _check_led(course)
        if before is None or _place(before) != _place(after):
            is_end = before is not None and before.is_active and not after.is_active
            audit.record(by, "role.remove" if is_end else "role.set", course=course, about=f"user {user.username}",
                         before=_place(before), after=_place(after), reason=reason)
    return after


def _leads(member: Membership | None) -> bool:
    return member is not None and member.is_active and member.role == Role.INSTRUCTOR


def _check_led(course: Course) -> None:
    """Hold that a course has an instructor; raises GraderError, which undoes what led here."""
    if not Membership.objects.filter(course=course, role=Role.INSTRUCTOR, is_active=True).exists():
        raise GraderError("A course needs an instructor: make somebody else one first.")


def extend(assignment: Assignment, user: User, *, by: User | None, due_at: datetime | None = None,
           late_until: datetime | None = None, extra_attempts: int = 0, reason: str = "") -> Extension:
    """Give one student more time or attempts; it takes the place of an earlier extension."""
    given = {"due_at": due_at, "late_until": late_until, "extra_attempts": extra_attempts, "reason": reason}
    with transaction.atomic():
        before = Extension.objects.select_for_update().filter(assignment=assignment, user=user).first()
        after, _ = Extension.objects.update_or_create(assignment=assignment, user=user, defaults={**given, "given_by": by})
        audit.record(by, "extension.give", course=assignment.course, about=f"{assignment.slug} of user {user.username}",
                     before=_extension(before), after=_extension(after), reason=reason)
        counted.recount(assignment.course, [user.pk], [assignment])
    return after


def release(assignment: Assignment, at: datetime | None, *, by: User) -> None:
    """Show an assignment's grades and the checks that wait for it from a time on; None holds them back."""
    with transaction.atomic():
        before = Assignment.objects.select_for_update().get(pk=assignment.pk).released_at
        Assignment.objects.filter(pk=assignment.pk).update(released_at=at)
        audit.record(by, "grades.release" if at else "grades.hold", course=assignment.course, about=assignment.slug,
                     before=_iso(before), after=_iso(at))
        if at is not None:
            _tell_of_release(Assignment.objects.get(pk=assignment.pk), at)


def _tell_of_release(assignment: Assignment, at: datetime) -> None:
    from grader.web import news  # whose letters may bring invitations, which make places here
    news.of_release(assignment, at)


def _place(member: Membership | None) -> dict[str, Any] | None:
    if member is None:
        return None
    return {"role": member.role, "is_active": member.is_active} | ({"section": member.section} if member.section else {})


def _extension(given: Extension | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {"due_at": _iso(given.due_at), "late_until": _iso(given.late_until), "extra_attempts": given.extra_attempts}


def _rules(assignment: Assignment | None) -> dict[str, Any] | None:
    if assignment is None:
        return None
    rules = {name: getattr(assignment, name) for name in Rules.__dataclass_fields__}
    shown = {k: _iso(v) if isinstance(v, datetime) else v for k, v in rules.items()}
    return {"version": assignment.version.number, **shown}


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
