"""What other dates and rules would do to the scores there are, worked out without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.web import grades
from grader.web.models import Assignment, Course, Membership, Submission


@dataclass(frozen=True, slots=True)
class Move:
    """One student's score in one assignment, which would be another."""

    member: Membership
    assignment: Assignment
    before: float | None
    after: float | None

    @property
    def is_up(self) -> bool:
        """Whether the student gains by it."""
        return (self.after or 0.0) > (self.before or 0.0)


@dataclass(frozen=True, slots=True)
class Effect:
    """All scores that would be others, and how many submissions the assignments have that would be changed."""

    submissions: int
    moves: tuple[Move, ...]

    @property
    def up(self) -> int:
        """How many scores rise."""
        return sum(m.is_up for m in self.moves)

    @property
    def down(self) -> int:
        """How many scores fall."""
        return len(self.moves) - self.up


def of(course: Course, before: Sequence[Assignment], after: Sequence[Assignment], touched: Sequence[Assignment]) -> Effect:
    """Compare everybody's scores under assignments as they are and as they would be; `touched` are those that change."""
    count = Submission.objects.filter(assignment__in=touched).count()
    if not count:
        return Effect(0, ())
    chosen = {a.pk for a in (before if course.late_days else touched)}  # late days are spent over the whole course
    old, new = ([a for a in those if a.pk in chosen] for those in (before, after))
    members = list(grades.students(course))
    pairs = zip(grades.of(course, members, old), grades.of(course, members, new), strict=True)
    return Effect(count, tuple(
        Move(was.member, a, was.scores[a.slug], will.scores[a.slug]) for was, will in pairs for a in old
        if was.scores[a.slug] != will.scores[a.slug]))
