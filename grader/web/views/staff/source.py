"""The source of a submission line by line, with what staff say about its lines."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from grader.errors import GraderError
from grader.web import access, line_comments, reports, rubrics, sources, specs, teams
from grader.web.models import Attempt, LineComment, Membership
from grader.web.views.gate import Request, members
from grader.web.views.staff.graded import graded_by

GONE = "Somebody changed or removed this comment meanwhile. Nothing was done; here is what stands now."


@members
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: Request, pk: int) -> HttpResponse:
    """Show a submission's lines; a POST adds a comment at one of them."""
    if request.method != "POST":
        member, found = access.attempt(request.user, pk)
        return render(request, "web/source.html", _page(request, found, member, specs.now()))
    member, found = graded_by(request, pk)
    said = {k: request.POST.get(k, "") for k in ("part", "line", "text")}
    at = line_comments.place(said["part"], said["line"], sources.parts(found.submission))
    if at is None:
        raise Http404
    try:
        text = line_comments.read_text(said["text"])
    except GraderError as e:
        return render(request, "web/source.html", _page(request, found, member, specs.now()) | {
            "wrong": str(e), "said": said, "at": (said["part"], said["line"])}, status=422)
    made = line_comments.write(found.submission, at, text, member, specs.now())
    messages.success(request, "The comment stands at its line.")
    return redirect(f"{reverse('source', args=[pk])}#comment-{made.pk}")


@members
@require_POST
def comment(request: Request, pk: int, comment: int) -> HttpResponse:
    """Put another text in a comment's place, or remove the comment."""
    member, found = graded_by(request, pk)
    one = LineComment.objects.select_related("submission__user", "submission__assignment").filter(
        pk=comment, submission=found.submission).first()
    if one is None:
        raise Http404
    if request.POST.get("deed") == "remove":
        is_done = line_comments.remove(one, member, specs.now())
        messages.success(request, "The comment is removed.") if is_done else messages.error(request, GONE)
        return redirect("source", pk)
    try:
        text = line_comments.read_text(request.POST.get("text", ""))
    except GraderError as e:
        return render(request, "web/source.html", _page(request, found, member, specs.now()) | {
            "wrong": str(e), "said": {"text": request.POST.get("text", "")}, "edit": comment}, status=422)
    is_done = line_comments.edit(one, member, text, specs.now())
    messages.success(request, "The comment is changed.") if is_done else messages.error(request, GONE)
    return redirect("source", pk)


def _page(request: Request, found: Attempt, member: Membership, now: datetime) -> dict[str, Any]:
    submission, edit = found.submission, request.GET.get("edit", "")
    is_own, is_open = teams.is_own(submission, member.user), reports.is_open(found, member, now)
    at: dict[tuple[str, int], list[LineComment]] = defaultdict(list)
    for one in line_comments.standing(submission) if is_open else ():
        at[one.part, one.line].append(one)
    return {
        "attempt": found, "submission": submission, "assignment": submission.assignment, "course": member.course,
        "member": member, "now": now, "parts": sources.parts(submission), "comments": at, "count": sum(map(len, at.values())),
        "is_own": is_own, "can_comment": member.is_staff and not is_own, "wrong": "", "said": {},
        "longest": line_comments.LONGEST, "at": (request.GET.get("part"), request.GET.get("line")),
        "edit": int(edit) if edit.isascii() and edit.isdigit() and len(edit) < 19 else None,
        "rubric": rubrics.panel(found, member, is_open=is_open), "page": "source"}
