"""What staff do by hand for one student in one assignment, whether or not there is an attempt: points, comments, holding back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from grader.errors import GraderError
from grader.web import access, adjustments, holds, specs, teams
from grader.web.models import Adjustment, Assignment, Membership
from grader.web.views.gate import Request, members
from grader.web.views.gradebook import history_of


@members
@require_POST
def give(request: Request, course: str, slug: str, username: str) -> HttpResponse:
    """Give a student points or a comment by hand."""
    viewer, place, found = _graded_by(request, course, slug, username)
    said = {k: str(v) for k, v in request.POST.items()}
    try:
        given = adjustments.read(said)
    except GraderError as e:
        return _again(request, viewer, place, {"give_at": found.pk, "wrong": str(e), "said": said})
    adjustments.give(found, place.user, viewer, given, specs.now())
    messages.success(request, "It is written down and counts from now on.")
    return _back(request, viewer, place, found)


@members
@require_POST
def withdraw(request: Request, course: str, slug: str, username: str, adjustment: int) -> HttpResponse:
    """Take back something that was given by hand."""
    viewer, place, found = _graded_by(request, course, slug, username)
    one = Adjustment.objects.select_related("assignment", "student").filter(
        pk=adjustment, assignment=found, student=place.user).first()
    if one is None:
        raise Http404
    if adjustments.withdraw(one, viewer, specs.now()):
        messages.success(request, "It is withdrawn and counts no more.")
    else:
        messages.error(request, "It was withdrawn before.")
    return _back(request, viewer, place, found)


@members
@require_POST
def hold(request: Request, course: str, slug: str, username: str) -> HttpResponse:
    """Hold a student's grade back, or lift that again."""
    viewer, place, found = _graded_by(request, course, slug, username)
    name, now = place.user.shown_name, specs.now()
    if request.POST.get("deed") == "lift":
        is_done = holds.lift(found, place.user, viewer, now)
        messages.success(request, f"{name} sees the grade again." if is_done else "The grade was not held back.")
        return _back(request, viewer, place, found)
    reason = request.POST.get("reason", "")
    try:
        is_done = holds.hold(found, place.user, viewer, reason, now)
    except GraderError as e:
        return _again(request, viewer, place, {"hold_at": found.pk, "wrong": str(e), "said": {"reason": reason}})
    told = f"{name} sees neither score nor report until it is lifted." if is_done else "It was held back before."
    messages.success(request, told)
    return _back(request, viewer, place, found)


def _graded_by(request: Request, course: str, slug: str, username: str) -> tuple[Membership, Membership, Assignment]:
    """Find the viewer's membership, the student's, and the assignment; Http404 for all but staff, and for one's own grade."""
    viewer = access.member_as(request.user, course, *access.STAFF)
    place = access.place(viewer, username)
    if place.user_id == viewer.user_id:
        raise Http404
    return viewer, place, access.assignment(request.user, course, slug)[1]


def _again(request: Request, viewer: Membership, place: Membership, told: dict[str, object]) -> HttpResponse:
    """Show the student's page with what was wrong and what was written."""
    return render(request, "web/student.html", history_of(viewer, place, specs.now()) | told, status=422)


def _back(request: Request, viewer: Membership, place: Membership, found: Assignment) -> HttpResponse:
    """Go back to where the form stood: an attempt of this student, or the student's page."""
    said = request.POST.get("attempt", "")
    if said.isascii() and said.isdigit() and len(said) < 19 and access.attempts(viewer.user).filter(
            teams.own([place.user_id]), pk=int(said), submission__assignment=found).exists():
        of = f"?{urlencode({'student': place.user.username})}" if found.group_set_id else ""
        return redirect(f"{reverse('attempt', args=[said])}{of}#by-hand")
    return redirect(f"{reverse('student', args=[viewer.course.slug, place.user.username])}#a{found.pk}")
