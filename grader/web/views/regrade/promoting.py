"""Making new gradings count: first what would happen, exactly, then the deed; and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from grader.errors import GraderError
from grader.web import specs
from grader.web.models import Membership, Promotion, Role
from grader.web.regrades import promotion as deeds
from grader.web.regrades.promotion import MESSAGE, MODES, REASON, Said, Stale, may_promote
from grader.web.views.gate import Request, members
from grader.web.views.regrade.found import pick_in, regrade_of


@members
@require_http_methods(["GET", "HEAD", "POST"])
def promote(request: Request, course: str, regrade: int) -> HttpResponse:
    """Show what would happen; a POST does it, if it is still that."""
    member, found = regrade_of(request.user, course, regrade)
    if not may_promote(member, found):
        raise Http404
    said, wrong, status = request.POST or request.GET, None, 200
    pick = pick_in(said)
    if request.method == "POST":
        try:
            made = deeds.promote(found, member, pick, _said(said, member), specs.now())
            count = len(made.attempts)
            messages.success(request, f"Done. New gradings that count: {count}; grades that rose: {made.rises}, that fell: "
                                      f"{made.falls}. One click takes it back.")
            return redirect(f"{reverse('regrade', args=[course, regrade])}#promotions")
        except GraderError as e:
            wrong, status = str(e), 409 if isinstance(e, Stale) else 422
    return render(request, "web/regrade_promote.html", {
        "regrade": found, "assignment": found.assignment, "course": member.course, "member": member, "now": specs.now(),
        "pick": pick, "mode": MODES[pick.mode], "plan": deeds.plan(found, pick), "wrong": wrong, "said": said,
        "is_other_version": found.assignment.version_id != found.version_id and member.role == Role.INSTRUCTOR,
        "longest": {"reason": REASON, "message": MESSAGE}}, status=status)


@members
@require_POST
def revert(request: Request, course: str, regrade: int, promotion: int) -> HttpResponse:
    """Take a promotion back."""
    member, found = regrade_of(request.user, course, regrade)
    if not may_promote(member, found):
        raise Http404
    rows = Promotion.objects.select_related("regrade__assignment", "version_before")
    one = get_object_or_404(rows, pk=promotion, regrade=found)
    covered = deeds.later(one)
    if deeds.revert(one, member, request.POST.get("reason", "").strip(), specs.now()):
        rest = f" {covered} of them lie under a later grading that counts; their scores stay." if covered else ""
        messages.success(request, f"Taken back: what counted before counts again.{rest}")
    else:
        messages.error(request, "It was taken back before.")
    return redirect(f"{reverse('regrade', args=[course, regrade])}#promotions")


def _said(form: QueryDict, member: Membership) -> Said:
    """Read a form; only instructors set the assignment's version."""
    return Said(form.get("reason", ""), form.get("message", "").replace("\r\n", "\n"),
                bool(form.get("sets_version")) and member.role == Role.INSTRUCTOR, form.get("seal", ""))
