"""Rows as the API shows them to one caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from grader.web import groups, intake, marks, reports, teams, waiting
from grader.web.api import shapes
from grader.web.models import Assignment, Attempt, Membership, RegradeRequest, State, Token


def course(member: Membership) -> shapes.CourseShape:
    """Show a course."""
    found = member.course
    return shapes.CourseShape(course=found.slug, title=found.title, role=member.role, time_zone=found.time_zone)


def token(found: Token) -> shapes.TokenShape:
    """Show a token without its secret."""
    return shapes.TokenShape(**{name: getattr(found, name) for name in shapes.TokenShape.model_fields})


def assignment(found: Assignment, member: Membership, now: datetime) -> shapes.AssignmentShape:
    """Show an assignment with the caller's own dates, attempts and score."""
    standing, record = intake.standing(found, member.user, now), marks.record(found, member.user, member, now)
    refusal, group = standing.refusal(now), groups.mine(found, member.user)
    return shapes.AssignmentShape(
        course=member.course.slug, assignment=found.slug, title=found.title, points=found.version.points,
        opens_at=standing.window.opens_at, due_at=standing.window.due_at, late_until=standing.window.late_until,
        penalty_percent=found.penalty_percent, counting=found.counting, attempts_allowed=standing.allowed,
        attempts_used=standing.used, attempts_left=standing.left, cooldown_s=found.cooldown_s, next_at=standing.next_at,
        refusal=shapes.Refusal(code=refusal[0], detail=refusal[1]) if refusal else None,
        score=record.score, is_held=record.is_held, is_group_work=found.group_set_id is not None,
        group=group.name if group else None, members=[m.user.username for m in group.members.all()] if group else [])


def attempt(mark: marks.Mark, viewer: Membership, now: datetime) -> shapes.AttemptShape:
    """Show an attempt without its report."""
    return shapes.AttemptShape(**_attempt(mark, viewer, now))


def detail(mark: marks.Mark, viewer: Membership, now: datetime) -> shapes.AttemptDetail:
    """Show an attempt with its report, as far as the caller may see it."""
    seen = reports.shown(mark.attempt, viewer, now) if is_graded(mark.attempt) else None
    hidden = [shapes.HiddenShape(count=h.count, points=h.points, when=h.when) for h in seen.hidden] if seen else []
    report = seen.report if seen and not seen.is_held else None
    return shapes.AttemptDetail(**_attempt(mark, viewer, now), report=report, hidden=hidden)


def mark_of(found: Attempt, viewer: Membership, now: datetime) -> marks.Mark:
    """Look up what an attempt is worth among the others of its student, who is the viewer where it counts for them."""
    submission = found.submission
    return next(m for m in marks.marks(submission.assignment, teams.whose(submission, viewer), viewer, now) if m.attempt == found)


def _attempt(mark: marks.Mark, viewer: Membership, now: datetime) -> dict[str, Any]:
    found, where = mark.attempt, place(mark.attempt, now)
    assignment = found.submission.assignment
    return {
        "id": found.pk, "course": assignment.course.slug, "assignment": assignment.slug, "title": assignment.title,
        "submission": _submission(found), "number": found.number, "state": found.state, "place": where.place,
        "starts_in_s": where.starts_in_s, "status": found.status, "because": because(found, viewer), "score": mark.score,
        "points": mark.points, "factor": mark.factor, "is_counting": mark.is_counting, "is_held": mark.is_held,
        "finished_at": found.finished_at}


def _submission(found: Attempt) -> shapes.SubmissionShape:
    s = found.submission
    return shapes.SubmissionShape(number=s.number, name=s.name, size=s.size, sha256=s.content, channel=s.channel,
                                  received_at=s.received_at, student=s.user.username,
                                  members=[u.username for u in teams.owners(s)])


def is_graded(found: Attempt) -> bool:
    """Whether there is a report that means something."""
    return found.state == State.DONE and bool(found.report)


def because(found: Attempt, viewer: Membership) -> str:
    """Say why an attempt is broken; only staff need to know which part of ours it was."""
    if found.state != State.BROKEN:
        return ""
    return found.because if viewer.is_staff else "the fault is ours; this used up no attempt"


def place(found: Attempt, now: datetime) -> waiting.Place:
    """Look up where an attempt stands in the queue."""
    if found.state != State.QUEUED:
        return waiting.Place(None, None, None)
    return waiting.place(found, settings.GRADER.redis_url, now)


def request(found: RegradeRequest) -> shapes.RequestShape:
    """Show a request and the talk about it."""
    messages = [shapes.MessageShape(author=m.author.shown_name if m.author else "somebody who is gone", text=m.text, at=m.at)
                for m in found.messages.select_related("author")]
    return shapes.RequestShape(id=found.pk, attempt=found.attempt_id, check=found.check_name, state=found.state,
                               created_at=found.created_at, messages=messages)
