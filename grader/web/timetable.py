"""Dates and rules of all assignments of a course as one table: read cell by cell, compared, and saved together.

A cell is the text of a form. One that says what is stored already keeps the stored value to the microsecond, so that a look at
the table changes nothing. A cell that somebody else has set since the table was shown is refused, with what it says now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from grader.errors import GraderError
from grader.web import audit, counted, times
from grader.web.models import Assignment, Course, User

DATES = ("opens_at", "due_at", "late_until")
NAMES = {"opens_at": "Opens", "due_at": "Due", "late_until": "Late until", "penalty_percent": "Penalty a day, %",
         "max_attempts": "Attempts", "cooldown_s": "Cool-down, s", "counting": "Counts"}
MOST = {"penalty_percent": 100, "max_attempts": 10_000, "cooldown_s": 30 * 86_400}
YEARS = (2000, 2200)
SHIFT = 1000  # days, either way

Cells = dict[str, str]  # by column and assignment's id, as due_at.17


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that is to be another."""

    assignment: Assignment
    name: str
    before: str
    after: str
    value: Any


@dataclass(frozen=True, slots=True)
class Reading:
    """What a filled-in table says."""

    changes: tuple[Change, ...]
    faults: Mapping[str, str]  # by cell

    @property
    def digest(self) -> str:
        """Name these very changes."""
        told = [[c.assignment.pk, c.name, c.before, c.after] for c in self.changes]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def cells(assignments: Sequence[Assignment], zone: ZoneInfo) -> Cells:
    """Write all cells as they are stored."""
    return {key(a, name): text_of(getattr(a, name), zone) for a in assignments for name in NAMES}


def key(assignment: Assignment, name: str) -> str:
    """Name a cell."""
    return f"{name}.{assignment.pk}"


def text_of(value: Any, zone: ZoneInfo) -> str:
    """Write a value as a form has it."""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
    return "" if value is None else str(value)


def shifted(said: Cells, days: int) -> Cells:
    """Move every date by so many days of the course's clock; what can't be read stays as it is."""
    moved = dict(said)
    for name, text in said.items():
        if name.partition(".")[0] in DATES and text:
            try:
                at = datetime.fromisoformat(text) + timedelta(days=days)
            except (ValueError, OverflowError):
                continue
            moved[name] = at.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
    return moved


def read(assignments: Sequence[Assignment], said: Cells, seen: Cells, zone: ZoneInfo) -> Reading:
    """Read a table that was filled in; `seen` is how it was shown."""
    changes, faults = [], {}
    for a in assignments:
        of_row: dict[str, Any] = {}
        for name in NAMES:
            at, now = key(a, name), text_of(getattr(a, name), zone)
            text = said.get(at, now).strip()
            of_row[name] = getattr(a, name)
            if text == now:
                continue
            if seen.get(at, now) != now:
                faults[at] = f"somebody else has set it since: {now.replace('T', ' ') or 'empty'}"
                continue
            try:
                of_row[name] = _value(name, text, zone)
            except GraderError as e:
                faults[at] = str(e)
                continue
            changes.append(Change(a, name, now, text, of_row[name]))
        faults |= {key(a, n): why for n, why in _row_faults(of_row).items() if key(a, n) not in faults}
    return Reading(tuple(changes), faults)


def save(course: Course, reading: Reading, *, by: User) -> None:
    """Set every changed cell, all of them at once; raises GraderError where one is another by now."""
    zone = ZoneInfo(course.time_zone)
    with transaction.atomic():
        rows = {a.pk: a for a in course.assignments.select_for_update().order_by("pk")}
        for pk in dict.fromkeys(c.assignment.pk for c in reading.changes):
            mine = [c for c in reading.changes if c.assignment.pk == pk]
            row = rows.get(pk)
            if row is None or any(text_of(getattr(row, c.name), zone) != c.before for c in mine):
                raise GraderError("The table was changed by somebody else in this moment; nothing was saved.")
            Assignment.objects.filter(pk=pk).update(**{c.name: c.value for c in mine})
            audit.record(by, "assignment.set", course=course, about=row.slug,
                         before={c.name: _told(getattr(row, c.name)) for c in mine}, after={c.name: _told(c.value) for c in mine})
        counted.recount(course, assignments=course.assignments.select_related("course").filter(pk__in=rows))


def changed(assignments: Sequence[Assignment], reading: Reading) -> list[Assignment]:
    """Make the assignments as they would be; in memory alone."""
    new = {a.pk: a for a in Assignment.objects.filter(pk__in=[a.pk for a in assignments]).select_related("course", "version")}
    for c in reading.changes:
        setattr(new[c.assignment.pk], c.name, c.value)
    return [new[a.pk] for a in assignments]


def _value(name: str, text: str, zone: ZoneInfo) -> Any:
    return (_date(text, zone) if name in DATES else _CHOICES[name](text) if name in _CHOICES else _number(name, text))


def _date(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    at = times.read_time(text, zone)
    if not YEARS[0] <= at.year <= YEARS[1]:
        raise GraderError(f"the year {at.year} is none of a course")
    return at


def _number(name: str, text: str) -> int | None:
    least = 1 if name == "max_attempts" else 0
    if not text:
        return None if name == "max_attempts" else 0
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= MOST[name]):
        raise GraderError(f"a whole number from {least} to {MOST[name]}")
    return int(text)


def _one_of(values: Sequence[str]) -> Callable[[str], str]:
    def read_choice(text: str) -> str:
        if text not in values:
            raise GraderError(f"one of {', '.join(v or 'none' for v in values)}")
        return text
    return read_choice


_CHOICES = {"counting": _one_of(Assignment.Counting.values)}


def _row_faults(row: Mapping[str, Any]) -> dict[str, str]:
    """Say which dates of a row contradict one another."""
    opens, due, late = (row[n] for n in DATES)
    found = {}
    if opens and due and due <= opens:
        found["due_at"] = "it is due before it opens"
    if late and due and late < due:
        found["late_until"] = "this lies before the due date"
    if late and opens and not due and late <= opens:
        found["late_until"] = "this lies before it opens"
    return found


def _told(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
