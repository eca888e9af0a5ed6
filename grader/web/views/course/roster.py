"""A course's people as a file: handed out, and taken in with a preview of what it changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from grader.errors import GraderError
from grader.table import cell
from grader.web import access, audit, roster, sheets, specs
from grader.web.grade_files import csv_file
from grader.web.models import Membership, Role
from grader.web.plans import Stale, told
from grader.web.views.gate import Request, members


@members
@require_safe
def download(request: Request, course: str) -> HttpResponse:
    """Hand out who is in the course, as a file that can be sent back changed."""
    member = access.member_as(request.user, course, *access.STAFF)
    found = list(member.course.memberships.select_related("user").filter(is_active=True).order_by("role", "user__username"))
    audit.record(member.user, "roster.export", course=member.course, after={"people": len(found)})
    head = ["e-mail", "user", "name", "role", "section"]
    return csv_file([head, *([cell(x) for x in (m.user.email, m.user.username, m.user.shown_name, m.role, m.section)]
                             for m in found)], f"{course}-people.csv")


@members
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request, course: str) -> HttpResponse:
    """Show what a roster file would change; with the preview's digest, do it."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    page: dict[str, object] = {"course": member.course, "member": member, "plan": None, "wrong": "", "text": "",
                               "removes": "removes" in request.POST}
    if request.method != "POST":
        return render(request, "course/roster.html", page)
    try:
        page["text"] = text = sheet_in(request)
        if request.POST.get("digest"):
            return _apply(request, member, text)
        page["plan"] = roster.plan(member.course, text)
    except Stale as e:
        page |= {"wrong": str(e), "plan": roster.plan(member.course, str(page["text"]))}
    except GraderError as e:
        page["wrong"] = str(e)
    return render(request, "course/roster.html", page, status=422 if page["wrong"] else 200)


def sheet_in(request: Request) -> str:
    """Read the file or the text of a form; raises GraderError where there is neither."""
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    if file is not None:
        if (file.size or 0) > sheets.MOST_BYTES:
            raise GraderError(f"The file has {file.size} bytes; {sheets.MOST_BYTES} is the most.")
        return sheets.decoded(file.read())
    if not text.strip():
        raise GraderError("Nothing is chosen yet: choose a file, or paste its lines.")
    return text.replace("\r\n", "\n")


def _apply(request: Request, member: Membership, text: str) -> HttpResponse:
    done = roster.apply(member.course, text, request.POST["digest"], member.user, specs.now(),
                        removes="removes" in request.POST)
    messages.success(request, told(done, removes="removes" in request.POST))
    return redirect("people", member.course.slug)
