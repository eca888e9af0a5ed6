"""The rules of an assignment for one student: until when, how often, at what price. Pure: rows in, answers out.

Penalties are worked out whenever a score is shown, from the rules as they are then; what is stored is the bare score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.web.models import Assignment, Attempt, Extension, State

DAY = timedelta(days=1)
TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Window:
    """When one student's submissions are taken; None means no limit."""

    opens_at: datetime | None
    due_at: datetime | None
    late_until: datetime | None  # the last moment anything is taken

    def is_open(self, now: datetime) -> bool:
        """Whether a submission is taken now; one at the very moment of the deadline is."""
        return (self.opens_at is None or self.opens_at <= now) and (self.late_until is None or now <= self.late_until)

    def is_late(self, at: datetime) -> bool:
        """Whether a submission of that time is late."""
        return self.due_at is not None and at > self.due_at

    def days_late(self, at: datetime) -> int:
        """Count the days begun between the due date and a submission."""
        return math.ceil((at - self.due_at) / DAY) if self.due_at is not None and at > self.due_at else 0


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
            return "not_open", f"This assignment opens at {self.window.opens_at:%Y-%m-%d %H:%M} UTC."
        if not self.window.is_open(now):
            return "closed", (f"The deadline was {self.window.late_until:{TIME}} UTC, it is {now:{TIME}} UTC; "
                              "ask your instructor for an extension if you have a reason.")
        if self.left == 0:
            return "no_attempts_left", f"All {self.allowed} attempts are used."
        if self.next_at is not None and now < self.next_at:
            return "cooldown", f"The next attempt is possible in {math.ceil((self.next_at - now).total_seconds())} s."
        return None


def window(assignment: Assignment, extension: Extension | None) -> Window:
    """Work out a student's dates; an extension that ends before the assignment's own dates takes nothing away."""
    due, last = assignment.due_at, assignment.late_until or assignment.due_at
    if extension is not None and due is not None and extension.due_at is not None:
        late_for = (last - due) if last is not None else timedelta(0)
        due = max(due, extension.due_at)
        last = max(due + late_for, extension.late_until or due)
    return Window(assignment.opens_at, due, last)


def standing(assignment: Assignment, extension: Extension | None, attempts: Iterable[Attempt], now: datetime) -> Standing:
    """Work out what a student may do, from all their attempts; what was cancelled or broken uses up nothing."""
    first = [a for a in attempts if a.number == 1]
    used = sum(a.state not in (State.CANCELLED, State.BROKEN) and a.status != "broken" for a in first)
    allowed = assignment.max_attempts
    if allowed is not None and extension is not None:
        allowed += extension.extra_attempts
    last = max((a.created_at for a in first if a.state != State.CANCELLED), default=None)
    ready = last + timedelta(seconds=assignment.cooldown_s) if last and assignment.cooldown_s else None
    return Standing(window(assignment, extension), used, allowed, ready if ready and ready > now else None)


def factor(assignment: Assignment, dates: Window, received_at: datetime, free_days: int = 0) -> float:
    """Return what a late submission's score is multiplied by; `free_days` are late days spent on it."""
    days = max(0, dates.days_late(received_at) - free_days)
    return max(0.0, 1 - days * assignment.penalty_percent / 100)


def is_visible(visibility: str, dates: Window, released_at: datetime | None, now: datetime, *, is_staff: bool) -> bool:
    """Whether a check may be shown: `always`, `after_due`, `after_release`, or `staff`."""
    if is_staff or visibility == "always":
        return True
    if visibility == "after_due":
        return dates.due_at is not None and (dates.late_until or dates.due_at) < now
    return visibility == "after_release" and released_at is not None and released_at <= now


def counting(assignment: Assignment, attempts: Iterable[Attempt], factors: Mapping[int, float]) -> Attempt | None:
    """Choose the attempt that counts; `factors` are those of the submissions, by their id."""
    done = [a for a in attempts if a.state == State.DONE and a.score is not None]
    if not done:
        return None
    newest: dict[int, Attempt] = {}
    for a in sorted(done, key=lambda a: a.number):
        newest[a.submission_id] = a
    if assignment.counting == Assignment.Counting.LATEST:
        return max(newest.values(), key=lambda a: a.submission.number)
    return max(newest.values(), key=lambda a: ((a.score or 0) * factors.get(a.submission_id, 1.0), a.submission.number))
