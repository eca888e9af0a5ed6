"""Publishing a draft: what changes, whether it has proven itself, why, and of a new assignment the dates and rules."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.errors import GraderError
from grader.folder import Looked
from grader.web import drafts, own_code, proofs, specs, versions
from grader.web.courses import Rules
from grader.web.models import Assignment, Course, Role
from grader.web.times import read_time, read_zone
from grader.web.versions import Wish
from grader.web.views.gate import Request, members
from grader.web.views.publishing.drafts import draft_of

DATES = ("opens_at", "due_at", "late_until")
NUMBERS = {"penalty_percent": (0, 100), "max_attempts": (1, 10_000), "cooldown_s": (0, 7 * 86_400)}
CALLED = {"opens_at": "Opens", "due_at": "Due", "late_until": "Taken late until", "penalty_percent": "Penalty",
          "max_attempts": "Attempts", "cooldown_s": "Seconds between two submissions"}


@members
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: Request, course: str, slug: str) -> HttpResponse:
    """Ask what is needed to publish a draft; a POST publishes it."""
    member, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    is_set = member.course.assignments.select_related("version").filter(slug=slug).first()
    said, wrong = {k: request.POST.get(k, "").strip() for k in ("reason", "override", *CALLED)}, ""
    if request.method == "POST":
        try:
            rules = None if is_set else read_rules(member.course, said)
            wish = Wish(said["reason"], bool(said["override"]), rules)
            made = versions.publish(found, wish, by=request.user, now=specs.now())
        except GraderError as e:
            wrong = str(e)
        else:
            messages.success(request, f"Version {made.version.number} of {slug} is published and set in this course.")
            return redirect("version", course, slug, made.version.number)
    digest = drafts.digest(found)
    before, files = is_set.version if is_set else found.base, drafts.files_of(found)
    return render(request, "publishing/publish.html", {
        "course": member.course, "member": member, "now": specs.now(), "draft": found, "assignment": is_set, "said": said,
        "wrong": wrong, "holding": proofs.holding(member.course, slug, digest), "looked": drafts.look(found), "before": before,
        "last": proofs.about(member.course, slug, digest).first(), "changes": versions.changes(before, files),
        "brought": own_code.brought(files), "points": _other_points(is_set, drafts.look(found))},
        status=422 if wrong else 200)


def _other_points(is_set: Assignment | None, looked: Looked) -> tuple[float, float] | None:
    """Return the points before and after, where a version is worth others than the one before."""
    if is_set is None or looked.spec is None:
        return None
    points = looked.spec.points(looked.spec.styles[0])
    return (is_set.version.points, points) if points != is_set.version.points else None


def read_rules(course: Course, said: dict[str, str]) -> Rules:
    """Read dates and rules of a form; raises GraderError that names the field."""
    zone = read_zone(course.time_zone)
    dates: dict[str, datetime | None] = {}
    for name in DATES:
        try:
            dates[name] = read_time(said[name], zone) if said[name] else None
        except GraderError as e:
            raise GraderError(f"{CALLED[name]}: {e}") from e
    if (opens := dates["opens_at"]) and (due := dates["due_at"]) and due <= opens:
        raise GraderError("Due: it is not after the time it opens.")
    if (late := dates["late_until"]) and not ((due := dates["due_at"]) and late > due):
        raise GraderError("Taken late until: give a time after the due date, or leave it empty.")
    numbers = {name: _number(name, said[name]) for name in NUMBERS}
    return Rules(**dates, penalty_percent=numbers["penalty_percent"] or 0, max_attempts=numbers["max_attempts"],
                 cooldown_s=numbers["cooldown_s"] or 0)


def _number(name: str, said: str) -> int | None:
    least, most = NUMBERS[name]
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 9 and least <= int(said) <= most):
        raise GraderError(f"{CALLED[name]}: a whole number from {least} to {most}, or nothing.")
    return int(said)
