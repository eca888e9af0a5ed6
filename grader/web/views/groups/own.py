"""A student's own groups: seeing them, forming one, joining one by its code, and leaving it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from grader.errors import GraderError
from grader.web import access, groups, specs
from grader.web.models import Assignment, Group, GroupSet, Membership
from grader.web.views.gate import Request, members

MOST_SETS = 50  # looked at one by one


@dataclass(frozen=True, slots=True)
class Row:
    """One set as a student sees it."""

    group_set: GroupSet
    group: Group | None
    assignments: list[Assignment]
    closed: str  # why the student changes nothing


def page(request: Request, member: Membership, wrong: str = "", at: int = 0, said: str = "") -> HttpResponse:
    """Show a student's groups."""
    now = specs.now()
    found = list(member.course.group_sets.prefetch_related("assignments")[:MOST_SETS])
    mine = {g.group_set_id: g for g in Group.objects.filter(
        group_set__in=found, members__user=member.user).prefetch_related("members__user")}
    rows = [Row(s, mine.get(s.pk), list(s.assignments.all()), groups.closed(s, [member.user_id], now)) for s in found]
    return render(request, "groups/own.html", {
        "course": member.course, "member": member, "now": now, "rows": rows, "wrong": wrong, "at": at, "said": said},
        status=422 if wrong else 200)


@members
@require_POST
def deed(request: Request, course: str, group_set: int) -> HttpResponse:
    """Form, join or leave a group."""
    member, now = access.membership(request.user, course), specs.now()
    if member.is_staff:
        raise Http404
    found = get_object_or_404(GroupSet.objects.select_related("course"), pk=group_set, course=member.course)
    said = request.POST.get("said", "")[:200]
    try:
        match request.POST.get("deed"):
            case "form":
                groups.form(found, member, said, now)
                messages.success(request, "Your group is made. Give its code to those who are to join.")
            case "join":
                messages.success(request, f"You are in {groups.join(found, member, said, now).name} now.")
            case "leave":
                is_done = groups.leave(found, member, now)
                messages.success(request, "You left the group." if is_done else "You are in no group.")
            case _:
                messages.error(request, "Choose what to do.")
    except GraderError as e:
        return page(request, member, str(e), found.pk, said)
    return redirect("groups", course)
