"""Two attempts of one student beside each other."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grader.report import Report
from grader.web import access, differences, marks, reports, specs, teams
from grader.web.models import Attempt, Membership, State, User
from grader.web.views.gate import Request, members


@members
@require_safe
def compare(request: Request, course: str, slug: str) -> HttpResponse:
    """Show what changed from the attempt `before` to the attempt `after`, both of one student in this assignment."""
    _, found = access.assignment(request.user, course, slug)
    member, before = access.attempt(request.user, _number(request, "before"))
    _, after = access.attempt(request.user, _number(request, "after"))
    both = teams.owner_ids(before.submission) & teams.owner_ids(after.submission)
    if {a.submission.assignment_id for a in (before, after)} != {found.pk} or not both:
        raise Http404
    now, whose = specs.now(), teams.whose(after.submission, member)
    history = marks.marks(found, whose if whose.pk in both else User.objects.get(pk=min(both)), member, now)
    mark_of = {m.attempt.pk: m for m in history}
    return render(request, "web/compare.html", {
        "assignment": found, "course": found.course, "member": member, "now": now, "history": history,
        "before": mark_of[before.pk], "after": mark_of[after.pk],
        "files": differences.files(before.submission, after.submission),
        "changes": differences.changes(_report(before, member, now), _report(after, member, now))})


def _number(request: Request, name: str) -> int:
    said = request.GET.get(name, "")
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        raise Http404
    return int(said)


def _report(attempt: Attempt, member: Membership, now: datetime) -> Report | None:
    is_there = attempt.state == State.DONE and attempt.report
    return reports.shown(attempt, member, now).report if is_there else None
