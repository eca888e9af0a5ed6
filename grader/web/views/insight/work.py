"""The list of work: what wants a look, whose it is, and what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from grader.errors import GraderError
from grader.web import access, specs, work_list, work_rules, work_split
from grader.web import work as deeds
from grader.web.models import Membership, Split, WorkItem
from grader.web.views.gate import Request, members


@members
@require_safe
def work(request: Request, course: str) -> HttpResponse:
    """Show a page of the list."""
    member = access.member_as(request.user, course, *access.STAFF)
    return render(request, "web/work.html", _shown(request, member))


@members
@require_POST
def item(request: Request, course: str, entry: int) -> HttpResponse:
    """Take an item, leave it, give it to somebody, mark it as done or open it again."""
    member = access.member_as(request.user, course, *access.STAFF)
    found = work_list.item(member, entry)
    if found is None:
        raise Http404
    match request.POST.get("deed", ""):
        case "take":
            deeds.take(found, member, member.user)
        case "leave":
            deeds.take(found, member, None)
        case "give":
            _give(request, member, found)
        case "done":
            is_done = deeds.done(found, member, request.POST.get("note", "").strip(), specs.now())
            _say(request, "Done.", "It is no longer open.", is_done=is_done)
        case "reopen":
            _say(request, "It is open again.", "It is not done.", is_done=deeds.reopen(found, member))
        case _:
            messages.error(request, "Choose what to do with it.")
    return redirect(_way_back(request, course))


@members
@require_POST
def split(request: Request, course: str) -> HttpResponse:
    """Set how the work is split, and where scores are near a boundary."""
    member = access.member_as(request.user, course, *access.STAFF)
    said = {k: str(v) for k, v in request.POST.items()}
    try:
        way, rules = work_rules.read_way(said), work_rules.read(said)
    except GraderError as e:
        return render(request, "web/work.html", _shown(request, member) | {"wrong": str(e), "said": said}, status=422)
    work_rules.set_boundaries(member, rules)
    count = work_split.deal(member, way, is_anew="anew" in request.POST)
    messages.success(request, f"The work is {Split(way).label}; {count} item{'s' if count != 1 else ''} dealt.")
    return redirect("work", course)


@members
@require_safe
def of_attempt(request: Request, course: str, pk: int) -> HttpResponse:
    """Send the part of an attempt's page that says why it is on the list; empty where it isn't."""
    member = access.member_as(request.user, course, *access.STAFF)
    _, attempt = access.attempt(request.user, pk)
    if attempt.submission.assignment.course_id != member.course_id:
        raise Http404
    items = work_list.of_attempt(member, pk)
    return render(request, "web/work_bar.html", {
        "items": items, "course": member.course, "member": member, "next": work_list.next_of(member, pk) if items else None,
        "back": reverse("attempt", args=[pk])})


def _shown(request: Request, member: Membership) -> dict[str, object]:
    asked, page = work_list.read(member, {k: str(v) for k, v in request.GET.items()})
    return {"course": member.course, "member": member, "now": specs.now(), "asked": asked, "page": page, "wrong": None,
            "said": {}, "kinds": dict(WorkItem.Kind.choices), "states": work_list.STATES, "ways": dict(Split.choices),
            "here": request.get_full_path() if request.method == "GET" else reverse("work", args=[member.course.slug])}


def _give(request: Request, member: Membership, found: WorkItem) -> None:
    name = request.POST.get("to", "")
    to = next((m.user for m in work_split.staff(member.course) if m.user.username == name), None)
    if to is None:
        messages.error(request, "Choose somebody of the course's staff.")
        return
    deeds.take(found, member, to)


def _say(request: Request, good: str, bad: str, *, is_done: bool) -> None:
    (messages.success if is_done else messages.error)(request, good if is_done else bad)


def _way_back(request: Request, course: str) -> str:
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if is_ours and back.startswith("/") else reverse("work", args=[course])
