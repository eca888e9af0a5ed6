"""The rules of an assignment for one student: until when, how often, at what price. Pure: rows in, answers out.

Penalties are worked out whenever a score is shown, from the rules as they are then; what is stored is the bare score.
Moments are compared as such, wherever their clocks stand. Days late are counted by the clock on the course's wall: a day
after 23:59 is the next 23:59 there, also in the night in which the clocks change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from grader.web.models import Assignment, Attempt, Extension, State

DAY = timedelta(days=1)
TIME = "%Y-%m-%d %H:%M:%S %Z"


class Sent(NamedTuple):
    """What the rules look at of a submission."""

    number: int
    received_at: datetime


class Brief(NamedTuple):
    """What the rules look at of an attempt, for when thousands are read: rows of models cost several times the query."""

    pk: int
    number: int
    state: str
    status: str
    score: float | None
    version_id: int
    submission_id: int
    submission: Sent
    counts: bool = True  # others are not read


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a student has beyond the usual, an extension and a standing accommodation in one."""

    due_at: datetime | None = None
    late_until: datetime | None = None
    extra_attempts: int = 0
    is_cooldown_free: bool = False


A = TypeVar("A", Attempt, Brief)
More = Extension | Allowance


@dataclass(frozen=True, slots=True)
class Window:
    """When one student's submissions are taken; None means no limit."""

    opens_at: datetime | None
    due_at: datetime | None
    late_until: datetime | None  # the last moment anything is taken
    zone: tzinfo = UTC  # of the course

    def is_open(self, now: datetime) -> bool:
        """Whether a submission is taken now; one at the very moment of the deadline is."""
        return (self.opens_at is None or self.opens_at <= now) and (self.late_until is None or now <= self.late_until)

    def is_late(self, at: datetime) -> bool:
        """Whether a submission of that time is late."""
        return self.due_at is not None and at > self.due_at

    def days_late(self, at: datetime) -> int:
        """Count the days begun between the due date and a submission."""
        if self.due_at is None or at <= self.due_at:
            return 0
        due = self.due_at.astimezone(self.zone)
        days = max(1, math.ceil((at - self.due_at) / DAY) - 1)  # or one or two more, where a day has not 24 hours
        while at > (due + days * DAY).astimezone(UTC):  # the sum is by the clock on the wall
            days += 1
        return days

    def shown(self, at: datetime) -> str:
        """Write a time as the course's clocks show it."""
        return format(at.astimezone(self.zone), TIME)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one student may still do, and if nothing, why."""

    window: Window
    used: int
    allowed: int | None  # None: as many as one likes
    next_at: datetime | None  # end of the cool-down, when it is not over

    @property
    def left(self) -> int | None:
        """Attempts left; None where there is no limit."""
        return None if self.allowed is None else max(0, self.allowed - self.used)

    def refusal(self, now: datetime) -> tuple[str, str] | None:
        """Say why nothing is taken now, as a stable code and a sentence; None where all is well."""
        if self.window.opens_at is not None and now < self.window.opens_at:
            return "not_open", f"This assignment opens at {self.window.shown(self.window.opens_at)}."
        if self.window.late_until is not None and now > self.window.late_until:
            return "closed", (f"The deadline was {self.window.shown(self.window.late_until)}, it is {self.window.shown(now)}; "
                              "ask your instructor for an extension if you have a reason.")
        if self.left == 0:
            return "no_attempts_left", f"All {self.allowed} attempts are used."
        if self.next_at is not None and now < self.next_at:
            return "cooldown", f"The next attempt is possible in {math.ceil((self.next_at - now).total_seconds())} s."
        return None


def window(assignment: Assignment, extension: More | None) -> Window:
    """Work out a student's dates; an extension takes nothing away, and the late window comes after the new due date."""
    zone = ZoneInfo(assignment.course.time_zone)
    due, last = assignment.due_at, assignment.late_until or assignment.due_at
    if due is not None and last is not None:
        last = max(due, last)
    if extension is not None:
        due, last = _extended(due, last, extension, zone)
    return Window(assignment.opens_at, due, last, zone)


def _extended(due: datetime | None, last: datetime | None, extension: More,
              zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    if last is None:  # nothing to extend
        return due, last
    if due is not None and extension.due_at is not None and extension.due_at > due:
        late_for = last.astimezone(zone) - due.astimezone(zone)
        due = extension.due_at
        last = (due.astimezone(zone) + late_for).astimezone(UTC)
    return due, max(last, extension.late_until or last, extension.due_at or last)


def standing(assignment: Assignment, extension: More | None, attempts: Iterable[Attempt], now: datetime) -> Standing:
    """Work out what a student may do, from all their attempts; what was cancelled or broken uses up nothing."""
    first = [a for a in attempts if a.number == 1]
    used = sum(map(_is_used, first))
    allowed = assignment.max_attempts
    if allowed is not None and extension is not None:
        allowed += extension.extra_attempts
    last = max((a.created_at for a in first if _is_used(a)), default=None)
    cooldown_s = 0 if isinstance(extension, Allowance) and extension.is_cooldown_free else assignment.cooldown_s
    ready = last + timedelta(seconds=cooldown_s) if last and cooldown_s else None
    return Standing(window(assignment, extension), used, allowed, ready if ready and ready > now else None)


def _is_used(attempt: Attempt) -> bool:
    return attempt.state not in (State.CANCELLED, State.BROKEN) and attempt.status != "broken"


def factor(assignment: Assignment, dates: Window, received_at: datetime, free_days: int = 0) -> float:
    """Return what a late submission's score is multiplied by; `free_days` are late days spent on it."""
    return factor_of(assignment, dates.days_late(received_at), free_days)


def factor_of(assignment: Assignment, days_late: int, free_days: int = 0) -> float:
    """Return what the score of a submission that is so many days late is multiplied by."""
    return max(0.0, 1 - max(0, days_late - free_days) * assignment.penalty_percent / 100)


def is_visible(visibility: str, dates: Window, released_at: datetime | None, now: datetime, *, is_staff: bool) -> bool:
    """Whether a check may be shown: `always`, `after_due`, `after_release`, or `staff`."""
    if is_staff or visibility == "always":
        return True
    if visibility == "after_due":
        return dates.due_at is not None and (dates.late_until or dates.due_at) < now
    return visibility == "after_release" and released_at is not None and released_at <= now


def counting(assignment: Assignment, attempts: Iterable[A], factors: Mapping[int, float],
             days: Mapping[int, int] | None = None) -> A | None:
    """Choose the attempt that counts: of equal ones the least late, then the newest.

    `factors` and `days` late are those of the submissions, by their id.
    """
    standing = newest(attempts).values()
    if assignment.counting == Assignment.Counting.LATEST:
        return max(standing, key=lambda a: a.submission.number, default=None)

    def worth(a: A) -> tuple[float, int, int]:
        return (a.score or 0) * factors.get(a.submission_id, 1.0), -(days or {}).get(a.submission_id, 0), a.submission.number
    return max(standing, key=worth, default=None)


def newest(attempts: Iterable[A]) -> dict[int, A]:
    """Choose the attempt that stands for each submission, by its id: the newest graded one that counts."""
    return {a.submission_id: a for a in sorted(attempts, key=lambda a: a.number)
            if a.counts and a.state == State.DONE and a.score is not None}
