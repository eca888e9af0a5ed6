"""An attempt's page: live while it is graded, then the report; and what can be done with an attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from grader.html import ALL_LINES, OUTPUT_LINES, parts
from grader.web import access, line_comments, marks, reports, rubrics, specs, staff_report, teams, waiting, withdrawal
from grader.web.models import LIVE, Attempt, Membership, State, User
from grader.web.regrades.preview import origin
from grader.web.views.assignment import attachment
from grader.web.views.gate import Request, members


@members
@require_safe
def attempt(request: Request, pk: int) -> HttpResponse:
    """Show an attempt."""
    member, found = access.attempt(request.user, pk)
    return render(request, "web/attempt.html", page_of(found, member, specs.now(), request.GET.get("student", "")))


@members
@require_safe
def result(request: Request, pk: int) -> HttpResponse:
    """Send the part of the page that is there once an attempt is graded."""
    member, found = access.attempt(request.user, pk)
    return render(request, "web/result.html", _shown(found, member, specs.now(), request.GET.get("student", "")))


@members
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """Take the viewer's own waiting attempt out of the queue."""
    member, found = access.attempt(request.user, pk)
    if withdrawal.withdraw(found, member, specs.now()):
        messages.success(request, "Cancelled. It uses up no attempt.")
    else:
        messages.error(request, "It could not be cancelled: it is no longer waiting.")
    return redirect("attempt", pk)


@members
@require_safe
def download(request: Request, pk: int) -> HttpResponse:
    """Hand out the submission as it was handed in."""
    found = access.handed_in(request.user, pk)
    return attachment(specs.objects().get(found.submission.content), found.submission.name)


def page_of(attempt: Attempt, member: Membership, now: datetime, as_of: str = "") -> dict[str, Any]:
    """Work out all that an attempt's page says; to staff with the marks of `as_of`, by user name, of those it counts for."""
    told = _shown(attempt, member, now, as_of)
    return told | {"place": place_of(attempt, now), "before": _before(attempt, member, told["whose"])}


def place_of(attempt: Attempt, now: datetime) -> waiting.Place | None:
    """Look up a waiting attempt's place; None for one that doesn't wait."""
    return waiting.place(attempt, settings.GRADER.redis_url, now) if attempt.state == State.QUEUED else None


def _shown(attempt: Attempt, member: Membership, now: datetime, as_of: str = "") -> dict[str, Any]:
    submission = attempt.submission
    owners, whose = teams.owners(submission), teams.whose(submission, member)
    if member.is_staff and as_of:  # of several for whom it counts staff may look at each
        whose = next((u for u in owners if u.username == as_of), whose)
    is_own, record = member.user in owners, marks.record(submission.assignment, whose, member, now)
    told: dict[str, Any] = {
        "attempt": attempt, "submission": submission, "assignment": submission.assignment, "course": member.course,
        "member": member, "is_live": attempt.state in LIVE, "is_own": is_own, "owners": owners, "whose": whose,
        "now": now, "record": record, "wrong": None, "said": {}, "shown": None, "mark": None,
        "can_adjust": member.is_staff and not is_own,
        "requests": {r.check_name: r for r in attempt.requests.all()}, "regraded": origin(attempt)}
    is_open = reports.is_open(attempt, member, now)
    told |= {"rubric": rubrics.panel(attempt, member, is_open=is_open), "page": "attempt",
             "comment_count": line_comments.standing(submission).count() if is_open else 0}
    if attempt.state == State.DONE and attempt.report:
        shown = reports.shown(attempt, member, now)
        lines = ALL_LINES if member.is_staff else OUTPUT_LINES
        mark = next(m for m in record.marks if m.attempt.pk == attempt.pk)
        told |= parts(shown.report, lines) | {"shown": shown, "mark": mark}
    if member.is_staff:
        told["staff"] = staff_report.of(attempt, told["shown"].report if told["shown"] else None)
    return told


def _before(attempt: Attempt, member: Membership, whose: User) -> Attempt | None:
    """Find the newest attempt of the submission before this one, or the attempt that this one grades again."""
    s = attempt.submission
    mine = access.attempts(member.user).filter(teams.own([whose.pk]), submission__assignment=s.assignment)
    return (mine.filter(submission=s, number__lt=attempt.number).order_by("-number").first()
            or mine.filter(submission__number__lt=s.number).order_by("-submission__number", "-number").first())
