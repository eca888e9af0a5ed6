"""Points by hand out of a spreadsheet: what a file would change is shown first, and then all of it is done or nothing.

The gradebook's own file has for each assignment a column `<assignment> by hand`: what the points come to that were added by
hand. A cell in it says what they shall come to, and an empty one changes nothing, so that a file sent back as it was handed
out changes nothing. What differs is added or taken off as one more adjustment: nothing that was given before goes away.
Scores are never read from a file, because they may have moved since it was handed out.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction

from grader.errors import GraderError
from grader.shown import line, points
from grader.web import adjustments, audit, grades, points_table, specs
from grader.web.adjustments import Given
from grader.web.models import Adjustment, Assignment, Course, Membership, User
from grader.web.points_table import BY_HAND, Row, Table

KNOWN = {"user", "name", "e-mail", "section", "total", "comment", "held"}  # columns that are no assignment's


@dataclass(frozen=True, slots=True)
class Cell:
    """What a student's points by hand in an assignment shall come to; `before` is None where none were given."""

    line: int
    student: User
    assignment: Assignment
    before: float | None
    after: float
    comment: str

    @property
    def kind(self) -> str:
        """Say what becomes of the points: new, changed or unchanged."""
        if points(self.before or 0.0) == points(self.after):
            return "unchanged"
        return "new" if self.before is None else "changed"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row or a cell that is left out, and why."""

    line: int
    who: str
    because: str


@dataclass
class Preview:
    """What a file would change."""

    reason: str
    table: Table
    columns: list[Assignment]
    cells: list[Cell] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @cached_property
    def changes(self) -> list[Cell]:
        """List what changes."""
        return [c for c in self.cells if c.kind != "unchanged"]

    @cached_property
    def seen(self) -> str:
        """Name all that is shown, so that nothing else can be confirmed."""
        told = [self.reason, [[c.line, c.student.pk, c.assignment.pk, c.before, c.after, c.comment] for c in self.cells],
                [[r.line, r.who, r.because] for r in self.refused]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def count(self, kind: str) -> int:
        """Count the cells of a kind."""
        return sum(c.kind == kind for c in self.cells)


def preview(course: Course, text: str, reason: str, viewer: User) -> Preview:
    """Work out what a file would change; raises GraderError where it can't be read at all."""
    table, reason = points_table.read(text), reason.strip()
    columns = {f"{a.slug}{BY_HAND}": a for a in course.assignments.all()}
    columns = {name: a for name, a in columns.items() if name in table.columns}
    if not columns:
        raise GraderError(f"No column says points: name one “<assignment>{BY_HAND}”, as in the gradebook's own file.")
    if not reason:
        raise GraderError("Say what the points are for: the reason stands in the audit log.")
    if len(reason) > adjustments.REASON:
        raise GraderError(f"The reason has at most {adjustments.REASON} characters.")
    found, people = Preview(reason, table, list(columns.values())), _People(course, viewer)
    given = adjustments.of(columns.values(), [u.pk for u in people.by_name.values()])
    for row in table.rows:
        try:
            _read_row(found, row, people.of(row), columns, given)
        except GraderError as e:
            who = row.cells.get("user") or row.cells.get("e-mail") or "nobody"
            found.refused.append(Refused(row.line, line(who, 80), str(e)))
    return found


def confirm(course: Course, text: str, reason: str, seen: str, member: Membership) -> Preview | int:
    """Do what a preview showed, all of it, and say of how many students; does nothing where it would be something else by now.

    Then it returns the new preview.
    """
    with transaction.atomic():
        adjustments.lock(course)
        found = preview(course, text, reason, member.user)
        if found.seen != seen or not found.changes:
            return found
        adjustments.give_all([
            (c.assignment, c.student, Given(round(c.after - (c.before or 0.0), 6), comment=c.comment, reason=found.reason))
            for c in found.changes], member, specs.now())
        audit.record(member.user, "score.import", course=course, reason=found.reason, after={
            "new": found.count("new"), "changed": found.count("changed"), "unchanged": found.count("unchanged"),
            "refused": len(found.refused), "assignments": [a.slug for a in found.columns],
            "sha256": hashlib.sha256(text.encode()).hexdigest()})
    return len({c.student.pk for c in found.changes})


def notes(found: Preview, course: Course) -> list[str]:
    """Say what of a file is not read: columns of another name, and scores that say something else than what counts."""
    slugs = set(course.assignments.values_list("slug", flat=True))
    known = {f"{s}{BY_HAND}" for s in slugs}
    told = []
    for name in [c for c in found.table.columns if c and c not in KNOWN | slugs | known][:10]:
        near = difflib.get_close_matches(name, known, 1, 0.7)
        told.append(f"The column “{line(name, 60)}” is not read" + (f"; did you mean “{near[0]}”?" if near else "."))
    if slugs & {*found.table.columns} and (moved := _moved(course, found.table)):
        many = moved != 1
        told.append(f"{moved} score{'s' if many else ''} in the file {'are' if many else 'is'} not what counts now. Scores are "
                    f"not read: what students shall get by hand stands in the columns “…{BY_HAND}”.")
    return told


def _moved(course: Course, table: Table) -> int:
    """Count scores that somebody may have written into a file: whoever did should know that they are not read."""
    scores = {s.user.username.casefold(): s.scores for s in grades.of_all(course)}
    return sum(bool(said := row.cells.get(slug, "")) and said != ("" if score is None else points(score))
               for row in table.rows for slug, score in scores.get(row.cells.get("user", "").casefold(), {}).items())


class _People:
    """The students of a course, by what a row may call them."""

    def __init__(self, course: Course, viewer: User) -> None:
        members = [m.user for m in grades.students(course) if m.user_id != viewer.pk]
        self.by_name = {u.username.casefold(): u for u in members}
        self.by_mail = {u.email.casefold(): u for u in members}
        self.lines: dict[int, int] = {}  # where students stand, by their ids

    def of(self, row: Row) -> User:
        """Find the student of a row; raises GraderError with the nearest name where there is none."""
        name, mail = row.cells.get("user", "").casefold(), row.cells.get("e-mail", "").casefold()
        if row.has_surplus:
            raise GraderError("the row has more cells than the first line has names")
        if not name and not mail:
            raise GraderError("neither user nor e-mail is given")
        found = self.by_name.get(name) if name else self.by_mail.get(mail)
        if found is None:
            near = difflib.get_close_matches(name or mail, self.by_name if name else self.by_mail, 1, 0.6)
            asked = f"; did you mean {near[0]}?" if near else ""
            raise GraderError(f"no student of this course is called {line(name or mail, 80)}{asked}")
        if name and mail and self.by_mail.get(mail, found) != found:
            raise GraderError(f"the e-mail address is {self.by_mail[mail].username}'s")
        if found.pk in self.lines:
            raise GraderError(f"{found.username} stands in line {self.lines[found.pk]} already")
        self.lines[found.pk] = row.line
        return found


def _read_row(found: Preview, row: Row, student: User, columns: Mapping[str, Assignment],
              given: Mapping[tuple[int, int], list[Adjustment]]) -> None:
    comment = row.cells.get("comment", "")
    if len(comment) > adjustments.LONGEST:
        raise GraderError(f"the comment has at most {adjustments.LONGEST} characters")
    for name, assignment in columns.items():
        if not (said := row.cells.get(name, "")):
            continue
        try:
            after = adjustments.read_points(said)
        except GraderError as e:
            found.refused.append(Refused(row.line, student.username, f"{assignment.slug}: {e}"))
            continue
        standing = [a for a in given.get((assignment.pk, student.pk), ())
                    if a.withdrawn_at is None and not a.is_override and a.points]
        before = round(sum(a.points for a in standing), 6) if standing else None
        found.cells.append(Cell(row.line, student, assignment, before, after, comment))
