"""One check of an attempt, and the talk about it: a student asks for another look, staff answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.html import parts
from grader.web import access, regrade_requests, reports, specs, teams
from grader.web.models import Attempt, Membership, RegradeRequest, State
from grader.web.regrade_requests import LONGEST, Message
from grader.web.regrades import single
from grader.web.views.gate import Request, members


@members
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, pk: int, name: str) -> HttpResponse:
    """Show a check with the messages about it; a POST adds one."""
    member, attempt = access.attempt(request.user, pk)
    now, text, wrong = specs.now(), request.POST.get("text", "").strip(), None
    shown = _shown(attempt, member, name, now)
    asked = attempt.requests.filter(check_name=name).first()
    if request.method == "POST":
        wrong = _fault(text, attempt, member, asked)
        if wrong is None:
            regrade_requests.write(attempt, name, member, Message(text, request.POST.get("answer", "answer")), now)
            messages.success(request, "Your message is sent.")
            return redirect("check", pk, name)
    return render(request, "web/check.html", shown | {
        "attempt": attempt, "submission": attempt.submission, "assignment": attempt.submission.assignment,
        "course": member.course, "member": member,
        "is_own": teams.is_own(attempt.submission, member.user), "asked": asked, "text": text, "wrong": wrong,
        "longest": LONGEST, "again": single.last_of(attempt.submission) if member.is_staff and asked else None,
        "talk": list(asked.messages.select_related("author")) if asked else [], "now": now,
        "staff": _staff(member)}, status=422 if wrong else 200)


def _shown(attempt: Attempt, member: Membership, name: str, now: datetime) -> dict[str, Any]:
    """Find a check that the viewer may see; Http404 else."""
    if attempt.state != State.DONE or not attempt.report:
        raise Http404
    report = reports.shown(attempt, member, now).report
    found = [c for c in report.checks if c.name == name]
    if not found:
        raise Http404
    return {"row": parts(report.model_copy(update={"checks": found}))["rows"][0]}


def _fault(text: str, attempt: Attempt, member: Membership, asked: RegradeRequest | None) -> str | None:
    """Say why a message is not taken; None where all is well."""
    if not text:
        return "Nothing is written yet: say what you think went wrong, or what you want to know."
    if len(text) > LONGEST:
        return f"The message has {len(text)} characters; {LONGEST} is the most."
    if asked is None and not teams.is_own(attempt.submission, member.user):
        return "Only those for whom this attempt counts can open a request."
    return None


def _staff(member: Membership) -> set[int]:
    """List who of the course is staff, so that their messages can be marked."""
    rows = Membership.objects.filter(course=member.course, role__in=access.STAFF)
    return set(rows.values_list("user_id", flat=True))
