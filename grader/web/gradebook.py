"""The gradebook of a course: students by assignments, filtered, sorted and one page of it at a time.

What a page shows is read for its students alone. Everybody's grades are read only where the order or a filter asks for
them, and then no more assignments of them than it asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q

from grader.web import grades, policy, specs
from grader.web.grades import Grade, Student
from grader.web.models import LIVE, Assignment, Course, Membership, SpecVersion, State
from grader.web.policy import Brief

PAGE = 50  # students
LONGEST = 100  # characters of what is searched for
WORDS = {"graded": "graded", "late": "late", "waiting": "waiting", "broken": "broken", "none": "not handed in",
         "missed": "missed", "hidden": "part hidden", "manual": "by hand", "held": "held back"}
SCORE = "score."  # an order by an assignment is this and its slug


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a gradebook somebody wants to see; what there is not is as if not asked for."""

    search: str = ""
    section: str = ""
    assignment: str = ""
    state: str = ""
    sort: str = "name"  # or section, total, score.<assignment>
    is_down: bool = False
    page: int = 1

    def address(self, **changes: object) -> str:
        """Write as the query of an address, some of it changed."""
        said = {"search": self.search, "section": self.section, "assignment": self.assignment, "state": self.state,
                "sort": f"{'-' if self.is_down else ''}{self.sort}", "page": self.page, **changes}
        usual = {"sort": "name", "page": 1}
        return "?" + urlencode({k: v for k, v in said.items() if v and v != usual.get(k)})

    def turned(self, sort: str) -> str:
        """Write the address of another order, or of this one the other way round; scores begin with the highest."""
        is_down = not self.is_down if sort == self.sort else sort not in ("name", "section")
        return self.address(sort=f"{'-' if is_down else ''}{sort}", page=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """One student in one assignment: the attempt that counts, or else the newest, and what there is to know about it."""

    assignment: Assignment
    attempt: Brief | None
    score: float | None
    factor: float
    states: tuple[str, ...]  # of WORDS


@dataclass(frozen=True, slots=True)
class Row:
    """One student."""

    member: Membership
    cells: list[Cell]
    total: float


@dataclass(frozen=True, slots=True)
class Book:
    """What a page shows."""

    rows: list[Row]
    columns: list[Assignment]
    has_total: bool
    count: int  # students on all pages
    page: int
    pages: int


def read(course: Course, asked: Asked, now: datetime) -> Book:
    """Read one page of a gradebook; its queries are as many for ten students as for thousands."""
    every = list(course.assignments.select_related("course", "version"))
    columns = [a for a in every if a.slug == asked.assignment] or every
    members = _sought(course, asked)
    wanted = _wanted(course, asked, every, columns)
    known = {s.member.pk: s for s in grades.of(course, members, wanted)} if wanted else {}
    if asked.state:
        versions = _versions(known.values())
        members = [m for m in members if any(asked.state in states(known[m.pk].grades[a.slug], versions, now) for a in columns)]
    members = _ordered(members, asked, known)
    pages = max(1, -(-len(members) // PAGE))
    page = min(asked.page, pages)
    seen = members[(page - 1) * PAGE:page * PAGE]
    shown = [known[m.pk] for m in seen] if wanted and wanted == every else grades.of(course, seen, every)
    return Book(rows(shown, columns, now), columns, len(columns) == len(every), len(members), page, pages)


def rows(students: Sequence[Student], columns: Sequence[Assignment], now: datetime) -> list[Row]:
    """Make the rows of students whose grades are read."""
    versions = _versions(students)
    return [Row(s.member, [_cell(s.grades[a.slug], versions, now) for a in columns], s.total) for s in students]


def states(grade: Grade, versions: Mapping[int, set[str]], now: datetime) -> tuple[str, ...]:
    """Say what there is to know about a student's work; `versions` are the visibilities of the checks in each."""
    by_hand = (*(("manual",) if grade.manual.count else ()), *(("held",) if grade.is_held else ()))
    return (*_states_of_work(grade, versions, now), *by_hand)


def _states_of_work(grade: Grade, versions: Mapping[int, set[str]], now: datetime) -> tuple[str, ...]:
    work, chosen = grade.work, grade.attempt
    if all(a.state == State.CANCELLED for a in work.attempts):
        return ("none", "missed") if work.window.late_until is not None and work.window.late_until < now else ("none",)
    newest, found = work.attempts[-1], []
    if chosen is not None:
        found.append("graded")
        if work.window.is_late(chosen.submission.received_at):
            found.append("late")
        if not all(policy.is_visible(v, work.window, work.assignment.released_at, now, is_staff=False)
                   for v in versions[chosen.version_id]):
            found.append("hidden")
    if any(a.state in LIVE for a in work.attempts):
        found.append("waiting")
    if newest.state == State.BROKEN or newest.status == "broken":
        found.append("broken")
    return tuple(found)


def sections(course: Course) -> list[str]:
    """List the sections that students are in."""
    found = grades.students(course).exclude(section="").order_by("section").values_list("section", flat=True)
    return list(found.distinct())


def _sought(course: Course, asked: Asked) -> list[Membership]:
    found = grades.students(course)
    if asked.section:
        found = found.filter(section=asked.section)
    for word in asked.search.split():
        found = found.filter(Q(user__username__icontains=word) | Q(user__first_name__icontains=word)
                             | Q(user__last_name__icontains=word) | Q(user__email__icontains=word))
    return list(found)


def _wanted(course: Course, asked: Asked, every: list[Assignment], columns: list[Assignment]) -> list[Assignment]:
    """List the assignments in which all students' grades decide what is shown."""
    wanted = {a.slug for a in columns} if asked.state else set()
    if asked.sort == "total":
        wanted = {a.slug for a in every}
    wanted |= {asked.sort.removeprefix(SCORE)} if asked.sort.startswith(SCORE) else set()
    return every if course.late_days and wanted else [a for a in every if a.slug in wanted]


def _ordered(members: list[Membership], asked: Asked, known: Mapping[int, Student]) -> list[Membership]:
    """Order students; whoever has no score comes last either way."""
    members = sorted(members, key=lambda m: m.user.shown_name.casefold())
    if asked.sort == "name":
        return members[::-1] if asked.is_down else members
    if asked.sort == "section":
        return sorted(members, key=lambda m: m.section.casefold(), reverse=asked.is_down)
    slug = asked.sort.removeprefix(SCORE)
    of = {m.pk: known[m.pk].total if asked.sort == "total" else known[m.pk].grades[slug].score for m in members}
    there = [m for m in members if of[m.pk] is not None]
    return [*sorted(there, key=lambda m: of[m.pk] or 0, reverse=asked.is_down), *(m for m in members if of[m.pk] is None)]


def _versions(students: Iterable[Student]) -> dict[int, set[str]]:
    """Look up who may see the checks of the versions that counting attempts were graded with."""
    used = {g.attempt.version_id for s in students for g in s.grades.values() if g.attempt is not None}
    return {pk: {c.visibility for c in specs.folder(v).spec.checks} for pk, v in SpecVersion.objects.in_bulk(used).items()}


def _cell(grade: Grade, versions: Mapping[int, set[str]], now: datetime) -> Cell:
    attempts = grade.work.attempts
    shown = grade.attempt or (attempts[-1] if attempts else None)
    return Cell(grade.work.assignment, shown, grade.score, grade.factor, states(grade, versions, now))
