"""One check of an attempt, and the talk about it: a student asks for another look, staff answer."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.html import parts
from grader.web import access, audit, intake, reports, specs
from grader.web.models import Attempt, Membership, RegradeMessage, RegradeRequest, State
from grader.web.views.gate import Request, members

LONGEST = 4000  # characters of a message
State_ = RegradeRequest.State
ANSWERS = {"grant": State_.GRANTED, "decline": State_.DECLINED, "answer": State_.OPEN}


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
            _write(attempt, member, name, text, request.POST.get("answer", "answer"), now)
            messages.success(request, "Your message is sent.")
            return redirect("check", pk, name)
    return render(request, "web/check.html", shown | {
        "attempt": attempt, "submission": attempt.submission, "assignment": attempt.submission.assignment,
        "course": member.course, "member": member,
        "is_own": attempt.submission.user_id == member.user_id, "asked": asked, "text": text, "wrong": wrong,
        "longest": LONGEST, "talk": list(asked.messages.select_related("author")) if asked else [], "now": now,
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
    if asked is None and attempt.submission.user_id != member.user_id:
        return "Only the student whose attempt this is can open a request."
    return None


def _write(attempt: Attempt, member: Membership, name: str, text: str, answer: str, now: datetime) -> None:
    """Add a message, and what staff decide with it; a granted request is a new attempt on the same submission."""
    with transaction.atomic():
        asked, is_new = RegradeRequest.objects.get_or_create(attempt=attempt, check_name=name, defaults={"created_at": now})
        is_staff = member.is_staff and attempt.submission.user_id != member.user_id
        before, after = asked.state, ANSWERS.get(answer, State_.OPEN) if is_staff else State_.OPEN
        RegradeMessage.objects.create(request=asked, author=member.user, text=text, at=now)
        RegradeRequest.objects.filter(pk=asked.pk).update(state=after)
        audit.record(member.user, f"request.{_deed(is_new, is_staff, answer)}", course=member.course,
                     about=f"attempt {attempt.pk}, check {name}", before=None if is_new else before, after=str(after),
                     reason=text[:500])
        if after == State_.GRANTED and before != State_.GRANTED:
            _grade_again(attempt, now)


def _deed(is_new: bool, is_staff: bool, answer: str) -> str:  # noqa: FBT001 - three facts, one word
    return "open" if is_new else answer if is_staff and answer in ANSWERS else "write"


def _grade_again(attempt: Attempt, now: datetime) -> None:
    """Queue another attempt on the submission, with the assignment's version of today."""
    submission = attempt.submission
    last = submission.attempts.aggregate(last=Max("number"))["last"]
    new = Attempt.objects.create(
        submission=submission, number=last + 1, version=submission.assignment.version, priority=1, seed=secrets.randbelow(2**31),
        queue=attempt.queue, created_at=now)
    transaction.on_commit(lambda: intake.announce(new))


def _staff(member: Membership) -> set[int]:
    """List who of the course is staff, so that their messages can be marked."""
    rows = Membership.objects.filter(course=member.course, role__in=access.STAFF)
    return set(rows.values_list("user_id", flat=True))
