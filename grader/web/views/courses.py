"""A person's courses, and one course: its assignments with where the viewer stands in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from grader.web import access, grades, marks, news, specs
from grader.web.gradebook_states import broken_in
from grader.web.marks import Mark, Record
from grader.web.models import LIVE, Assignment, Attempt, Counted, Course, RegradeRequest, Submission, WorkItem
from grader.web.policy import Standing
from grader.web.regrades import notices
from grader.web.views.gate import Request, members


@dataclass(frozen=True, slots=True)
class ClassLine:
    """An assignment as the course's page lists it for staff: how far the class is."""

    assignment: Assignment
    handed_in: int
    graded: int
    live: int  # attempts that wait or are being graded
    broken: int  # students whose newest attempt broke
    tasks: int  # open ones on the work list


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
    lines = [] if member.is_staff else [_line(record, now) for record in marks.of_course(member.user, member, now)]
    classes = _classes(member.course) if member.is_staff else []
    waiting = RegradeRequest.objects.filter(
        attempt__submission__assignment__course=member.course, state=RegradeRequest.State.OPEN).select_related(
        "attempt__submission__assignment", "attempt__submission__user").order_by("created_at") if member.is_staff else []
    return render(request, "web/course.html", {
        "member": member, "course": member.course, "lines": lines, "classes": classes, "now": now,
        "has_groups": member.course.group_sets.exists(),
        "students": grades.students(member.course).count() if member.is_staff else 0, "waiting": list(waiting),
        "notices": notices.for_student(member.user, member.course, now), "announced": news.shown(member, now - news.SHOWN)})


def _classes(course: Course) -> list[ClassLine]:
    """Count, in five queries for all assignments, how far the students of a course are."""
    students = grades.students(course).values("user")
    handed = Submission.objects.filter(assignment__course=course, user__in=students)
    counted = Counted.objects.filter(assignment__course=course, student__in=students, attempt__isnull=False)
    live = Attempt.objects.filter(submission__assignment__course=course, counts=True, state__in=LIVE)
    tasks = WorkItem.objects.filter(course=course, state=WorkItem.State.OPEN)
    every = list(course.assignments.select_related("course", "version").order_by("position", "slug"))

    def count(found: QuerySet[Any], by: str, of: str, **more: Any) -> dict[int, int]:
        return dict(found.order_by().values_list(by).annotate(n=Count(of, **more)))
    there = count(handed, "assignment", "user", distinct=True)
    graded, busy = count(counted, "assignment", "pk"), count(live, "submission__assignment", "pk")
    open_, hit = count(tasks, "assignment", "pk"), broken_in(every)
    return [ClassLine(a, *(found.get(a.pk, 0) for found in (there, graded, busy, hit, open_))) for a in every]


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
