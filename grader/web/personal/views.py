"""The pages of one person's data: a person's own, a student's for the instructors of the course, anybody's for site staff."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grader.web import access, specs
from grader.web.accounts import limits
from grader.web.models import Role
from grader.web.personal import copy, gathering
from grader.web.personal.sight import Sight
from grader.web.views.gate import Request, members

EXPORT = limits.Limit("export", 20, 3600)


@members
@require_safe
def own(request: Request) -> HttpResponse:
    """Say what a copy of one's own data holds and what it leaves out."""
    return render(request, "personal/own.html", {"left_out": gathering.LEFT_OUT})


@members
@require_safe
def own_copy(request: Request) -> HttpResponseBase:
    """Hand out a copy of one's own data."""
    refused = limits.refusal(request, EXPORT, f"user {request.user.pk}")
    return refused or copy.answer(request, Sight(request.user, request.user, specs.now()))


@members
@require_safe
def course_copy(request: Request, course: str, username: str) -> HttpResponseBase:
    """Hand out what a course holds of one of its people, to its instructors."""
    viewer = access.member_as(request.user, course, Role.INSTRUCTOR)
    place = access.place(viewer, username)
    return copy.answer(request, Sight(place.user, request.user, specs.now(), viewer.course))
