"""The gradebook of a course: students by assignments, filtered, sorted and one page of it at a time.

What a page shows is worked out for its students alone. An order by scores goes by the scores that are kept (counted.py), a
filter by what is kept beside them (gradebook_states.py): working everybody's grades out would take most of a second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Q, Sum

from grader.web import grades, policy, specs
from grader.web.gradebook_states import students_in
from grader.web.grades import Grade, Student
from grader.web.models import LIVE, Assignment, Counted, Course, Membership, SpecVersion, State
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


class Place(NamedTuple):
    """What of a student decides where they stand, for when all are read."""

    pk: int  # of the membership
    user: int
    first: str
    last: str
    username: str
    section: str

    @property
    def name(self) -> str:
        """The name others read, as `User.shown_name`."""
        return f"{self.first} {self.last}".strip() or self.username


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
    places = order(course, asked, every, now)
    pages = max(1, -(-len(places) // PAGE))
    page = min(asked.page, pages)
    seen = grades.students(course).in_bulk([p.pk for p in places[(page - 1) * PAGE:page * PAGE]])
    shown = grades.of(course, [seen[p.pk] for p in places if p.pk in seen], every)
    return Book(rows(shown, columns, now), columns, len(columns) == len(every), len(places), page, pages)


def order(course: Course, asked: Asked, every: Sequence[Assignment], now: datetime) -> list[Place]:
    """List the students that are asked for, of all pages, in their order."""
    places = _sought(course, asked)
    if asked.state:
        columns = [a for a in every if a.slug == asked.assignment] or every
        found = students_in(asked.state, columns, [p.user for p in places], now)
        places = [p for p in places if p.user in found]
    return _ordered(places, asked, every)


def asked_for(said: Mapping[str, str], sections: Collection[str], slugs: Collection[str]) -> Asked:
    """Read what is asked for from the parts of an address."""
    search, section, assignment, state, sort, page = (
        said.get(k, "").strip() for k in ("search", "section", "assignment", "state", "sort", "page"))
    by = sort.removeprefix("-")
    return Asked(
        search[:LONGEST].replace("\0", ""), section if section in sections else "", assignment if assignment in slugs else "",
        state if state in WORDS else "",
        by if by in {"name", "section", "total", *(f"{SCORE}{slug}" for slug in slugs)} else "name", sort.startswith("-"),
        int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 7 and int(page) else 1)


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


def _sought(course: Course, asked: Asked) -> list[Place]:
    found = grades.students(course)
    if asked.section:
        found = found.filter(section=asked.section)
    for word in asked.search.split():
        found = found.filter(Q(user__username__icontains=word) | Q(user__first_name__icontains=word)
                             | Q(user__last_name__icontains=word) | Q(user__email__icontains=word))
    return [Place(*row) for row in found.values_list(
        "pk", "user", "user__first_name", "user__last_name", "user__username", "section")]


def _ordered(places: list[Place], asked: Asked, every: Sequence[Assignment]) -> list[Place]:
    """Order students; whoever has no score comes last either way."""
    places = sorted(places, key=lambda p: p.name.casefold())
    if asked.sort == "name":
        return places[::-1] if asked.is_down else places
    if asked.sort == "section":
        return sorted(places, key=lambda p: p.section.casefold(), reverse=asked.is_down)
    of = _totals(places, every) if asked.sort == "total" else _scores(asked.sort.removeprefix(SCORE), every)
    there = [p for p in places if p.user in of]
    return [*sorted(there, key=lambda p: of[p.user], reverse=asked.is_down), *(p for p in places if p.user not in of)]


def _totals(places: Iterable[Place], every: Sequence[Assignment]) -> dict[int, float]:
    kept = Counted.objects.filter(assignment__in=every, score__isnull=False).order_by().values_list("student")
    return {p.user: 0.0 for p in places} | {user: round(total, 6) for user, total in kept.annotate(Sum("score"))}


def _scores(slug: str, every: Sequence[Assignment]) -> dict[int, float]:
    kept = Counted.objects.filter(assignment__in=[a for a in every if a.slug == slug], score__isnull=False)
    return {user: score for user, score in kept.values_list("student", "score") if score is not None}


def _versions(students: Iterable[Student]) -> dict[int, set[str]]:
    """Look up who may see the checks of the versions that counting attempts were graded with."""
    used = {g.attempt.version_id for s in students for g in s.grades.values() if g.attempt is not None}
    return {pk: {c.visibility for c in specs.folder(v).spec.checks} for pk, v in SpecVersion.objects.in_bulk(used).items()}


def _cell(grade: Grade, versions: Mapping[int, set[str]], now: datetime) -> Cell:
    attempts = grade.work.attempts
    shown = grade.attempt or (attempts[-1] if attempts else None)
    return Cell(grade.work.assignment, shown, grade.score, grade.factor, states(grade, versions, now))
