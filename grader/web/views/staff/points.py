"""Points by hand in by CSV: a file is shown as what it would change, and done only when that is confirmed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.errors import GraderError
from grader.web import access, points_file, points_table, specs
from grader.web.views.gate import Request, members

SAID_BEFORE = ("Nothing was done: what counts has changed since this was shown, or it was confirmed already. "
               "Below is what the file would change now.")


@members
@require_http_methods(["GET", "HEAD", "POST"])
def points(request: Request, course: str) -> HttpResponse:
    """Show the form; a POST shows what a file would change, and another one, which confirms it, does it."""
    member = access.member_as(request.user, course, *access.STAFF)
    told: dict[str, Any] = {
        "course": member.course, "member": member, "now": specs.now(), "wrong": None, "preview": None, "notes": [], "text": "",
        "reason": request.POST.get("reason", "")}
    if request.method != "POST":
        return render(request, "web/points.html", told)
    try:
        told["text"] = _text_in(request)
        if request.POST.get("deed") != "confirm":
            told["preview"] = points_file.preview(member.course, told["text"], told["reason"], member.user)
        else:
            found = points_file.confirm(member.course, told["text"], told["reason"], request.POST.get("seen", ""), member)
            if isinstance(found, int):
                told_of = f"{found} student{'s' if found != 1 else ''}"
                messages.success(request, f"Points of {told_of} are written down and count from now on.")
                return redirect("gradebook", course)
            told |= {"preview": found, "wrong": SAID_BEFORE}
    except GraderError as e:
        told["wrong"] = str(e)
    if told["preview"] is not None:
        told["notes"] = points_file.notes(told["preview"], member.course)
    return render(request, "web/points.html", told, status=422 if told["wrong"] else 200)


def _text_in(request: Request) -> str:
    """Read the file or the pasted text of a form; raises GraderError where there is neither."""
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    if file is not None and text.strip():
        raise GraderError("A file is chosen and cells are pasted: send one of the two.")
    if file is not None:
        return points_table.decoded(file.read())
    if not text.strip():
        raise GraderError("Nothing is chosen yet: choose a CSV file, or paste the cells of a sheet.")
    return points_table.decoded(text.encode())
