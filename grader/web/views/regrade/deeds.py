"""What staff do with a regrade besides promoting it, and a student who has read a notice."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from grader.errors import GraderError
from grader.web import access, specs
from grader.web.regrade_requests import Message
from grader.web.regrades import notices, requests, start
from grader.web.views.gate import Request, members
from grader.web.views.regrade.found import number_in, regrade_of


@members
@require_POST
def cancel(request: Request, course: str, regrade: int) -> HttpResponse:
    """Stop a regrade."""
    member, found = regrade_of(request.user, course, regrade)
    if start.cancel(found, member, specs.now()):
        messages.success(request, "Cancelled. Nothing of it counts; every grade is as it was.")
    else:
        messages.error(request, "It could not be cancelled: it was over already.")
    return redirect("regrade", course, regrade)


@members
@require_POST
def again(request: Request, course: str, regrade: int) -> HttpResponse:
    """Run what could not be judged from evidence."""
    member, found = regrade_of(request.user, course, regrade)
    if count := start.run_again(found, member):
        messages.success(request, f"{count} attempt{'s are' if count != 1 else ' is'} run again, behind students' submissions.")
    else:
        messages.error(request, "There is nothing to run again.")
    return redirect("regrade", course, regrade)


@members
@require_POST
def answer(request: Request, course: str, regrade: int) -> HttpResponse:
    """Answer students' requests about what was graded again."""
    member, found = regrade_of(request.user, course, regrade)
    chosen = {n for n in map(number_in, request.POST.getlist("request")) if n}
    said = Message(request.POST.get("text", "").replace("\r\n", "\n").strip(), request.POST.get("answer", "answer"))
    try:
        count = requests.answer(found, member, chosen, said, specs.now())
        messages.success(request, f"{count} request{'s are' if count != 1 else ' is'} answered.")
    except GraderError as e:
        messages.error(request, str(e))
    return redirect(f"{reverse('regrade', args=[course, regrade])}#requests")


@members
@require_POST
def seen(request: Request, course: str, notice: int) -> HttpResponse:
    """Put a notice of one's own away."""
    member = access.membership(request.user, course)
    if not notices.put_away(notice, member.user, specs.now()):
        raise Http404
    return redirect("course", course)
