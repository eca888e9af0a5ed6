"""The gradebook's pages, for the staff of a course: everybody's grades, as a table or a file, and one student's history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grader.web import access, audit, gradebook, grades, marks, neighbours, specs, teams
from grader.web.grade_files import csv_file, lines
from grader.web.gradebook import WORDS
from grader.web.models import Accommodation, Extension, Membership, RegradeRequest
from grader.web.views.gate import Request, members


@members
@require_safe
def book(request: Request, course: str) -> HttpResponse:
    """Show a page of the gradebook."""
    member = access.member_as(request.user, course, *access.STAFF)
    now, sections = specs.now(), gradebook.sections(member.course)
    slugs = dict(member.course.assignments.values_list("slug", "title"))
    asked = gradebook.asked_for(request.GET.dict(), sections, slugs)
    if request.session.get(seen := neighbours.seen_in(course)) != asked.address(page=1):
        request.session[seen] = asked.address(page=1)  # the list that staff then grade through
    return render(request, "web/gradebook.html", {
        "course": member.course, "member": member, "now": now, "asked": asked, "sections": sections, "titles": slugs,
        "book": gradebook.read(member.course, asked, now), "words": WORDS})


@members
@require_safe
def table(request: Request, course: str) -> HttpResponse:
    """Hand out everybody's grades as a file for spreadsheets."""
    member = access.member_as(request.user, course, *access.STAFF)
    found = grades.of_all(member.course)
    audit.record(member.user, "grades.export", course=member.course, after={"form": "csv", "students": len(found)})
    return csv_file(lines(member.course, found), f"{course}-grades.csv")


@members
@require_safe
def student(request: Request, course: str, username: str) -> HttpResponse:
    """Show all that one student did in a course."""
    viewer = access.member_as(request.user, course, *access.STAFF)
    return render(request, "web/student.html", history_of(viewer, access.place(viewer, username), specs.now()))


def history_of(viewer: Membership, place: Membership, now: datetime) -> dict[str, Any]:
    """Work out all that a student's page says to staff."""
    found = place.user
    asked = RegradeRequest.objects.filter(teams.own([found.pk], "attempt__submission__"),
                                          attempt__submission__assignment__course=viewer.course)
    requests: dict[int, list[RegradeRequest]] = {}
    for one in asked.order_by("created_at"):
        requests.setdefault(one.attempt_id, []).append(one)
    records = marks.of_course(found, viewer, now)
    [whole] = grades.of(viewer.course, [place], [r.assignment for r in records])
    return {
        "course": viewer.course, "member": viewer, "now": now, "student": found, "place": place, "whole": whole,
        "records": records, "requests": requests, "points": grades.points_of(viewer.course),
        "can_adjust": found.pk != viewer.user_id, "give_at": None, "hold_at": None, "wrong": "", "said": {},
        "always": Accommodation.objects.filter(course=viewer.course, user=found).first(),
        "extensions": {e.assignment_id: e for e in Extension.objects.filter(
            assignment__course=viewer.course, user=found).select_related("given_by")}}
