"""Who is in a course: its staff see the list, its instructors change it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grader.errors import GraderError
from grader.web import access, courses, post, roster, specs
from grader.web.models import Letter, Membership, Role
from grader.web.views.course.forms import Addresses, Place
from grader.web.views.gate import Request, members

PAGE = 50
STATES = {"active": "in the course", "left": "has left"}


@members
@require_safe
def people(request: Request, course: str) -> HttpResponse:
    """Show a page of a course's people, and who is invited."""
    member = access.member_as(request.user, course, *access.STAFF)
    return render(request, "course/people.html", _page(request, member, Addresses(), specs.now()))


@members
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: Request, course: str, username: str) -> HttpResponse:
    """Change one person's role, section, and whether they are in the course."""
    viewer = access.member_as(request.user, course, Role.INSTRUCTOR)
    place = access.place(viewer, username)
    form = Place(request.POST) if request.method == "POST" else Place.of(place)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            courses.set_place(viewer.course, place.user, {k: said[k] for k in ("role", "section", "is_active")}, by=viewer.user,
                              reason=said["reason"])
        except GraderError as e:
            form.add_error(None, str(e))
        else:
            messages.success(request, f"{place.user.shown_name}: the change is kept.")
            return redirect("people", course) if viewer.user_id != place.user_id else redirect("course", course)
    return render(request, "course/person.html", {"course": viewer.course, "member": viewer, "place": place, "form": form,
                                                  "sections": sections(viewer)}, status=422 if form.errors else 200)


@members
@require_POST
def invite(request: Request, course: str) -> HttpResponse:
    """Invite people by mail; each mail is sent in the background."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    form, now = Addresses(request.POST), specs.now()
    if form.is_valid():
        said = form.cleaned_data
        there = set(member.course.memberships.filter(is_active=True, user__email__in=said["emails"]).values_list(
            "user__email", flat=True)) | {i.email for i in roster.open_invitations(member.course, now)}
        new = [e for e in said["emails"] if e not in there]
        for email in new:
            roster.invite(member.course, email, said["role"], said["section"], member.user, now)
        if new:
            messages.success(request, f"{len(new)} invitation{'s' if len(new) != 1 else ''} will be sent in a moment.")
        if old := [e for e in said["emails"] if e in there]:
            messages.warning(request, f"In the course or invited already: {', '.join(old)[:500]}")
        return redirect("people", course)
    return render(request, "course/people.html", _page(request, member, form, now), status=422)


@members
@require_POST
def invite_again(request: Request, course: str, invitation: int) -> HttpResponse:
    """Send an invitation's mail again, with a new link; the old link ends."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    now = specs.now()
    found = get_object_or_404(roster.open_invitations(member.course, now), pk=invitation)
    if found.letters.filter(state__in=(Letter.State.WAITING, Letter.State.SENDING)).exists():
        messages.warning(request, "Its mail is on its way still.")
    else:
        key = f"invitation {found.pk}, {found.letters.count() + 1}"
        post.write(found.email, f"Invitation to {member.course.title}", "", key, now, invitation=found)
        messages.success(request, f"The invitation to {found.email} will be sent again in a moment.")
    return redirect("people", course)


def sections(member: Membership) -> list[str]:
    """List the sections of a course."""
    found = member.course.memberships.exclude(section="").order_by("section").values_list("section", flat=True)
    return list(found.distinct())


def _page(request: Request, member: Membership, form: Addresses, now: datetime) -> dict[str, object]:
    asked = {k: request.GET.get(k, "").strip()[:100].replace("\0", "") for k in ("search", "role", "section", "state")}
    asked["state"] = asked["state"] if asked["state"] in STATES or asked["state"] == "all" else "active"
    page = Paginator(_sought(member, asked), PAGE).get_page(request.GET.get("page"))
    letters = Letter.objects.order_by("-pk")
    return {"course": member.course, "member": member, "now": now, "asked": asked, "page": page, "form": form, "roles": Role,
            "states": STATES, "sections": sections(member), "query": urlencode({k: v for k, v in asked.items() if v}),
            "invited": list(roster.open_invitations(member.course, now).prefetch_related(Prefetch("letters", letters)))
            if member.role == Role.INSTRUCTOR else []}


def _sought(member: Membership, asked: dict[str, str]) -> QuerySet[Membership]:
    found = member.course.memberships.select_related("user").order_by("user__last_name", "user__first_name", "user__username")
    if asked["state"] != "all":
        found = found.filter(is_active=asked["state"] == "active")
    if asked["role"] in Role.values:
        found = found.filter(role=asked["role"])
    if asked["section"]:
        found = found.filter(section=asked["section"])
    for word in asked["search"].split():
        found = found.filter(Q(user__username__icontains=word) | Q(user__first_name__icontains=word)
                             | Q(user__last_name__icontains=word) | Q(user__email__icontains=word))
    return found
