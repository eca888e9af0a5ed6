"""One group set: who is in which group, moving people, and the groups as a file."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grader.errors import GraderError
from grader.web import access, audit, grades, group_file, groups
from grader.web.grade_files import csv_file
from grader.web.models import Group, GroupMember, GroupSet, Membership, Role, User
from grader.web.plans import Stale, told
from grader.web.views.course.roster import sheet_in
from grader.web.views.gate import Request, members
from grader.web.views.groups.forms import PlaceForm, SetForm

PAGE = 50  # groups
LISTED = 200  # students without a group


@members
@require_safe
def one_set(request: Request, course: str, group_set: int) -> HttpResponse:
    """Show a page of a set's groups."""
    member, found = _found(request, course, group_set)
    start = {"student": request.GET.get("student", "")[:150], "group": request.GET.get("group", "")[:groups.LONGEST]}
    return _page(request, member, found, PlaceForm(initial=start), SetForm.of(found))


@members
@require_POST
def change(request: Request, course: str, group_set: int) -> HttpResponse:
    """Change a set's name and rules, or remove it."""
    member, found = _found(request, course, group_set, Role.INSTRUCTOR)
    if request.POST.get("deed") == "remove":
        try:
            groups.remove(found, by=member.user)
        except GraderError as e:
            messages.error(request, str(e))
            return redirect("group_set", course, group_set)
        messages.success(request, f"The set {found.name} is removed.")
        return redirect("groups", course)
    form = SetForm(request.POST)
    if form.is_valid():
        try:
            groups.change(found, form.rules, by=member.user)
        except GraderError as e:
            form.add_error("name", str(e))
        else:
            messages.success(request, "The change is kept.")
            return redirect("group_set", course, group_set)
    return _page(request, member, found, PlaceForm(), form, status=422)


@members
@require_POST
def place(request: Request, course: str, group_set: int) -> HttpResponse:
    """Put a student into a group, or take them out."""
    member, found = _found(request, course, group_set)
    form = PlaceForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        user = _student(member, said["student"].strip())
        if user is None:
            form.add_error("student", "No student of this course has this name or address.")
        else:
            try:
                is_moved = groups.place(found, user, said["group"], member, said["reason"])
            except GraderError as e:
                form.add_error("group", str(e))
            else:
                where = f"in {groups.read_name(said['group'])}" if said["group"].strip() else "in no group"
                messages.success(request, f"{user.shown_name} is {where}{' now' if is_moved else ' already'}.")
                return redirect("group_set", course, group_set)
    return _page(request, member, found, form, SetForm.of(found), status=422)


@members
@require_safe
def download(request: Request, course: str, group_set: int) -> HttpResponse:
    """Hand out who is in which group, as a file that can be sent back changed."""
    member, found = _found(request, course, group_set)
    lines = group_file.lines(found)
    audit.record(member.user, "groups.export", course=member.course, about=found.name, after={"people": len(lines) - 1})
    return csv_file(lines, f"{course}-groups-{found.pk}.csv")


@members
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request, course: str, group_set: int) -> HttpResponse:
    """Show what a file of groups would change; with the preview's digest, do it."""
    member, found = _found(request, course, group_set)
    removes = "removes" in request.POST
    page: dict[str, object] = {"course": member.course, "member": member, "set": found, "plan": None, "wrong": "", "text": "",
                               "removes": removes}
    if request.method != "POST":
        return render(request, "groups/file.html", page)
    try:
        page["text"] = text = sheet_in(request)
        if request.POST.get("digest"):
            done = group_file.apply(found, text, request.POST["digest"], member, removes=removes)
            messages.success(request, told(done, removes=removes))
            return redirect("group_set", course, group_set)
        page["plan"] = group_file.plan(found, text)
    except Stale as e:
        page |= {"wrong": str(e), "plan": group_file.plan(found, str(page["text"]))}
    except GraderError as e:
        page["wrong"] = str(e)
    return render(request, "groups/file.html", page, status=422 if page["wrong"] else 200)


def _found(request: Request, course: str, group_set: int, *roles: str) -> tuple[Membership, GroupSet]:
    """Find a set of a course in which the viewer is staff; Http404 else."""
    member = access.member_as(request.user, course, *(roles or access.STAFF))
    return member, get_object_or_404(GroupSet.objects.select_related("course"), pk=group_set, course=member.course)


def _student(member: Membership, said: str) -> User | None:
    found = member.course.memberships.filter(is_active=True, role=Role.STUDENT).select_related("user")
    place = found.filter(Q(user__username__iexact=said) | Q(user__email__iexact=said)).first()
    return place.user if place else None


def _page(request: Request, member: Membership, found: GroupSet, form: PlaceForm, rules: SetForm,
          status: int = 200) -> HttpResponse:
    search = request.GET.get("search", "").strip()[:100].replace("\0", "")
    page = Paginator(_sought(found, search), PAGE).get_page(request.GET.get("page"))
    without = grades.students(member.course).exclude(user__group_places__group_set=found)
    return render(request, "groups/set.html", {
        "course": member.course, "member": member, "set": found, "page": page, "search": search, "form": form, "rules": rules,
        "query": urlencode({"search": search}) if search else "", "alone": list(without[:LISTED]), "alone_count": without.count(),
        "uses": list(found.assignments.all())}, status=status)


def _sought(found: GroupSet, search: str) -> QuerySet[Group]:
    rows = found.groups.prefetch_related(Prefetch("members", GroupMember.objects.select_related("user")))
    for word in search.split():
        names = GroupMember.objects.filter(Q(user__username__icontains=word) | Q(user__first_name__icontains=word)
                                           | Q(user__last_name__icontains=word) | Q(user__email__icontains=word), group_set=found)
        rows = rows.filter(Q(name__icontains=word) | Q(pk__in=names.order_by().values("group")))
    return rows
