"""What staff do by hand: points and comments for one student, and the release of an assignment's grades."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from grader.errors import GraderError
from grader.web import access, adjustments, courses, specs
from grader.web.models import Adjustment, Role
from grader.web.views.attempt import page_of
from grader.web.views.gate import Request, members
from grader.web.views.staff.graded import graded_by


@members
@require_POST
def adjust(request: Request, pk: int) -> HttpResponse:
    """Give the student of an attempt points or a comment by hand."""
    member, found = graded_by(request, pk)
    now, said = specs.now(), {k: str(v) for k, v in request.POST.items()}
    try:
        given = adjustments.read(said)
    except GraderError as e:
        return render(request, "web/attempt.html", page_of(found, member, now) | {"wrong": str(e), "said": said}, status=422)
    adjustments.give(found.submission.assignment, found.submission.user, member, given, now)
    messages.success(request, "It is written down, counts from now on, and stands in the student's report.")
    return redirect(f"{reverse('attempt', args=[pk])}#by-hand")


@members
@require_POST
def withdraw(request: Request, pk: int, adjustment: int) -> HttpResponse:
    """Take back something that was given by hand."""
    member, found = graded_by(request, pk)
    s = found.submission
    one = Adjustment.objects.select_related("assignment", "student").filter(
        pk=adjustment, assignment=s.assignment, student=s.user).first()
    if one is None:
        raise Http404
    if adjustments.withdraw(one, member, specs.now()):
        messages.success(request, "It is withdrawn and counts no more.")
    else:
        messages.error(request, "It was withdrawn before.")
    return redirect(f"{reverse('attempt', args=[pk])}#by-hand")


@members
@require_POST
def release(request: Request, course: str, slug: str) -> HttpResponse:
    """Release the grades of an assignment, or hold them back again."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    _, found = access.assignment(request.user, course, slug)
    is_out = request.POST.get("deed") == "release"
    courses.release(found, specs.now() if is_out else None, by=member.user)
    messages.success(request, f"{found.title}: the grades are {'released' if is_out else 'held back'}.")
    return redirect(f"{reverse('gradebook', args=[course])}#release")
