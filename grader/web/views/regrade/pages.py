"""Regrades of a course, beginning one, and one with what it would change."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from grader.errors import GraderError
from grader.web import access, audit, retention, specs
from grader.web.grade_files import csv_file
from grader.web.models import Assignment, Membership, Regrade, Way
from grader.web.regrades import preview, requests, start
from grader.web.regrades.preview import PAGE, WORDS
from grader.web.regrades.promotion import may_promote
from grader.web.views.gate import Request, members
from grader.web.views.regrade.found import asked_in, number_in, regrade_of

LISTED = 30  # regrades on a page
CHOICES = {
    Regrade.Choice.ALL: "Every submission (the grading of it that counts)",
    Regrade.Choice.COUNTING: "The submission of each student that counts now",
    Regrade.Choice.LATEST: "The latest submission of each student",
    Regrade.Choice.FAILING: "Submissions that failed the check below",
    Regrade.Choice.NEAR: "Submissions near the line, of the check below or of any",
}
WAYS = {Way.JUDGE: "Judge again what was kept: takes milliseconds each, and runs nothing",
        Way.RUN: "Run again, with the same seeds: takes as long as the first time, behind students' submissions"}


@members
@require_safe
def listed(request: Request, course: str) -> HttpResponse:
    """List a course's regrades, the newest first."""
    member = access.member_as(request.user, course, *access.STAFF)
    found = Regrade.objects.filter(assignment__course=member.course).select_related(
        "assignment", "version", "student", "by").prefetch_related("promotions")
    return render(request, "web/regrades.html", {
        "course": member.course, "member": member, "now": specs.now(),
        "page": Paginator(found, LISTED).get_page(request.GET.get("page")),
        "assignments": list(member.course.assignments.all())})


@members
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, course: str) -> HttpResponse:
    """Show the form that begins a regrade of an assignment; a POST begins it."""
    member = access.member_as(request.user, course, *access.STAFF)
    slug = request.POST.get("assignment") or request.GET.get("assignment", "")
    if not slug:
        return redirect("regrades", course)
    assignment = get_object_or_404(member.course.assignments.select_related("course", "version"), slug=slug)
    said, wrong = {k: str(v) for k, v in (request.POST or request.GET).items()}, None
    if request.method == "POST":
        try:
            made = start.start(assignment, member, start.read(assignment, said), specs.now())
            return redirect("regrade", course, made.pk)
        except GraderError as e:
            wrong = str(e)
    return render(request, "web/regrade_new.html", _form(assignment, member, said) | {"wrong": wrong},
                  status=422 if wrong else 200)


@members
@require_safe
def one(request: Request, course: str, regrade: int) -> HttpResponse:
    """Show a regrade: how far it is, what it would change, and what was made to count."""
    member, found = regrade_of(request.user, course, regrade)
    asked = asked_in(request.GET.dict())
    page = Paginator(preview.those(found, asked), PAGE).get_page(asked.page)
    return render(request, "web/regrade.html", _told(found, member) | {
        "asked": asked, "page": page, "rows": preview.rows(found, list(page.object_list)), "words": WORDS,
        "checks": preview.changed_checks(found), "reasons": preview.reasons(found), "open": requests.waiting(found),
        "promotions": list(found.promotions.select_related("by", "reverted_by", "version_before"))})


@members
@require_safe
def progress(request: Request, course: str, regrade: int) -> HttpResponse:
    """Send the part of the page that says how far it is; once it is over, the page is loaded anew."""
    member, found = regrade_of(request.user, course, regrade)
    answer = render(request, "web/regrade_progress.html", _told(found, member))
    if found.state != Regrade.State.RUNNING:
        answer["HX-Redirect"] = reverse("regrade", args=[course, regrade])
    return answer


@members
@require_safe
def table(request: Request, course: str, regrade: int) -> HttpResponse:
    """Hand out what a regrade would change as a file for spreadsheets."""
    member, found = regrade_of(request.user, course, regrade)
    lines = preview.lines(found, asked_in(request.GET.dict()))
    audit.record(member.user, "regrade.export", course=member.course, about=start.about(found),
                 after={"attempts": len(lines) - 1})
    return csv_file(lines, f"{course}-regrade-{regrade}.csv")


def _told(found: Regrade, member: Membership) -> dict[str, Any]:
    return {"regrade": found, "assignment": found.assignment, "course": member.course, "member": member, "now": specs.now(),
            "totals": preview.totals(found), "may_promote": may_promote(member, found), "ways": dict(Way.choices)}


def _form(assignment: Assignment, member: Membership, said: dict[str, str]) -> dict[str, Any]:
    """Work out what the form offers."""
    versions = start.versions(assignment)
    chosen = next((v for v in versions if v.number == number_in(said.get("version", ""))), assignment.version)
    if not versions:
        raise Http404
    return {"assignment": assignment, "course": member.course, "member": member, "said": said, "versions": versions,
            "chosen": chosen, "checks": start.checks(chosen), "choices": CHOICES, "ways": WAYS,
            "standing": start.standing_versions(assignment), "usual": Regrade.Choice.ALL,
            "forgotten": retention.forgotten(assignment)}
