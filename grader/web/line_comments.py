"""Comments of staff at lines of a submission. They are added, replaced and removed, and what was there stays to be read."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from grader.errors import GraderError
from grader.web import audit
from grader.web.models import LineComment, Membership, Submission
from grader.web.sources import Part

LONGEST = 4000  # characters


def standing(submission: Submission) -> QuerySet[LineComment]:
    """List the comments that hold, the oldest first."""
    return submission.line_comments.filter(removed_at=None, replaced_by=None).select_related("by")


def place(part: str, line: str, parts: list[Part]) -> tuple[str, int] | None:
    """Read which line of a submission is meant; None for one that isn't there."""
    lines = {p.name: len(p.lines) for p in parts}
    is_there = line.isascii() and line.isdigit() and len(line) < 8 and 1 <= int(line) <= lines.get(part, 0)
    return (part, int(line)) if is_there else None


def read_text(text: str) -> str:
    """Read a comment's text; raises GraderError with what to write instead."""
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise GraderError("Nothing is written yet.")
    if len(said) > LONGEST:
        raise GraderError(f"The comment has {len(said)} characters; {LONGEST} is the most.")
    return said


def write(submission: Submission, at: tuple[str, int], text: str, member: Membership, now: datetime) -> LineComment:
    """Add a comment at a line, which is a part's name and a number."""
    part, line = at
    with transaction.atomic():
        made = LineComment.objects.create(submission=submission, part=part, line=line, text=text, by=member.user, at=now)
        audit.record(member.user, "comment.write", course=member.course, about=_about(made), after=text)
    return made


def edit(found: LineComment, member: Membership, text: str, now: datetime) -> bool:
    """Put another text in a comment's place; False where it was replaced or removed meanwhile."""
    try:
        with transaction.atomic():
            if not LineComment.objects.select_for_update().filter(pk=found.pk, removed_at=None).exists():
                return False
            made = LineComment.objects.create(submission=found.submission, part=found.part, line=found.line, text=text,
                                              by=member.user, at=now, replaces=found)
            audit.record(member.user, "comment.edit", course=member.course, about=_about(made), before=found.text, after=text)
    except IntegrityError:
        return False
    return True


def remove(found: LineComment, member: Membership, now: datetime) -> bool:
    """Take a comment away from the page; False where it was replaced or removed meanwhile."""
    with transaction.atomic():
        is_done = LineComment.objects.filter(pk=found.pk, removed_at=None, replaced_by=None).update(
            removed_at=now, removed_by=member.user) == 1
        if is_done:
            audit.record(member.user, "comment.remove", course=member.course, about=_about(found), before=found.text)
    return is_done


def _about(found: LineComment) -> str:
    s = found.submission
    return f"{found.part}, line {found.line}, of submission {s.number} of user {s.user.username} in {s.assignment.slug}"
