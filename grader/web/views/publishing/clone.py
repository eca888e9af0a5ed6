"""A course for a new term: the form, what its dates would be, and making it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.errors import GraderError
from grader.web import access, clones, specs
from grader.web.clones import Wish
from grader.web.models import Role
from grader.web.views.gate import Request, members


@members
@require_http_methods(["GET", "HEAD", "POST"])
def clone(request: Request, course: str) -> HttpResponse:
    """Show every assignment's dates moved by a number of days; a POST makes the course."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    given = request.POST if request.method == "POST" else request.GET
    said, wrong = {k: given.get(k, "").strip() for k in ("slug", "title", "days", "staff")}, ""
    try:
        wish = Wish(said["slug"], said["title"], _days(said["days"]), bool(said["staff"]))
        rows = clones.preview(member.course, wish.days)
        if request.method == "POST" and "preview" not in given:
            made = clones.clone(member.course, wish, by=request.user)
            messages.success(request, f"{made.title} is made; you are its instructor. Invite its people.")
            return redirect("course", made.slug)
    except GraderError as e:
        wrong, rows = str(e), clones.preview(member.course, 0)
    return render(request, "publishing/clone.html", {
        "course": member.course, "member": member, "now": specs.now(), "said": said, "wrong": wrong, "rows": rows},
        status=422 if wrong else 200)


def _days(said: str) -> int:
    sign, digits = (-1, said[1:]) if said.startswith(("-", "\N{MINUS SIGN}")) else (1, said.removeprefix("+"))
    if said and not (digits.isascii() and digits.isdigit() and len(digits) < 6):
        raise GraderError("Days: write a whole number, as in 182 or -7.")
    return sign * int(digits) if said else 0
