"""The groups of a set as a file: handed out, and taken in with a preview of what it changes, as a roster is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from django.db import transaction

from grader.errors import GraderError
from grader.table import cell
from grader.web import audit, grades, groups, sheets
from grader.web.models import GroupSet, Membership, User
from grader.web.plans import Line, Plan, Stale
from grader.web.sheets import Row

COLUMNS = {"group": ("group", "team", "group name"), "user": ("user", "user name", "username", "login"),
           "email": ("e-mail", "email", "mail", "address", "e-mail address", "email address")}
HEAD = ["group", "user", "e-mail", "name"]


def lines(group_set: GroupSet) -> list[list[str]]:
    """Make a table of a course's students with their groups, which can be sent back changed."""
    now = groups.of(group_set)
    found = sorted(grades.students(group_set.course), key=lambda m: (now.get(m.user_id, "").casefold(), m.user.username))
    return [HEAD, *([cell(x) for x in (now.get(m.user_id, ""), m.user.username, m.user.email, m.user.shown_name)] for m in found)]


def plan(group_set: GroupSet, text: str) -> Plan:
    """Work out what a file of groups would change; raises GraderError where it can't be read at all."""
    rows = sheets.read(text, COLUMNS, ("user", "email"))
    if rows and "group" not in rows[0].cells:
        raise GraderError("The first line must name a column “group”; an empty cell in it takes a student out of their group.")
    members = list(grades.students(group_set.course))
    known = {m.user.email.casefold(): m for m in members} | {m.user.username.casefold(): m for m in members}
    now, found, seen = groups.of(group_set), list[Line](), dict[int, int]()
    for row in rows:
        line = _line(row, known, now)
        first = seen.setdefault(line.user, row.line) if line.user else row.line
        found.append(line if first == row.line else Line(
            "refused", row.line, line.who, line.email, why=f"the same person stands in line {first}"))
    left = [m for m in members if m.user_id in now and m.user_id not in seen]
    return Plan((*found, *(Line("missing", 0, m.user.username, m.user.email, now[m.user_id], user=m.user_id) for m in left)))


def apply(group_set: GroupSet, text: str, digest: str, member: Membership, *, removes: bool = False) -> Plan:
    """Do what a plan says, all of it at once; raises Stale where the plan is another one by now."""
    with transaction.atomic():
        groups.lock(group_set)
        found = plan(group_set, text)
        if found.digest != digest:
            raise Stale
        users = User.objects.in_bulk([x.user for x in found.lines if x.user])
        audit.record(member.user, "groups.apply", course=group_set.course, about=group_set.name,
                     after={**found.counts, "removes": removes})
        groups.place_all(group_set, [(users[x.user], x.section) for x in found.lines
                                     if x.kind in ("new", "changed") or (x.kind == "missing" and removes)], member)
    return found


def _line(row: Row, known: Mapping[str, Membership], now: Mapping[int, str]) -> Line:
    """Work out what a line comes to, whatever the others say."""
    user, email = row["user"].casefold(), row["email"].casefold()
    member = known.get(user or email)
    if member is None:
        return Line("refused", row.line, user or email or "nobody", email, why=_unknown(user or email, list(known)))
    if user and email and known.get(email, member) is not member:
        return Line("refused", row.line, user, email, why="the address is that of another person than the user name")
    try:
        name = groups.read_name(row["group"])
    except GraderError as e:
        return Line("refused", row.line, member.user.username, member.user.email, why=str(e))
    before = now.get(member.user_id, "")
    kind = "same" if before.casefold() == name.casefold() else "changed" if before else "new"
    return Line(kind, row.line, member.user.username, member.user.email, before or "no group", name or "no group",
                user=member.user_id, section=name)


def _unknown(said: str, known: Sequence[str]) -> str:
    if not said:
        return "neither an address nor a user name"
    near = difflib.get_close_matches(said, known, 1)
    return f"no student of this course is called {said}{f'; did you mean {near[0]}?' if near else ''}"
