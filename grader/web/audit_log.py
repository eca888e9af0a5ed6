"""Reading the audit log: filtered, the newest first. Instructors read their course's entries, site staff all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from grader.errors import GraderError
from grader.table import cell
from grader.web.models import Course, Entry

FIELDS = ("who", "what", "about", "course", "since", "until")
LONGEST = 100  # characters of what is asked for
MOST = 100_000  # entries of a file
HEAD = ("time (UTC)", "who", "role", "course", "what", "about", "before", "after", "reason")


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the log somebody wants to see; the days are those of `zone`, both ends included."""

    who: str = ""
    what: str = ""
    about: str = ""
    course: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Asked:
        """Read it from an address."""
        return cls(**{name: said.get(name, "").strip().replace("\0", "")[:LONGEST] for name in FIELDS})


def entries(asked: Asked, course: Course | None, zone: ZoneInfo) -> QuerySet[Entry]:
    """List what is asked for, of one course or of the whole service; raises GraderError for a day that is none."""
    found = Entry.objects.select_related("course").order_by("-at", "-id")
    if course is not None:
        found = found.filter(course=course)
    elif asked.course:
        found = found.filter(course__slug=asked.course)
    if asked.who:
        found = found.filter(actor_name__icontains=asked.who)
    if asked.what:
        found = found.filter(action__startswith=asked.what.lower())
    for word in asked.about.split():
        found = found.filter(object__icontains=word)
    if asked.since:
        found = found.filter(at__gte=_day(asked.since, zone))
    if asked.until:
        found = found.filter(at__lt=_day(asked.until, zone, after=1))
    return found


def rows(found: QuerySet[Entry]) -> Iterable[list[str]]:
    """Make a header and a line for each entry, at most so many as a file may have."""
    yield list(HEAD)
    for e in found[:MOST].iterator(chunk_size=1000):
        yield [e.at.astimezone(UTC).isoformat(), *map(cell, (
            e.actor_name, e.role, e.course.slug if e.course else "", e.action, e.object, text_of(e.before), text_of(e.after),
            e.reason))]


def text_of(value: Any) -> str:
    """Say what was before or after an action."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{k}: {text_of(v) or 'none'}" for k, v in sorted(value.items()))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(text: str, zone: ZoneInfo, after: int = 0) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=after), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError) as e:
        raise GraderError(f"day {text!r}: write it as 2026-11-09") from e
