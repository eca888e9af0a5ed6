"""The roster of a course as a file: what it would change, line by line, and then just that or nothing.

A person is known by user name or address. Who is no member gets an invitation by mail, also where an account with the address
exists: nobody becomes a member without knowing, and no file tells who has an account. A file takes the place only of students
away, and only where that is asked for; and it can't leave a course without an instructor.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet

from grader.web import audit, courses, post, sheets
from grader.web.accounts import invitations
from grader.web.models import Course, Invitation, Membership, Role, User
from grader.web.plans import Line, Plan, Stale
from grader.web.sheets import Row

COLUMNS = {"email": ("e-mail", "email", "mail", "address", "e-mail address", "email address"),
           "user": ("user", "user name", "username", "login"), "role": ("role",), "section": ("section", "group", "tutorial")}
ROLES = {**{r.value: r.value for r in Role}, "teaching assistant": Role.TA.value, "": ""}
VALID = timedelta(days=60)
LONGEST = 60  # characters of a section


def plan(course: Course, text: str) -> Plan:
    """Work out what a file would change; raises GraderError where it can't be read at all."""
    rows = sheets.read(text, COLUMNS, ("email", "user"))
    members = list(course.memberships.select_related("user").order_by("user__username"))
    asked = {i.email: i for i in open_invitations(course)}
    known = {m.user.email.casefold(): m for m in members} | {m.user.username.casefold(): m for m in members}
    lines: list[Line] = []
    seen: dict[str, int] = {}
    for row in rows:
        found = _line(row, known, asked)
        first = seen.setdefault(found.email or found.who, row.line) if found.kind != "refused" else row.line
        lines.append(found if first == row.line else _refused(row, f"the same person stands in line {first}"))
    named = {x.user for x in lines}
    left = [m for m in members if m.is_active and m.role == Role.STUDENT and m.user_id not in named and m.user.is_active]
    return Plan((*_kept_an_instructor(lines, members), *(
        Line("missing", 0, m.user.username, m.user.email, told(m.role, m.section), user=m.user_id) for m in left)))


def apply(course: Course, text: str, digest: str, by: User, now: datetime, *, removes: bool = False) -> Plan:
    """Do what a plan says, all of it at once; raises Stale where the plan is another one by now."""
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        found = plan(course, text)
        if found.digest != digest:
            raise Stale
        users = User.objects.in_bulk([x.user for x in found.lines if x.user])
        audit.record(by, "roster.apply", course=course, after={**found.counts, "removes": removes})
        for line in _last_the_instructors(found.lines):
            _do(course, line, users, by, now, removes=removes)
    return found


def invite(course: Course, email: str, role: str, section: str, by: User, now: datetime) -> Invitation:
    """Invite somebody by mail."""
    with transaction.atomic():
        made, _ = invitations.make(course, by, now + VALID, role=role, email=email, section=section)
        post.write(made.email, f"Invitation to {course.title}", "", f"invitation {made.pk}", now, invitation=made)
    return made


def open_invitations(course: Course, now: datetime | None = None) -> QuerySet[Invitation]:
    """List the invitations to one address each that still let somebody in, the newest last."""
    found = Invitation.objects.filter(course=course, uses_left__gt=0).exclude(email="").order_by("pk")
    return found.filter(expires_at__gt=now) if now else found


def told(role: str, section: str) -> str:
    """Say a place in a course."""
    return f"{Role(role).label}, {section}" if section else str(Role(role).label)


def _line(row: Row, known: Mapping[str, Membership], asked: Mapping[str, Invitation]) -> Line:
    """Work out what a line comes to, whatever the others say."""
    email, user, role = row["email"].casefold(), row["user"].casefold(), ROLES.get(row["role"].casefold())
    section = row["section"]
    member = known.get(email) or known.get(user)
    if why := _fault(row, email, role, section):
        return _refused(row, why)
    if user and user not in known and (member is not None or not email):
        near = difflib.get_close_matches(user, known, 1)
        return _refused(row, f"nobody of this course is called {user}{f'; did you mean {near[0]}?' if near else ''}")
    if email and user and member is not known.get(user):
        return _refused(row, "the address is that of another person than the user name")
    if member is not None:
        return _of_member(row, member, role or member.role, section if "section" in row.cells else member.section)
    return _of_stranger(row, asked.get(email), email, role, section)


def _fault(row: Row, email: str, role: str | None, section: str) -> str:
    if not email and not row["user"]:
        return "neither an address nor a user name"
    try:
        validate_email(email) if email else None
    except ValidationError:
        return f"{email} is no mail address"
    if role is None:
        return f"there is no role {row['role']}; there are student, TA and instructor"
    if len(section) > LONGEST or not section.isprintable():
        return f"the section has more than {LONGEST} characters, or some that can't be printed"
    return ""


def _of_member(row: Row, member: Membership, role: str, section: str) -> Line:
    is_same = (role, section) == (member.role, member.section)
    kind = "back" if not member.is_active else "same" if is_same else "changed"
    return Line(kind, row.line, member.user.username, member.user.email, told(member.role, member.section), told(role, section),
                user=member.user_id, role=role, section=section)


def _of_stranger(row: Row, asked: Invitation | None, email: str, role: str | None, section: str) -> Line:
    if asked is None:
        return Line("new", row.line, email, email, "", told(role or Role.STUDENT, section), role=role or Role.STUDENT,
                    section=section)
    role, section = role or asked.role, section if "section" in row.cells else asked.section
    kind = "same" if (role, section) == (asked.role, asked.section) else "pending"
    before, after = (f"invited as {told(*place)}" for place in ((asked.role, asked.section), (role, section)))
    return Line(kind, row.line, email, email, before, after, role=role, section=section)


def _refused(row: Row, why: str) -> Line:
    return Line("refused", row.line, row["user"] or row["email"], row["email"].casefold(), why=why)


def _kept_an_instructor(lines: Sequence[Line], members: Sequence[Membership]) -> Iterable[Line]:
    """Refuse the lines that would take the last instructor away."""
    after = {m.user_id for m in members if m.is_active and m.role == Role.INSTRUCTOR}
    before = set(after)
    for line in lines:
        if line.user and line.kind in ("changed", "back"):
            (after.add if line.role == Role.INSTRUCTOR else after.discard)(line.user)
    if after or not before:
        return lines
    return [replace(x, kind="refused", why="the course would be left without an instructor") if x.user in before else x
            for x in lines]


def _last_the_instructors(lines: Sequence[Line]) -> list[Line]:
    """Order the lines so that who becomes an instructor does so before another ceases to be one."""
    return sorted(lines, key=lambda x: x.role != Role.INSTRUCTOR)


def _do(course: Course, line: Line, users: Mapping[int, User], by: User, now: datetime, *, removes: bool) -> None:
    of: dict[str, Any] = {"by": by, "reason": "roster file"}
    if line.kind == "new":
        invite(course, line.email, line.role, line.section, by, now)
    elif line.kind == "pending":
        Invitation.objects.filter(course=course, uses_left__gt=0, email=line.email).update(role=line.role, section=line.section)
        audit.record(by, "invitation.change", course=course, about=f"invitation to {line.email}",
                     before=line.before, after=line.after)
    elif line.kind in ("changed", "back"):
        courses.set_role(course, users[line.user], line.role, section=line.section, **of)
    elif line.kind == "missing" and removes:
        courses.remove(course, users[line.user], **of)
