"""The audit log's pages: of one course for its instructors, of the whole service for its staff."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from grader.errors import GraderError
from grader.web import access, audit, audit_log
from grader.web.audit_log import Asked
from grader.web.grade_files import csv_file
from grader.web.models import Course, Entry, Role
from grader.web.views.gate import Request, members

PAGE = 50


@members
@require_safe
def of_course(request: Request, course: str) -> HttpResponse:
    """Show what was done in a course."""
    return _page(request, access.member_as(request.user, course, Role.INSTRUCTOR).course)


@members
@require_safe
def of_all(request: Request) -> HttpResponse:
    """Show what was done in the whole service."""
    access.site_staff(request.user)
    return _page(request, None)


@members
@require_safe
def file_of_course(request: Request, course: str) -> HttpResponse:
    """Hand out what was done in a course as a file."""
    return _file(request, access.member_as(request.user, course, Role.INSTRUCTOR).course)


@members
@require_safe
def file_of_all(request: Request) -> HttpResponse:
    """Hand out what was done in the whole service as a file."""
    access.site_staff(request.user)
    return _file(request, None)


def _page(request: Request, course: Course | None) -> HttpResponse:
    asked, wrong = Asked.of(request.GET.dict()), ""
    zone = course.time_zone if course else "UTC"
    try:
        found = audit_log.entries(asked, course, ZoneInfo(zone))
    except GraderError as e:
        found, wrong = Entry.objects.none(), str(e)
    said = {name: value for name in audit_log.FIELDS if (value := getattr(asked, name))}
    return render(request, "course/records.html", {
        "course": course, "zone": zone, "asked": asked, "wrong": wrong, "text_of": audit_log.text_of, "query": urlencode(said),
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")), "most": audit_log.MOST,
        "action": request.path}, status=422 if wrong else 200)


def _file(request: Request, course: Course | None) -> HttpResponse:
    asked = Asked.of(request.GET.dict())
    try:
        found = audit_log.entries(asked, course, ZoneInfo(course.time_zone if course else "UTC"))
    except GraderError:
        return _page(request, course)
    lines = list(audit_log.rows(found))
    audit.record(request.user, "audit.export", course=course, after={"entries": len(lines) - 1})
    return csv_file(lines, f"{course.slug if course else 'service'}-audit.csv")
