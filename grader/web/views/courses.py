"""A person's courses, and one course: its assignments with where the viewer stands in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render

from grader.web import access, marks, news, specs
from grader.web.marks import Mark, Record
from grader.web.models import LIVE, Assignment, RegradeRequest
from grader.web.policy import Standing
from grader.web.regrades import notices
from grader.web.views.gate import Request, members


@dataclass(frozen=True, slots=True)
class Line:
    """An assignment as the course's page lists it."""

    assignment: Assignment
    standing: Standing
    mark: Mark | None  # the attempt that counts
    record: Record
    word: str
    look: str  # class of the word
    is_open: bool


@members
def home(request: Request) -> HttpResponse:
    """List the viewer's courses; with one there is nothing to choose, except for who may make another."""
    found = list(access.courses(request.user))
    if len(found) == 1 and not request.user.is_staff:
        return redirect("course", found[0].slug)
    return render(request, "web/home.html", {"courses": found})


@members
def course(request: Request, course: str) -> HttpResponse:
    """Show a course's assignments, and to staff the requests that wait for an answer."""
    member = access.membership(request.user, course)
    now = specs.now()
    lines = [_line(record, now) for record in marks.of_course(member.user, member, now)]
    waiting = RegradeRequest.objects.filter(
        attempt__submission__assignment__course=member.course, state=RegradeRequest.State.OPEN).select_related(
        "attempt__submission__assignment", "attempt__submission__user").order_by("created_at") if member.is_staff else []
    return render(request, "web/course.html", {
        "member": member, "course": member.course, "lines": lines, "now": now, "waiting": list(waiting),
        "has_groups": member.course.group_sets.exists(),
        "notices": notices.for_student(member.user, member.course, now), "announced": news.shown(member, now - news.SHOWN)})


def _line(record: Record, now: datetime) -> Line:
    told = ("held back", "") if record.is_held and record.marks else _word(record, now)
    return Line(record.assignment, record.standing, record.mark, record, *told, record.standing.window.is_open(now))


def _word(record: Record, now: datetime) -> tuple[str, str]:
    """Say in a word where a student stands."""
    found, standing = record.marks, record.standing
    if any(m.attempt.state in LIVE for m in found):
        return "being graded", "now"
    if record.score is not None:
        if record.is_full:
            return "done", "good"
        return ("points to gain", "now") if standing.refusal(now) is None else ("graded", "")
    if standing.window.opens_at is not None and now < standing.window.opens_at:
        return "not open yet", ""
    if not standing.window.is_open(now):
        return ("closed", "") if found else ("missed", "bad")
    return ("no mark yet", "now") if found else ("not started", "")
