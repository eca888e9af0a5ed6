"""Rubrics: the items of an assignment, what a change of their points would move, and ticking them at a submission."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grader.errors import GraderError
from grader.web import access, rubric_copies, rubrics, specs
from grader.web.models import Assignment, Membership, RubricItem
from grader.web.views.gate import Request, members
from grader.web.views.staff.graded import graded_by

SHOWN = 100  # scores that are listed before points change


@members
@require_safe
def rubrics_of(request: Request, course: str) -> HttpResponse:
    """List the assignments of a course with their rubrics."""
    member = access.member_as(request.user, course, *access.STAFF)
    found = member.course.assignments.annotate(items=Count("rubric", Q(rubric__retired_at=None))).order_by("position", "slug")
    return render(request, "web/rubrics.html", {"course": member.course, "member": member, "assignments": list(found)})


@members
@require_http_methods(["GET", "HEAD", "POST"])
def rubric(request: Request, course: str, slug: str) -> HttpResponse:
    """Show an assignment's rubric; a POST adds an item."""
    member, found = _rubric_of(request, course, slug)
    if request.method != "POST":
        return _page(request, member, found)
    said = {k: str(v) for k, v in request.POST.items()}
    try:
        made = rubrics.add(found, rubrics.read(said), member)
    except GraderError as e:
        return _page(request, member, found, wrong=str(e), said=said)
    messages.success(request, f"“{made.name}” can be ticked now.")
    return redirect(f"{reverse('rubric', args=[course, slug])}#add")


@members
@require_POST
def copy(request: Request, course: str, slug: str) -> HttpResponse:
    """Add the items of another assignment's rubric, of any course in which the viewer is staff."""
    member, found = _rubric_of(request, course, slug)
    said = request.POST.get("from", "")
    source = next((a for a in rubric_copies.sources(request.user, found) if str(a.pk) == said), None)
    if source is None:
        return _page(request, member, found, wrong="Choose an assignment whose rubric to copy.")
    try:
        added, left = rubric_copies.copy(source, found, member)
    except GraderError as e:
        return _page(request, member, found, wrong=str(e))
    rest = f" {left} left out: an item of the name is there." if left else ""
    messages.success(request, f"{added} item{'s' if added != 1 else ''} copied from {source.title}.{rest}")
    return redirect("rubric", course, slug)


@members
@require_POST
def item(request: Request, course: str, slug: str, item: int) -> HttpResponse:
    """Change an item, or retire, restore, move or remove it."""
    member, found = _rubric_of(request, course, slug)
    one = found.rubric.select_related("assignment__course").filter(pk=item).first()
    if one is None:
        raise Http404
    deed, said = request.POST.get("deed", "edit"), {k: str(v) for k, v in request.POST.items()}
    try:
        if deed == "edit":
            moves = rubrics.edit(one, rubrics.read(said), member, said.get("seen", ""))
            if moves is not None:
                return _page(request, member, found, edit=one.pk, moves=moves, said=said)
            messages.success(request, "It is changed, and counts as it is now wherever it is ticked.")
        else:
            _do(request, one, deed, member)
    except GraderError as e:
        return _page(request, member, found, edit=one.pk, wrong=str(e), said=said)
    return redirect(f"{reverse('rubric', args=[course, slug])}#item-{item}")


@members
@require_POST
def tick(request: Request, pk: int) -> HttpResponse:
    """Tick an item at an attempt's submission, or take the tick back; done twice it is done once."""
    member, attempt = graded_by(request, pk)
    is_tick = "tick" in request.POST
    said = request.POST.get("tick" if is_tick else "untick", "")
    submission = attempt.submission
    known = RubricItem.objects.select_related("assignment").filter(assignment=submission.assignment)
    one = known.filter(pk=int(said)).first() if said.isascii() and said.isdigit() and len(said) < 19 else None
    if one is None:
        messages.error(request, "There is no such item in the rubric any more.")
    elif is_tick:
        rubrics.tick(submission, one, member, specs.now())
    else:
        rubrics.untick(submission, one, member, specs.now())
    page = "source" if request.POST.get("page") == "source" else "attempt"
    return redirect(f"{reverse(page, args=[pk])}#rubric")


def _rubric_of(request: Request, course: str, slug: str) -> tuple[Membership, Assignment]:
    member = access.member_as(request.user, course, *access.STAFF)
    return member, access.assignment(request.user, course, slug)[1]


def _do(request: Request, one: RubricItem, deed: str, member: Membership) -> None:
    """Do what a button of an item says."""
    if deed in ("up", "down"):
        rubrics.shift(one, -1 if deed == "up" else 1)
    elif deed == "retire":
        rubrics.retire(one, member, specs.now())
        messages.success(request, f"“{one.name}” is offered no more. Where it is ticked it counts.")
    elif deed == "restore":
        rubrics.restore(one, member)
        messages.success(request, f"“{one.name}” is offered again.")
    elif deed == "remove" and rubrics.remove(one, member):
        messages.success(request, f"“{one.name}” is removed.")
    else:
        raise GraderError("It was ticked at a submission, and so it is not removed: retire it.")


def _page(request: Request, member: Membership, found: Assignment, **more: Any) -> HttpResponse:
    told = {"edit": None, "moves": None, "wrong": "", "said": {}} | more
    items = list(rubrics.items(found))
    return render(request, "web/rubric.html", told | {
        "course": member.course, "member": member, "assignment": found, "shown": SHOWN,
        "sources": rubric_copies.sources(request.user, found),
        "items": [i for i in items if i.retired_at is None], "retired": [i for i in items if i.retired_at is not None]},
        status=422 if told["wrong"] else 200)
