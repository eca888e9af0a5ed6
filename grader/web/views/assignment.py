"""An assignment's page: what is asked, by which rules, and handing in."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from grader.spec import Spec
from grader.web import access, allowances, groups, intake, marks, policy, specs, statement
from grader.web.intake import Refused, Upload
from grader.web.models import Assignment, Membership, User
from grader.web.policy import Standing
from grader.web.regrades import notices
from grader.web.reports import WHEN
from grader.web.views.gate import Request, members

STYLES = {"function": "handed in as functions", "script": "handed in as a plain script"}


@dataclass(frozen=True, slots=True)
class Worth:
    """What one style of submission is judged by."""

    title: str
    checks: list[tuple[str, float]]  # the visible ones: what is checked, points
    hidden: list[str]
    points: float


@members
@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: Request, course: str, slug: str) -> HttpResponse:
    """Show an assignment; a POST hands in, and comes back here with what was wrong and what was pasted."""
    member, found = access.assignment(request.user, course, slug)
    now, wrong = specs.now(), None
    if request.method == "POST":
        try:
            return redirect("attempt", intake.receive(found, request.user, upload_in(request), now).pk)
        except Refused as e:
            wrong = str(e)
    return render(request, "web/assignment.html", _shown(found, member, now) | {
        "wrong": wrong, "text": request.POST.get("text", ""), "key": secrets.token_urlsafe(24)}, status=422 if wrong else 200)


@members
@require_safe
def starter(request: Request, course: str, slug: str) -> HttpResponse:
    """Hand out the starter file."""
    member, found = access.assignment(request.user, course, slug)
    file = specs.folder_of(found.version) / "starter.py"
    if not file.is_file() or not _is_readable(found, member, specs.now()):
        raise Http404
    return attachment(file.read_bytes(), f"{found.slug}.py")


def attachment(content: bytes, name: str) -> HttpResponse:
    """Answer with a file that a browser saves and never shows."""
    answer = HttpResponse(content, content_type="application/octet-stream")
    quoted = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    answer["Content-Disposition"] = f'attachment; filename="{quoted}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def upload_in(request: Request) -> Upload:
    """Read the file or the pasted text of a form; raises Refused where there is neither or both.

    The form's key and the content together name the sending: a double click is one submission, another file another one.
    """
    file, text = request.FILES.get("file"), request.POST.get("text", "").replace("\r\n", "\n")
    if file is not None and text.strip():
        raise Refused("two_files", "A file is chosen and code is pasted: hand in one of the two.")
    if file is None and not text.strip():
        raise Refused("no_file", "Nothing is chosen yet: choose a file, drop one on the form, or paste your code.")
    name, raw = (file.name or "", file.read()) if file is not None else (pasted_name(text), text.encode())
    key = hashlib.sha256(b"\0".join((request.POST.get("key", "").encode(), name.encode(), raw))).hexdigest()
    return Upload(name, raw, key=key if request.POST.get("key") else None)


def pasted_name(text: str) -> str:
    """Name pasted text: a notebook is a JSON object with cells, anything else a program."""
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else None
    except ValueError:
        found = None
    return "pasted.ipynb" if isinstance(found, dict) and "cells" in found else "pasted.py"


def _shown(found: Assignment, member: Membership, now: datetime) -> dict[str, Any]:
    """Work out all that the page says."""
    standing = intake.standing(found, member.user, now)
    record = marks.record(found, member.user, member, now)
    told: dict[str, Any] = {
        "assignment": found, "course": found.course, "member": member, "now": now, "standing": standing,
        "history": record.marks, "record": record,
        "notices": [n for n in notices.for_student(member.user, found.course, now) if n.assignment_id == found.pk],
        "mark": record.mark, "closed": standing.refusal(now), "rules": rules(found, standing),
        "group": groups.mine(found, member.user), "statement": None, "worth": [], "has_starter": False, "out_of": None}
    if _is_readable(found, member, now):
        told |= _content(found, member.user, now, is_staff=member.is_staff)
    return told


def _content(found: Assignment, user: User, now: datetime, *, is_staff: bool) -> dict[str, Any]:
    folder = specs.folder(found.version)
    dates = policy.window(found, allowances.one(found, user))
    seen = {v for v in ("always", *WHEN) if policy.is_visible(v, dates, found.released_at, now, is_staff=is_staff)}
    worth = [_worth(folder.spec, style, seen) for style in folder.spec.styles]
    return {"statement": statement.page_of(folder.root), "worth": worth, "spec": folder.spec,
            "has_starter": (folder.root / "starter.py").is_file(), "out_of": max(w.points for w in worth)}


def _worth(spec: Spec, style: str, seen: set[str]) -> Worth:
    checks = spec.checks_of(style)
    hidden = []
    for key, when in WHEN.items():
        if key not in seen and (those := [c for c in checks if c.visibility == key]):
            count = f"{len(those)} checks" if len(those) > 1 else "1 check"
            hidden.append(f"{count} worth {sum(c.points for c in those):g} points, shown {when}")
    return Worth(STYLES[style], [(c.about, c.points) for c in checks if c.visibility in seen], hidden, spec.points(style))


def rules(assignment: Assignment, standing: Standing) -> list[str]:
    """Say an assignment's rules in words, without the dates, which the page shows itself."""
    told = []
    if assignment.late_until and assignment.penalty_percent:
        told.append(f"After the due date every day begun takes {assignment.penalty_percent} % of the score.")
        if free := assignment.course.late_days:
            told.append(f"You have {free} free late day{'s' if free != 1 else ''} in this course; they are spent by themselves, "
                        "where they gain you points.")
    if standing.allowed is not None:
        told.append(f"You have {standing.allowed} attempt{'s' if standing.allowed != 1 else ''}; one that is cancelled, or that "
                    "breaks through a fault of ours, uses up none.")
    if assignment.cooldown_s:
        told.append(f"Between two attempts lie at least {lasting_of(assignment.cooldown_s)}.")
    counts = "best" if assignment.counting == Assignment.Counting.BEST else "latest"
    return [*told, f"The {counts} attempt counts."]


def lasting_of(seconds: int) -> str:
    """Say a number of seconds; minutes where they come out even."""
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def _is_readable(assignment: Assignment, member: Membership, now: datetime) -> bool:
    """Whether a member may read what is asked: staff always, students once it is open."""
    return member.is_staff or assignment.opens_at is None or assignment.opens_at <= now


