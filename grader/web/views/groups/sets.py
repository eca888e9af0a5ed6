"""A course's group sets and which assignments go by them, for staff; a student finds their own groups at the same address."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from grader.errors import GraderError
from grader.web import access, grades, groups
from grader.web.models import GroupSet, Membership, Role
from grader.web.views.gate import Request, members
from grader.web.views.groups import own
from grader.web.views.groups.forms import SetForm


@members
@require_http_methods(["GET", "HEAD", "POST"])
def sets(request: Request, course: str) -> HttpResponse:
    """Show the sets; an instructor's POST makes one."""
    member = access.membership(request.user, course)
    if not member.is_staff:
        return own.page(request, member)
    form = SetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        access.member_as(request.user, course, Role.INSTRUCTOR)
        if form.is_valid():
            try:
                made = groups.make(member.course, form.rules, by=member.user)
            except GraderError as e:
                form.add_error("name", str(e))
            else:
                messages.success(request, f"The set {made.name} is made. Put the students into groups, or let them do it.")
                return redirect("group_set", course, made.pk)
    return render(request, "groups/sets.html", _shown(member) | {"form": form}, status=422 if form.errors else 200)


@members
@require_POST
def choose(request: Request, course: str) -> HttpResponse:
    """Say by which set assignments go; those that are not named stay as they are."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    there = {str(s.pk): s for s in member.course.group_sets.all()}
    changed = []
    for assignment in member.course.assignments.select_related("course"):
        said = request.POST.get(f"set.{assignment.slug}")
        if said is None:
            continue
        if said and said not in there:
            raise Http404
        try:
            if groups.choose(assignment, there.get(said), by=member.user):
                changed.append(assignment.title)
        except GraderError as e:
            messages.error(request, str(e))
    if changed:
        messages.success(request, f"Kept: {', '.join(changed)}.")
    return redirect("groups", course)


def _shown(member: Membership) -> dict[str, object]:
    """Work out what the page says, in a fixed number of queries."""
    found = GroupSet.objects.filter(course=member.course).annotate(count=Count("groups", distinct=True))
    placed = dict(GroupSet.objects.filter(course=member.course).annotate(n=Count("groups__members")).values_list("pk", "n"))
    assignments = list(member.course.assignments.select_related("group_set"))
    uses: dict[int, list[str]] = {}
    for a in assignments:
        uses.setdefault(a.group_set_id or 0, []).append(a.title)
    return {"course": member.course, "member": member, "sets": list(found), "placed": placed, "uses": uses,
            "assignments": assignments, "students": grades.students(member.course).count()}
