"""What staff do by hand: points and comments for one student, and the release of an assignment's grades."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from grader.errors import GraderError
from grader.web import access, adjustments, courses, specs, teams
from grader.web.models import Adjustment, Role
from grader.web.views.attempt import page_of
from grader.web.views.gate import Request, members
from grader.web.views.staff.graded import graded_by


@members
@require_POST
def adjust(request: Request, pk: int) -> HttpResponse:
    """Give the student of an attempt points or a comment by hand; in a group each of those it counts for, or one of them."""
    member, found = graded_by(request, pk)
    now, said = specs.now(), {k: str(v) for k, v in request.POST.items()}
    owners = teams.owners(found.submission)
    to = [u for u in owners if u.username == said["to"]] if said.get("to") else owners
    if not to:
        raise Http404
    as_of = to[0].username if len(to) == 1 < len(owners) else request.GET.get("student", "")
    try:
        given = adjustments.read(said)
    except GraderError as e:
        told = page_of(found, member, now, as_of) | {"wrong": str(e), "said": said}
        return render(request, "web/attempt.html", told, status=422)
    adjustments.give_each(found.submission.assignment, to, member, given, now)
    whose = f" for {', '.join(u.shown_name for u in to)}" if len(owners) > 1 else ""
    if request.POST.get("then") == "next":
        messages.success(request, f"Given to {', '.join(u.shown_name for u in to)}; it counts from now on.")
        return redirect(f"{reverse('beside', args=[pk])}?way=next#top")  # or the form's fragment would go along
    messages.success(request, f"It is written down{whose}, counts from now on, and stands in the student's report.")
    return redirect(_back(pk, as_of))


@members
@require_POST
def withdraw(request: Request, pk: int, adjustment: int) -> HttpResponse:
    """Take back something that was given by hand."""
    member, found = graded_by(request, pk)
    s = found.submission
    one = Adjustment.objects.select_related("assignment", "student").filter(
        pk=adjustment, assignment=s.assignment, student__in=teams.owners(s)).first()
    if one is None:
        raise Http404
    if adjustments.withdraw(one, member, specs.now()):
        messages.success(request, "It is withdrawn and counts no more.")
    else:
        messages.error(request, "It was withdrawn before.")
    return redirect(_back(pk, one.student.username if len(teams.owners(s)) > 1 else ""))


def _back(pk: int, as_of: str) -> str:
    """Write the address of an attempt's part by hand, as of one of those it counts for."""
    of = f"?{urlencode({'student': as_of})}" if as_of else ""
    return f"{reverse('attempt', args=[pk])}{of}#by-hand"


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
