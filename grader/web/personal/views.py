"""The pages of one person's data: a person's own, a student's for the instructors of the course, anybody's for site staff."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from grader.errors import Broken, GraderError
from grader.web import access, leftovers, specs
from grader.web.accounts import limits
from grader.web.models import Erasure, Leftover, Role, User
from grader.web.personal import copy, erasure, gathering
from grader.web.personal.sight import Sight
from grader.web.views.gate import Request, members

PAGE, LONGEST = 50, 100
log = logging.getLogger(__name__)
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


@members
@require_safe
def everybody(request: Request) -> HttpResponse:
    """Show the accounts of the service to its staff, and what was erased."""
    access.site_staff(request.user)
    asked = request.GET.get("search", "").replace("\0", "").strip()[:LONGEST]
    found = User.objects.select_related("erasure").order_by("username")
    for word in asked.split():
        found = found.filter(Q(username__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
                             | Q(email__icontains=word))
    return render(request, "personal/everybody.html", {
        "asked": asked, "page": Paginator(found, PAGE).get_page(request.GET.get("page")), "left": Leftover.objects.count()})


@members
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Request, username: str) -> HttpResponse:
    """Show what an erasure would take and leave; a POST that repeats the user name and says why erases."""
    access.site_staff(request.user)
    found = _account(username)
    said, wrong = {k: request.POST.get(k, "").strip() for k in ("name", "reason")}, ""
    if request.method == "POST":
        if said["name"] == found.username and said["reason"]:
            try:
                made = erasure.erase(found, request.user, said["reason"], specs.now())
            except GraderError as e:
                wrong = str(e)
            else:
                _clear()
                messages.success(request, f"Erased. What stays stands under the name erased person {made.user_id}.")
                return redirect("everybody")
        else:
            wrong = "Nothing was erased: repeat the user name exactly, and write why."
    done = Erasure.objects.filter(user=found).select_related("by").first()
    return render(request, "personal/one.html", {"person": found, "preview": None if done else erasure.preview(found),
                                                 "done": done, "said": said, "wrong": wrong}, status=422 if wrong else 200)


@members
@require_safe
def whole_copy(request: Request, username: str) -> HttpResponseBase:
    """Hand out a copy of all that is kept of anybody, to the staff of the service."""
    access.site_staff(request.user)
    return copy.answer(request, Sight(_account(username), request.user, specs.now()))


def _account(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise Http404
    return found


def _clear() -> None:
    """Remove what can go at once; the sweeper comes to the rest."""
    try:
        leftovers.clear(specs.now())
    except Broken as e:
        log.warning("the sweeper removes what was erased: %s", e)
